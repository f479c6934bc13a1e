"""The shared server, a project of one's own, and where the libraries of recipes are."""

from sdk.conftest import mine, server

__all__ = ["mine", "server"]
