"""A program that answers completions one after another until somebody kills it.

``python tests/faults/killed_server.py URL FILES`` opens an engine with its embedded worker, starts
cases and completes their tasks from several threads, and writes one line for every answer it got:
``started CASE`` or ``completed TASK NUMBER``. A line is flushed only after the engine answered, so
whoever kills this program knows what had been promised by then.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from engine.commands import CompleteTask, StartProcess  # noqa: E402
from engine.config import Settings  # noqa: E402
from engine.engine import Engine  # noqa: E402

SHELF = ROOT / "tests" / "support" / "shelf"
_speaking = threading.Lock()


def say(*words: object) -> None:
    """One line, at once."""
    with _speaking:
        print(*words, flush=True)  # noqa: T201 - what it is for


def work(engine: Engine, person: str) -> None:
    """Cases from start to end, without end."""
    number = 0
    while True:
        case = engine.execute(StartProcess(actor=person, process_key="p"))
        say("started", case.case_id)
        opened = case.opened
        while opened:
            task_id = opened[0]
            number += 1
            done = engine.execute(
                CompleteTask(actor=person, task_id=task_id, answers={"number": number})
            )
            say("completed", task_id, number)
            opened = done.opened


def main(url: str, files: str) -> None:
    settings = Settings(database_url=url, files_dir=Path(files))
    engine = Engine.open(url, settings=settings, shelves=SHELF, migrate=False)
    engine.worker.start()
    threads = [
        threading.Thread(target=work, args=(engine, person), daemon=True)
        for person in ("zhang", "zhou")
    ]
    for thread in threads:
        thread.start()
    say("ready")
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    # What the engine logs goes to the error stream: this one is for answers.
    import structlog

    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    main(sys.argv[1], sys.argv[2])
