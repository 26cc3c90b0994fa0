"""The built-in runner: claims due jobs and executes them as commands.

The job row is the only truth: whoever runs a job proves its claim by the lease, and a job done by
somebody else is simply no longer there. Losing this process loses nothing but time.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Sequence

import structlog

from engine.clock import millis
from engine.commands import SYSTEM, GiveUpJob, RunJob
from engine.executor import Executor
from engine.handlers import indexing, jobs
from engine.handlers.jobwords import describe
from engine.model.rows import Job, Runner
from engine.store import Lost, lt

log = structlog.get_logger("yifa.worker")

BEAT_MS = 30_000
"""How often a runner says that it lives."""
GONE_MS = 86_400_000
"""After how long without a word a runner is forgotten."""
LEASE_MS = 60_000
"""How long a claimed job is left alone before somebody else may take it."""
IDLE_SECONDS = 1.0
"""How long a runner sleeps at most before it looks again, when nothing woke it."""
BATCH = 20


class Worker:
    """Runs jobs until told to stop. Several may run on one database."""

    def __init__(self, executor: Executor, *, lanes: Sequence[str] | None = None) -> None:
        self.executor = executor
        self.house = executor.house
        self.lanes = lanes
        self.name = uuid.uuid4().hex[:12]
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._said = -BEAT_MS

    # --- working -------------------------------------------------------------------------------

    def run_due(self, limit: int = 10_000) -> int:
        """Do everything that is due now, and what becomes due by doing it. Returns how many."""
        done = 0
        while done < limit and not self._stop.is_set():
            batch = self.house.store.jobs.claim(
                millis(self.house.clock.now()),
                lanes=self.lanes,
                limit=BATCH,
                lease_ms=LEASE_MS,
                worker=self.name,
            )
            if not batch:
                break
            for job in batch:
                if self._holds(job):
                    self.run(job)
                done += 1
        while not self._stop.is_set() and indexing.take_in(self.house.store):
            pass
        return done

    def _holds(self, job: Job) -> bool:
        """Whether a job is still ours: one at the end of a slow batch has its lease renewed."""
        now = millis(self.house.clock.now())
        if job.lease_until is not None and now < job.lease_until - LEASE_MS // 2:
            return True
        return self.house.store.jobs.renew(job, now + LEASE_MS)

    def run(self, job: Job) -> None:
        """Do one claimed job; a failure is kept for a later try, or becomes an incident."""
        lease = job.lease or ""
        try:
            if job.attempts > job.max_attempts:
                raise TimeoutError("lease expired too often")
            prepared = jobs.prepare(self.house, job)
            self.executor.execute(
                RunJob(actor=SYSTEM, job_id=job.id, lease=lease, prepared=prepared)
            )
        except Lost:
            log.info("lost", job=job.id, kind=job.kind)
        except Exception as exc:
            self._failed(job, lease, exc)

    def _failed(self, job: Job, lease: str, exc: Exception) -> None:
        log.warning(
            "job-failed",
            job=job.id,
            kind=job.kind,
            attempts=job.attempts,
            error=type(exc).__name__,
            exc_info=exc,
        )
        try:
            if job.attempts >= job.max_attempts:
                self.executor.execute(
                    GiveUpJob(actor=SYSTEM, job_id=job.id, lease=lease, error=describe(exc))
                )
            else:
                retry_at = millis(self.house.clock.now()) + jobs.backoff(job.attempts)
                self.house.store.jobs.fail(job, describe(exc), retry_at)
        except Lost:
            log.info("lost", job=job.id, kind=job.kind)
        except Exception:
            log.exception("job-failure-not-kept", job=job.id)

    def beat(self) -> None:
        """Say now and then that this runner lives, for who looks whether one does."""
        now = millis(self.house.clock.now())
        if abs(now - self._said) < BEAT_MS:
            return
        with self.house.store.write() as tx:
            mine = tx.get(Runner, id=self.name)
            if mine is None:
                tx.insert(Runner(tenant=tx.tenant, id=self.name, started_at=now, seen_at=now))
            else:
                mine.seen_at = now
                tx.update(mine, "seen_at")
            tx.delete_where(Runner, seen_at=lt(now - GONE_MS))
        self._said = now

    # --- as a thread or process -----------------------------------------------------------------

    def serve(self) -> None:
        """Work until ``stop``: sleep until the next job is due, or a commit says there is one."""
        hints = self.house.store.hints
        while not self._stop.is_set():
            rung = hints.rung
            try:
                self.beat()
                self.run_due()
            except Exception:
                log.exception("worker-trouble")
                self._stop.wait(IDLE_SECONDS)
                continue
            hints.wait(self._pause(), rung)

    def _pause(self) -> float:
        now = millis(self.house.clock.now())
        following = self.house.store.jobs.next_due(now, lanes=self.lanes)
        if following is None:
            return IDLE_SECONDS
        return min(IDLE_SECONDS, max(0.0, (following - now) / 1000))

    def start(self) -> None:
        """Run in a thread of this process (the embedded worker)."""
        self._thread = threading.Thread(target=self.serve, name="yifa-worker", daemon=True)
        self._thread.start()

    def stop(self, seconds: float = 10.0) -> None:
        """Finish the job at hand, then end."""
        self._stop.set()
        self.house.store.hints.ring()
        if self._thread is not None:
            self._thread.join(seconds)
