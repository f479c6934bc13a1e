"""Numbers for the texts of string scores."""

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    pass
