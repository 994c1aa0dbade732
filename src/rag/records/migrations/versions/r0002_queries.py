"""The standalone query of a turn, and an index for the list of unanswered questions."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, empty for older turns, and the index."""
    with op.batch_alter_table("turns") as turns:
        turns.add_column(sa.Column("query", sa.Text(), nullable=False, server_default=""))
    op.create_index("ix_turns_status_asked_at", "turns", ["status", "asked_at"])
