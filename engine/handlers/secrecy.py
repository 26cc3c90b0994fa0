"""Confidential fields, and the files that carry them: who may read what of a case."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from engine.model.people import Viewer
from engine.model.rows import File, Instance

if TYPE_CHECKING:
    from engine.catalog import Package
    from engine.handlers.case import Case

_FIELD = re.compile(r"[^.\[]*")


def field_of(path: str) -> str:
    """The field an answer's path begins with: ``interviews[0].record`` lies in ``interviews``."""
    match = _FIELD.match(path)
    return match[0] if match else ""


def sealed(packages: Iterable[Package], roles: Iterable[str]) -> frozenset[str]:
    """Fields that nobody with just these roles may read, over all packages of a case."""
    held = tuple(roles)
    return frozenset().union(*(package.confidential_fields(held) for package in packages))


def may_read(file: File, viewer: Viewer, secret: Collection[str], hidden: Collection[str]) -> bool:
    """Whether a viewer may read a file of a case they may see.

    ``secret`` are all confidential fields of the case, ``hidden`` those closed to this viewer.
    """
    if viewer.system or file.uploaded_by == viewer.user_id:
        return True
    field = field_of(file.field)
    if field in secret:
        return field not in hidden
    return not (file.confidential and hidden)


def hidden_from_actor(case: Case) -> frozenset[str]:
    """Fields of a case that whoever acts may not read."""
    viewer = case.context.viewer
    return frozenset() if viewer.system else sealed(_packages(case), viewer.role_ids)


def readable(case: Case, files: Iterable[File]) -> list[File]:
    """Those of a case's files that whoever acts may read."""
    found = list(files)
    if not found or case.context.viewer.system:
        return found
    hidden, secret = hidden_from_actor(case), sealed(_packages(case), ())
    return [file for file in found if may_read(file, case.context.viewer, secret, hidden)]


def veiled(values: Mapping[str, object], hidden: Collection[str]) -> dict[str, object]:
    """Values without those of hidden fields."""
    return {key: value for key, value in values.items() if key not in hidden}


def _packages(case: Case) -> list[Package]:
    rows = case.tx.columns(Instance, ("deployment_id",), root_id=case.root.id)
    house = case.context.house
    return [house.package(found) for found in {deployment_id for (deployment_id,) in rows}]
