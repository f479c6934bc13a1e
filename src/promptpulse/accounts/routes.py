"""All routes of accounts, as one router for `app`."""

from fastapi import APIRouter

from promptpulse.accounts import key_routes, project_routes, session_routes

router = APIRouter()
router.include_router(session_routes.router)
router.include_router(project_routes.router)
router.include_router(key_routes.router)
