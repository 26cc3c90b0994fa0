"""Forms on pages: from a browser's post to answers, and from a form's state to HTML.

::

    post = read(form, request.form, request.files, known=files_by_id)
    answers = post.with_uploads(form, stored)
    outcome = form.validate(answers, context, now=…, people=…, files=files_by_id)
    page = view(outcome.state, outcome.problems, lang=…, people=…)

The macros are in ``templates/forms/``.
"""

from webapp.forms.models import FieldView, FormView, PeopleList, Person
from webapp.forms.post import Action, Post, read
from webapp.forms.view import view

__all__ = ["Action", "FieldView", "FormView", "PeopleList", "Person", "Post", "read", "view"]
