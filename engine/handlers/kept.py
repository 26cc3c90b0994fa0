"""Which attributes of a case's root and of a closed task a command writes back."""

from __future__ import annotations

from operator import attrgetter

ROOT_FIELDS = (
    "case_no",
    "title",
    "summary",
    "state",
    "urgency",
    "ended_at",
    "variables",
    "tokens",
    "stage",
    "stage_since",
    "track",
    "incidents",
    "due_at",
    "warn_at",
    "clock_paused",
    "rule_id",
    "late",
    "returns",
    "audit_seq",
    "audit_head",
    "people",
    "excluded",
    "clocks",
    "steps",
    "standing",
    "oversight_due_at",
    "idle_since",
    "limited",
)
root_fields = attrgetter(*ROOT_FIELDS)
CLOSED_FIELDS = (
    "state",
    "closed_at",
    "closed_by",
    "answers",
    "late_reason",
    "version",
    "assignee",
    "drafted",
    "owner",
)
