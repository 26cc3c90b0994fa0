"""The schema's history, one file a step. ``python -m engine.store.migrations WHY`` drafts the next.

A step that was released is never changed. Draft, then read what was drafted: a column that was
renamed looks like one dropped and one added.
"""
