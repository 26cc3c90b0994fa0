"""Run by Alembic; the connection, in its one transaction, comes from ``migrating``."""

from alembic import context

context.run_migrations()
