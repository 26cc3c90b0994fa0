"""The engine: knows BPMN, FEEL, DMN, time and evidence; no web, no township.

The front door is :class:`engine.engine.Engine`; commands stand in :mod:`engine.commands`, questions
in :mod:`engine.queries`.
"""
