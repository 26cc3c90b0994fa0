"""When a statutory limit is up: due moments, warnings, escalations, lamps, remaining time.

Conventions, all from domain practice and each marked where it is a choice of this product:

- Day units start the day after the event (起算次日, 民事诉讼法 85) and end with the last day in China:
  the due moment is that day's last millisecond, 24:00 less 1 ms; from the next midnight it is late.
- Months end on the same day of the month, or on its last day (民法典 202).
- “N日前”, read strictly (product default, safer than the letter): N complete days lie between.
- The lamp goes by the rule's own roll-over; the rolled date is always shown beside it.

```python
rule = shelf.get("disclosure.reply", on=received)
due = compute(rule, received_at, calendar, state=clock, as_of=now)
lamp(due, now), remaining(due, now, calendar).zh  # Lamp.YELLOW, 剩 2 个工作日
```
"""

from engine.law.clockstate import ClockState, Extension, Pause, Restart, check_state
from engine.law.lamps import (
    Lamp,
    Remaining,
    check_completion,
    check_extension,
    lamp,
    remaining,
    time_left,
)
from engine.law.reckoning import (
    Due,
    Escalation,
    add_months,
    compute,
    day_end,
    day_start,
    default_warning,
    earliest_date,
    latest_before,
    limit_date,
)
from engine.law.rules import DeadlineRule, Reason, Status, Step, Unit
from engine.law.shelf import Parameter, Region, Shelf, lint_shelf, merge, parse_region, parse_shelf

__all__ = [
    "ClockState",
    "DeadlineRule",
    "Due",
    "Escalation",
    "Extension",
    "Lamp",
    "Parameter",
    "Pause",
    "Reason",
    "Region",
    "Remaining",
    "Restart",
    "Shelf",
    "Status",
    "Step",
    "Unit",
    "add_months",
    "check_completion",
    "check_extension",
    "check_state",
    "compute",
    "day_end",
    "day_start",
    "default_warning",
    "earliest_date",
    "lamp",
    "latest_before",
    "limit_date",
    "lint_shelf",
    "merge",
    "parse_region",
    "parse_shelf",
    "remaining",
    "time_left",
]
