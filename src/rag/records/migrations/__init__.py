"""The history of the tables, for Alembic; `Database.prepare` runs it. New revisions: see CONTRIBUTING.md."""
