"""The front door of the house: open it, execute commands, ask queries, run what is due."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from engine import config, feel
from engine.clock import Clock, SystemClock, legal_date, millis
from engine.commands import Command
from engine.executor import Executor
from engine.handlers import seals
from engine.handlers.house import House, Operation
from engine.handlers.jobs import seal_job
from engine.law.roles import Roles, parse_roles
from engine.model.evidence import Flaw
from engine.model.ids import new_id
from engine.model.rows import Job
from engine.queries import Query
from engine.reading import READERS
from engine.store import FileStore, Store
from engine.worker import Worker

T = TypeVar("T")


class Engine:
    """One township's house. Safe to share between threads; close it when done.

    ::

        with Engine.open("sqlite:///demo.db") as engine:
            engine.execute(Deploy(actor="system", files={"leave.bpmn": data}))
    """

    def __init__(self, house: House) -> None:
        self.house = house
        self._executor = Executor(house)
        self.worker = Worker(self._executor)

    @classmethod
    def open(
        cls,
        url: str | None = None,
        *,
        settings: config.Settings | None = None,
        clock: Clock | None = None,
        shelves: Path | None = None,
        operations: Mapping[str, Operation] | None = None,
        script_handlers: Mapping[str, Callable[..., object]] | None = None,
        migrate: bool = True,
    ) -> Engine:
        """Open the database at ``url`` (or the settings' one), bringing its schema up to date.

        ``shelves`` is the folder with ``deadlines.toml`` and ``roles.toml`` (the shipped one by
        default). ``operations`` are the service tasks' operations by name; ``script_handlers`` run
        script formats other than FEEL, which no model can add. Raises Misconfigured, Unavailable.
        """
        settings = settings or _embedded(url)
        feel.set_standing(
            feel.Budget(
                steps=settings.feel_steps,
                depth=settings.feel_depth,
                size=settings.feel_size,
                seconds=settings.feel_millis / 1000,
            )
        )
        store = Store.open(url or settings.database_url, tenant=settings.tenant)
        if migrate:
            store.migrate()
        folder = shelves or config.data_dir() / "processes"
        house = House(
            store=store,
            clock=clock or SystemClock(),
            files=FileStore(settings.files_dir),
            settings=settings,
            shelves=_shelves(folder, settings.region),
            roles=_roles((folder / "roles.toml").read_text(encoding="utf-8")),
            operations=dict(operations or {}),
            script_handlers=dict(script_handlers or {}),
        )
        engine = cls(house)
        engine._ensure_seal_job()
        return engine

    def _ensure_seal_job(self) -> None:
        """There is always one job that seals the evidence of the day that ends."""
        store, now = self.house.store, self.house.clock.now()
        with store.write() as tx:
            if not tx.columns(Job, ("id",), kind="seal", limit=1):
                tx.insert(seal_job(store.tenant, new_id(now), legal_date(now), millis(now)))

    def execute(self, command: Command) -> Any:
        """Carry a command out, whole or not at all. Raises the errors its handler names."""
        return self._executor.execute(command)

    def query(self, query: Query[T]) -> T:
        """Answer a question, showing only what its ``viewer`` may see. Raises NotFound, Forbidden."""
        return READERS[type(query)](self.house, query)  # type: ignore[no-any-return]

    def run_due(self) -> int:
        """Run the jobs that are due by the engine's clock, here and now. Returns how many."""
        return self.worker.run_due()

    def verify(self, case_id: str | None = None) -> Iterator[Flaw]:
        """Flaws of the evidence chains: the first of each; none when all is as it was written."""
        return seals.verify(self.house, case_id=case_id)

    def close(self) -> None:
        """Stop the embedded worker, close the database."""
        self.worker.stop()
        self.house.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _embedded(url: str | None) -> config.Settings:
    """Settings of an engine inside another program: defaults, beside the database asked for."""
    return config.Settings(database_url=url) if url else config.Settings()


@lru_cache(maxsize=8)
def _roles(text: str) -> Roles:
    """The same roles for the same text: throw-away offices beside the office read them again."""
    return parse_roles(text)


def _shelves(folder: Path, region: str) -> dict[str, bytes]:
    files = {"shelf/deadlines.toml": (folder / "deadlines.toml").read_bytes()}
    if region:
        files["shelf/region.toml"] = (folder / "regions" / f"{region}.toml").read_bytes()
    return files
