"""Periods of keeping, and deletion of a person's data."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter(prefix="/api/v1", tags=["retention"])
