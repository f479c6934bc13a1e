"""All routes of channels, deliveries and notifications."""

from __future__ import annotations

from fastapi import APIRouter

from promptpulse.notify.channel_routes import router as channels
from promptpulse.notify.inbox_routes import router as inbox

router = APIRouter(prefix="/api/v1", tags=["notifications"])
router.include_router(channels)
router.include_router(inbox)
