"""What a read model says, as values: the part of a process definition that others ask about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

LAW_FUNCTIONS: Final = (
    "limit date",
    "earliest date",
    "add working days",
    "working days between",
)
"""Names of the house's FEEL functions that have blanks in them, which a reader must know."""


@dataclass(frozen=True, kw_only=True)
class Constraint:
    """A FEEL condition that must hold when a task is completed, and what to say when it does not."""

    expression: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Element:
    """One flow node of a model as drawn, with what our dialect says of it.

    Texts that begin with ``=`` are FEEL; everything else is meant literally.
    """

    id: str
    kind: str
    """The BPMN tag: ``userTask``, ``exclusiveGateway``, ``subProcess``, ``process``, …"""
    name: str = ""
    process_id: str = ""
    parent: str = ""
    """Id of the enclosing sub-process or process."""
    lane: str = ""
    """The role its lane names (the lane's ``role`` property, else its name)."""
    documentation: str = ""
    form_id: str | None = None
    assignee: str | None = None
    candidate_users: str | None = None
    candidate_groups: str | None = None
    called_process: str | None = None
    called_decision: str | None = None
    operation: str | None = None
    event: str = ""
    """Of events: ``timer``, ``message``, ``signal``, ``error``, …; '' for none."""
    event_name: str = ""
    """Name of the message or signal; code of the error or escalation."""
    attached_to: str = ""
    multi_instance: bool = False
    deadlines: tuple[str, ...] = ()
    """Ids in the deadline catalogue (property ``deadline``, comma-separated)."""
    deadline_from: str | None = None
    """FEEL for the moment the clock starts or hangs on (property ``deadline.from``)."""
    step: str = ""
    documents: tuple[str, ...] = ()
    not_handler_of: tuple[str, ...] = ()
    same_handler_as: tuple[str, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)
    """All ``zeebe:property`` values by name."""


@dataclass(frozen=True, kw_only=True)
class StartEvent:
    """One way to start a process: ``kind`` is ``none``, ``message``, ``signal`` or ``timer``."""

    element_id: str
    kind: str
    name: str = ""
    """Message or signal name; the timer's text."""


@dataclass(frozen=True, kw_only=True)
class ProcessDefinition:
    """One executable process of a model."""

    id: str
    name: str
    version_tag: str
    starts: tuple[StartEvent, ...]
    lanes: tuple[str, ...]


class Services(Protocol):
    """What a run asks of the house while tokens move; none of it may do I/O on the case."""

    def decide(self, decision_id: str, variables: Mapping[str, object]) -> object:
        """The value of a decision of the pinned deployment, given these variables."""
        ...

    def functions(self) -> Mapping[str, object]:
        """FEEL functions by name that expressions may call besides the built-in ones."""
        ...

    def script(self, language: str) -> Callable[[str, Mapping[str, object]], object] | None:
        """The handler the host registered for a script format, if any."""
        ...
