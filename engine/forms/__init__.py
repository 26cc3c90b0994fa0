"""Forms: the form-js schema, read, evaluated and validated on our side.

::

    form = parse(data)                                   # or ModelRejected with every fault
    answers = form.blank(variables, now=now)
    state = form.state(answers, variables, now=now)      # what the page shows
    outcome = form.validate(answers, variables, now=now, people=…, files=…)
    values = outcome.accepted()                          # or AnswersInvalid with every problem

Nothing here does I/O, and nothing a browser sends is believed: unknown, hidden and read-only
fields are never taken from the answers.
"""

from engine.forms.checks import PeopleCheck
from engine.forms.difference import NAMES as ATTRIBUTE_NAMES
from engine.forms.difference import FieldChange, difference
from engine.forms.form import Form, lint, parse
from engine.forms.house import OPINION, house_form
from engine.forms.merging import together
from engine.forms.presenting import Shown, ShownTable, node_text
from engine.forms.schema import Component, FieldInfo, Kind, Option, Subtype
from engine.forms.state import FormState, Limits, Node, Row, TableView
from engine.forms.validation import Validated
from engine.forms.values import FileRef

__all__ = [
    "ATTRIBUTE_NAMES",
    "OPINION",
    "Component",
    "FieldChange",
    "FieldInfo",
    "FileRef",
    "Form",
    "FormState",
    "Kind",
    "Limits",
    "Node",
    "Option",
    "PeopleCheck",
    "Row",
    "Shown",
    "ShownTable",
    "Subtype",
    "TableView",
    "Validated",
    "difference",
    "house_form",
    "lint",
    "node_text",
    "parse",
    "together",
]
