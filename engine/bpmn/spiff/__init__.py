"""Runs models on SpiffWorkflow: the only room that imports it, by subclassing and registering.

SpiffWorkflow gives the registry of parsers, the specifications' graph, and the life of a task from
ready to completed. Around it lie here: our dialect, variables in scopes, timers without a clock,
joins, event handling, incidents, and a state that holds only what is alive.
"""

from engine.bpmn.spiff.run import Run, Specs, compile_specs

__all__ = ["Run", "Specs", "compile_specs"]
