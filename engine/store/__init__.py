"""The only room that knows a database: rows in, rows out, questions answered.

``Store`` is the door; a command writes inside ``store.write()``, a page reads inside
``store.read()``.
"""

from engine.store.files import FileStore
from engine.store.problems import Lost, Outdated, Retry, Unsure
from engine.store.reads import Reads
from engine.store.reads.standings import Marks
from engine.store.store import Store
from engine.store.transaction import Transaction
from engine.store.transaction import Transaction as Tx
from engine.store.where import ge, gt, le, lt, ne

__all__ = [
    "FileStore",
    "Lost",
    "Marks",
    "Outdated",
    "Reads",
    "Retry",
    "Store",
    "Transaction",
    "Tx",
    "Unsure",
    "ge",
    "gt",
    "le",
    "lt",
    "ne",
]
