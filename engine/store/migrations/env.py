"""Run by Alembic when a migration is drafted; what it compares with comes from there."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, **context.config.attributes["options"])
context.run_migrations()
