"""Channels, deliveries, and the notifications of a person."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter(prefix="/api/v1", tags=["notifications"])
