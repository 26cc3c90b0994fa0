"""What handlers work with: the house they stand in, and the context of one command."""

from __future__ import annotations

import dataclasses
import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from engine import catalog
from engine.clock import CHINA, Clock, legal_date, millis
from engine.config import Settings
from engine.errors import NotFound
from engine.handlers.attempts import Attempts
from engine.handlers.resting import Resting
from engine.handlers.viewers import viewer_of
from engine.law import official
from engine.law.calendar import Closure, WorkCalendar
from engine.law.roles import Roles
from engine.model import evidence
from engine.model.ids import new_id
from engine.model.people import Viewer
from engine.model.rows import AuditEntry, Blob, CalendarYear, Chain, Deployment, Instance, Row
from engine.store import FileStore, Store, Transaction


def calendar_of(years: Iterable[CalendarYear]) -> WorkCalendar:
    """The calendar with the official notices and local closures that were imported."""
    notices = [official.parse_json(json.dumps(row.data)) for row in years if row.kind == "official"]
    closures = [
        Closure(day=date.fromisoformat(day), reason=reason)
        for row in years
        if row.kind == "local"
        for day, reason in row.data.get("closures", {}).items()
    ]
    return WorkCalendar(notices, closures)


Operation = Callable[[Mapping[str, Any], Mapping[str, str]], Mapping[str, Any] | None]


MOST_VIEWERS = 1_000
"""How many people are remembered as viewers."""


@dataclass
class House:
    """The parts that live as long as the program; shared by all threads."""

    store: Store
    clock: Clock
    files: FileStore
    settings: Settings
    shelves: Mapping[str, bytes]
    roles: Roles
    operations: Mapping[str, Operation] = field(default_factory=dict)
    script_handlers: Mapping[str, Callable[..., object]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.viewers: dict[str, tuple[object, Viewer]] = {}
        self._packages: OrderedDict[str, catalog.Package] = OrderedDict()
        self.attempts = Attempts()
        self.resting = Resting()
        self._calendar: WorkCalendar | None = None
        self._lock = threading.Lock()

    def package(self, deployment_id: str) -> catalog.Package:
        """The parsed package of a deployment. Raises NotFound."""
        with self._lock:
            found = self._packages.get(deployment_id)
            if found is not None:
                self._packages.move_to_end(deployment_id)
                return found
        return self._remember(deployment_id, self._load(deployment_id))

    def _load(self, deployment_id: str) -> catalog.Package:
        with self.store.read() as reader:
            row = reader.get(Deployment, id=deployment_id)
            if row is None:
                raise NotFound(what={"zh": "流程版本", "en": "process version"})

            def files() -> dict[str, bytes]:
                wanted = sorted(set(row.files.values()))
                blobs = {b.sha256: b.content for b in reader.find(Blob, sha256=wanted)}
                return {path: blobs.get(sha256, b"") for path, sha256 in row.files.items()}

            formats = frozenset(self.script_handlers)
            return catalog.pinned(row.sha256, files, script_formats=formats)

    def _remember(self, deployment_id: str, package: catalog.Package) -> catalog.Package:
        with self._lock:
            self._packages[deployment_id] = package
            while len(self._packages) > 64:
                self._packages.popitem(last=False)
        return package

    def calendar(self) -> WorkCalendar:
        """The working-day calendar with what was imported; read once and after each import."""
        if self._calendar is None:
            with self.store.read() as reader:
                years = reader.find(CalendarYear)
            self._calendar = calendar_of(years)
        return self._calendar

    def count_by(self, other: House) -> None:
        """Count working days as another house does: for trials, into which no notice is imported."""
        self._calendar = other.calendar()

    def forget_calendar(self) -> None:
        """Read the calendar anew at the next use."""
        self._calendar = None


class Context:
    """One command at work: its transaction, its moment, who asks."""

    def __init__(self, house: House, tx: Transaction, now: datetime, actor: str) -> None:
        self.house = house
        self.tx = tx
        # Law counts in China's days: so do now() and today() of every expression.
        self.now = now.astimezone(CHINA)
        self.now_ms = millis(now)
        self.actor = actor
        self.tenant = house.store.tenant
        self.hops = 0
        """How many jobs in a row led to this command without a person or time between them."""
        self._viewer: Viewer | None = None
        self._office: Chain | None = None

    def carried(self) -> dict[str, int]:
        """What a job remembers of the jobs that led to it."""
        return {"hops": self.hops} if self.hops else {}

    @property
    def viewer(self) -> Viewer:
        """Who asks, with the roles held today; read when first needed."""
        if self._viewer is None:
            self._viewer = self._known_viewer()
        return self._viewer

    def _known_viewer(self) -> Viewer:
        """The viewer as last put together, where nothing they are made of has changed since."""
        today = legal_date(self.now)
        asker = self.tx.asker(self.actor)
        if asker is None:
            return viewer_of(self.tx, self.actor, today, self.house.roles)
        known = self.house.viewers.get(self.actor)
        if known is None or known[0] != (asker, today):
            viewer = viewer_of(self.tx, self.actor, today, self.house.roles)
            if len(self.house.viewers) > MOST_VIEWERS:
                self.house.viewers.clear()
            known = self.house.viewers[self.actor] = ((asker, today), viewer)
        return known[1]

    def new_id(self) -> str:
        """A fresh identifier."""
        return new_id(self.now)

    def record(
        self, action: str, object_id: str, data: dict[str, Any], case: Instance | None = None
    ) -> AuditEntry:
        """Append to the case's evidence chain, or to the office's where there is no case."""
        algorithm = self.house.settings.hash_algorithm
        if case is None:
            chain = self._office_chain()
            chain.seq += 1
            entry = evidence.link(
                tenant=self.tenant,
                chain=evidence.OFFICE,
                seq=chain.seq,
                prev=chain.head,
                at=self.now_ms,
                actor=self.actor,
                action=action,
                object_id=object_id,
                data=data,
                algorithm=algorithm,
            )
            chain.head = entry.hash
            self.tx.update(chain, "seq", "head")
        else:
            case.audit_seq += 1
            entry = evidence.link(
                tenant=self.tenant,
                chain=case.id,
                seq=case.audit_seq,
                prev=case.audit_head,
                at=self.now_ms,
                actor=self.actor,
                action=action,
                object_id=object_id,
                data=data,
                algorithm=algorithm,
            )
            case.audit_head = entry.hash
        self.tx.insert(entry)
        return entry

    def _office_chain(self) -> Chain:
        if self._office is None:
            self._office = self.tx.lock_chain(evidence.OFFICE)
        return self._office

    def put(self, row: Row, *key: str) -> None:
        """Insert a row, or overwrite the one with the same key (attributes named in ``key``)."""
        old = self.tx.get(type(row), **{name: getattr(row, name) for name in key})
        if old is None:
            self.tx.insert(row)
            return
        names = [item.name for item in dataclasses.fields(row) if item.name not in ("tenant", *key)]
        for name in names:
            setattr(old, name, getattr(row, name))
        self.tx.update(old, *names)
