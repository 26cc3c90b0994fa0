"""What commands answer with."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class CaseResult:
    """Where a case stands after a command, and which open tasks are the actor's own now."""

    case_id: str
    case_no: str
    title: str
    version: int
    state: str
    mine: tuple[str, ...] = ()
    """Ids of open tasks assigned to the actor."""
    opened: tuple[str, ...] = ()
    """Ids of tasks this command opened."""
    closed: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """A deployment; ``new`` is false when the same content was already the newest version."""

    deployment_id: str
    process_key: str
    version: int
    new: bool
    sha256: str
    warnings: tuple[object, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DraftSaved:
    """A draft of a process as kept.

    ``beside`` is the other draft where two saved at once; of a draft's first save, the newest one
    that somebody else has.
    """

    draft_id: str
    version: int
    saved_at: int
    beside: str = ""


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """``token`` is the cookie's secret; only its hash is stored."""

    user_id: str
    token: str = field(repr=False)
    expires_at: int
    must_change_password: bool


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A stored file as forms refer to it."""

    id: str
    name: str
    size: int
    sha256: str
    media_type: str

    def reference(self) -> dict[str, object]:
        """The value of a file field."""
        return {
            "id": self.id,
            "name": self.name,
            "size": self.size,
            "sha256": self.sha256,
            "type": self.media_type,
        }
