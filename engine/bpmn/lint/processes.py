"""What a file as a whole must have: something that runs."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn import names
from engine.bpmn.graph import Graph
from engine.bpmn.wording import problem
from engine.errors import Problem


def something_runs(graph: Graph) -> Iterator[Problem]:
    """At least one process is executable."""
    if graph.processes:
        return
    drawn = [child for child in graph.root if names.kind(child) == "process"]
    if not drawn:
        yield problem(
            "no-process",
            graph.root,
            "文件中没有流程。请画一个流程再部署。",
            "The file has no process. Draw one before deploying it.",
        )
        return
    flagged = any(process.get("isExecutable") is not None for process in drawn)
    yield problem(
        "no-executable-process",
        drawn[0],
        "文件中没有可执行的流程"
        + ("（均标为 isExecutable=false）。" if flagged else "。")
        + "请在建模工具中把要运行的流程设为可执行。",
        "No process of the file is executable"
        + (" (all say isExecutable=false)." if flagged else ".")
        + " Mark the one that is to run as executable in the modeler.",
    )


def executable_by_default(graph: Graph) -> Iterator[Problem]:
    """A process that does not say whether it is executable is taken to be."""
    for process in graph.processes:
        if process.get("isExecutable") is None:
            yield problem(
                "executable-not-said",
                process,
                "{it}没有说明是否可执行，按可执行处理。建议设 isExecutable=true。",
                "{it} does not say whether it is executable and is taken to be. "
                "Set isExecutable=true.",
                severity="warning",
            )


RULES = (something_runs, executable_by_default)
