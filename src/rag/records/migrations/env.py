"""What Alembic runs: the migrations, on the connection and in the transaction of whoever calls it."""

from alembic import context

from rag.records.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite alters a table by making it anew
)
context.run_migrations()
