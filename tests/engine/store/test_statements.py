"""The texts of the row operations, and the order in which they want their values."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from engine.model.rows import Row
from engine.store.codec import codec
from engine.store.schema import KINDS
from engine.store.statements import Statements

DIALECTS: list[Dialect] = [
    sa.create_engine("sqlite://").dialect,
    sa.create_engine("postgresql+psycopg://", paramstyle="format").dialect,
]


@pytest.mark.parametrize("row", KINDS, ids=lambda row: row.__name__)
@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_an_update_binds_columns_then_key_then_guards(dialect: Dialect, row: type[Row]) -> None:
    of = codec(row)
    columns = of.columns_of(name for name in of.fields if name not in of.kind.key)
    if not columns:
        return
    sql = Statements(dialect).update(row, columns, columns[:1])
    assert sql.order == (
        *(f"s_{name}" for name in columns),
        *(f"k_{name}" for name in of.kind.key),
        f"g_{columns[0]}",
    )
