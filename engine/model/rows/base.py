"""What all rows have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(kw_only=True, slots=True)
class Row:
    """What all rows have."""

    tenant: str
