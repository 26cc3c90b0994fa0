"""Context functions: DMN 1.5, 10.3.4.9."""

from __future__ import annotations

from engine.feel.budget import Run
from engine.feel.builtins.registry import builtin
from engine.feel.diagnostics import Null
from engine.feel.values import Context, kind_en, kind_zh


@builtin("get value(m: context, key: string)")
def get_value(run: Run, context: Context, key: str) -> object:
    """The value of one key."""
    if key not in context:
        raise Null(f"上下文里没有“{key[:40]}”。", f'the context has no entry "{key[:40]}".')
    return context[key]


@builtin("get value(context: context, keys: list)")
def get_deep_value(run: Run, context: Context, keys: list[object]) -> object:
    """The value reached by following keys (Camunda)."""
    value: object = context
    for key in keys:
        run.meter.tick()
        if not isinstance(value, Context) or not isinstance(key, str):
            raise Null("按这些键找不到值。", "these keys lead to no value.")
        value = get_value(run, value, key)
    return value


@builtin("get entries(m: context)")
def get_entries(run: Run, context: Context) -> object:
    """The entries as a list of key and value."""
    run.meter.elements(len(context))
    return [Context(key=key, value=value) for key, value in context.items()]


@builtin("context(entries: list)")
def context_(run: Run, entries: list[object]) -> object:
    """A context from a list of key and value."""
    run.meter.elements(len(entries))
    result = Context()
    for entry in entries:
        if not isinstance(entry, Context) or "value" not in entry:
            raise Null("每一项应有 key 和 value。", "every entry has a key and a value.")
        key = entry.get("key")
        if not isinstance(key, str) or key in result:
            raise Null("key 应为不重复的文本。", "keys are strings, each once.")
        result[key] = entry["value"]
    return result


@builtin("context put(context: context, key: string, value: any)")
def put(run: Run, context: Context, key: str, value: object) -> object:
    """A copy with one entry set."""
    run.meter.elements(len(context) + 1)
    result = Context(context)
    result[key] = value
    return result


@builtin("context put(context: context, keys: list, value: any)")
def put_deep(run: Run, context: Context, keys: list[object], value: object) -> object:
    """A copy with one entry set, reached by following keys."""
    if not keys:
        raise Null("至少要有一个键。", "there is no key.")
    path = [context]
    for key in keys[:-1]:
        run.meter.tick()
        inner = path[-1].get(_string(key), Context())
        if not isinstance(inner, Context):
            raise Null(f"路径上遇到{kind_zh(inner)}。", f"the path meets a {kind_en(inner)}.")
        path.append(inner)
    for holder, key in zip(reversed(path), reversed(keys), strict=True):
        value = put(run, holder, _string(key), value)
    return value


def _string(key: object) -> str:
    if isinstance(key, str):
        return key
    raise Null("键应为文本。", "a key is a string.")


@builtin("context merge(contexts: list)")
def merge(run: Run, contexts: list[object]) -> object:
    """All entries of all contexts; later ones win."""
    result = Context()
    for each in contexts:
        if not isinstance(each, Context):
            raise Null(f"列表里有{kind_zh(each)}。", f"there is a {kind_en(each)} in the list.")
        run.meter.elements(len(each))
        result.update(each)
    return result
