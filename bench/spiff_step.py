"""What one completed user task costs: SpiffWorkflow alone in memory, and our run on it.

Run it with ``python bench/spiff_step.py``. Every figure is the median over a whole instance, in
microseconds; ratios are within this one run.
"""

from __future__ import annotations

import gc
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from io import BytesIO
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from lxml import etree
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.spiff import Specs, compile_specs

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
ANSWERS: dict[str, object] = {"opinion": "同意", "amount": 1200, "note": "x" * 200}


class Services:
    """A house with nothing in it."""

    def decide(self, decision_id: str, variables: Mapping[str, object]) -> object:
        raise LookupError(decision_id)

    def functions(self) -> Mapping[str, object]:
        return {}

    def script(self, language: str) -> Callable[[str, Mapping[str, object]], object] | None:
        return None


def model(tasks: int) -> bytes:
    """A straight line of user tasks."""
    stations = ["begin", *(f"t{number}" for number in range(tasks)), "finish"]
    nodes = "".join(f'<userTask id="{station}"/>' for station in stations[1:-1])
    flows = "".join(
        f'<sequenceFlow id="f{number}" sourceRef="{source}" targetRef="{target}"/>'
        for number, (source, target) in enumerate(pairwise(stations))
    )
    return (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t">'
        f'<process id="p" isExecutable="true"><startEvent id="begin"/>{nodes}'
        f'<endEvent id="finish"/>{flows}</process></definitions>'
    ).encode()


def raw(tasks: int) -> Iterator[float]:
    """SpiffWorkflow by itself, kept in memory."""
    parser = BpmnParser()
    parser.add_bpmn_io(BytesIO(model(tasks)))
    workflow = BpmnWorkflow(parser.get_spec("p"))
    workflow.do_engine_steps()
    while not workflow.is_completed():
        task = workflow.get_next_task(state=TaskState.READY, manual=True)
        began = time.perf_counter()
        task.data.update(ANSWERS)
        task.run()
        workflow.do_engine_steps()
        workflow.get_tasks(state=TaskState.READY, manual=True)
        yield time.perf_counter() - began


def ours(specs: Specs, *, restoring: bool) -> Iterator[float]:
    """Our run; with ``restoring`` every step restores before and saves after."""
    services = Services()
    run = specs.start("p", {}, now=NOW, services=services)
    run.progress()
    state, variables = run.save(), run.variables
    while run.open:
        (key,) = run.open
        began = time.perf_counter()
        if restoring:
            run = specs.restore(state, variables, now=NOW, services=services)
        run.complete(key, ANSWERS)
        variables = dict(run.progress().variables)
        if restoring:
            state = run.save()
        yield time.perf_counter() - began


def median(steps: Callable[[], Iterator[float]], least: int = 400) -> float:
    """Microseconds of the middle step, over instances until there are enough of them."""
    seen: list[float] = []
    while len(seen) < least:
        seen += steps()
    return statistics.median(seen) * 1e6


def main() -> None:
    """Print the table."""
    gc.freeze()
    print(
        f"{'tasks':>6} {'raw':>9} {'ours':>9} {'restored':>9} {'ours/raw':>9} {'restored/raw':>13}"
    )
    restored: dict[int, float] = {}
    for tasks in (5, 50, 200):
        specs = compile_specs(etree.fromstring(model(tasks)).getroottree(), {})
        alone = median(lambda tasks=tasks: raw(tasks), 200)  # type: ignore[misc]
        in_memory = median(lambda specs=specs: ours(specs, restoring=False))  # type: ignore[misc]
        again = median(lambda specs=specs: ours(specs, restoring=True))  # type: ignore[misc]
        restored[tasks] = again
        print(
            f"{tasks:>6} {alone:>9.1f} {in_memory:>9.1f} {again:>9.1f}"
            f" {in_memory / alone:>9.2f} {again / alone:>13.2f}"
        )
    print(f"restored, 200 tasks against 5: {restored[200] / restored[5]:.2f}")


if __name__ == "__main__":
    main()
