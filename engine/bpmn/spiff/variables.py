"""Variables as Zeebe has them: one root scope, and local scopes on the tokens that need them."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any

from engine import feel
from engine.bpmn.spiff.incident import Stuck
from engine.bpmn.spiff.values import plain

if TYPE_CHECKING:
    from engine.bpmn.spiff.instance import Instance
    from engine.bpmn.spiff.plan import Assign, Text
    from engine.bpmn.spiff.token import Token


def scopes(token: Token | None) -> Iterator[dict[str, Any]]:
    """The local scopes seen from a token, innermost first; the root is not among them."""
    while token is not None:
        if token.locals:
            yield token.locals
        token = token.parent


def visible(instance: Instance, token: Token | None) -> dict[str, object]:
    """All variables seen from a token."""
    seen = dict(instance.variables)
    for local in reversed(list(scopes(token))):
        seen.update(local)
    return seen


def assign(instance: Instance, token: Token | None, target: tuple[str, ...], value: object) -> None:
    """Set a variable in the innermost scope that has it, else in the root."""
    name = target[0]
    if instance.watched:
        instance.touched.add(name)
    holder: MutableMapping[str, Any] = instance.variables
    for local in scopes(token):
        if name in local:
            holder = local
            break
    put(holder, target, value)


def merge(instance: Instance, token: Token | None, values: Mapping[str, object]) -> None:
    """Set several variables, each in the innermost scope that has it, else in the root."""
    for name, value in values.items():
        assign(instance, token, (name,), value)


def put(holder: MutableMapping[str, Any], target: tuple[str, ...], value: object) -> None:
    """Set ``a.b.c`` in a mapping; the contexts on the way are copied, never changed in place."""
    name, *rest = target
    if not rest:
        holder[name] = value
        return
    before = holder.get(name)
    inner = dict(before) if isinstance(before, Mapping) else {}
    put(inner, tuple(rest), value)
    holder[name] = inner


def mapped(
    instance: Instance, token: Token, assigns: tuple[Assign, ...]
) -> list[tuple[tuple[str, ...], object]]:
    """The values of mappings; a later mapping sees what an earlier one gave."""
    results: list[tuple[tuple[str, ...], object]] = []
    overlay: dict[str, Any] = {}
    for each in assigns:
        value = evaluate(instance, token, each.source, overlay)
        results.append((each.target, value))
        if len(each.target) > 1 and each.target[0] not in overlay:
            overlay[each.target[0]] = visible(instance, token).get(each.target[0])
        put(overlay, each.target, value)
    return results


def evaluate(
    instance: Instance, token: Token | None, text: str, extra: Mapping[str, object] | None = None
) -> object:
    """The plain value of a FEEL text in a token's scope; raises EvaluationFailed."""
    return plain(raw(instance, token, text, extra))


def computed(instance: Instance, token: Token, text: str) -> object:
    """Like :func:`evaluate`, but Stuck when it is null because something went wrong in it."""
    warn: list[feel.Diagnostic] = []
    value = plain(raw(instance, token, text, warn=warn))
    if value is None and warn:
        raise Stuck(
            "expression-failed",
            f"表达式“{text[:200]}”没有得出结果：{warn[0].zh}请更正变量或模型，再重试。",
            f'The expression "{text[:200]}" gave nothing: {warn[0].en} '
            "Mend the variables or the model, then retry.",
        )
    return value


def raw(
    instance: Instance,
    token: Token | None,
    text: str,
    extra: Mapping[str, object] | None = None,
    *,
    warn: list[feel.Diagnostic] | None = None,
) -> object:
    """The FEEL value of a FEEL text in a token's scope; raises EvaluationFailed."""
    maps: list[Mapping[str, Any]] = [extra] if extra else []
    maps += scopes(token)
    maps += (instance.variables, instance.functions)
    expression = feel.compile(text, names=instance.function_names)
    try:
        return expression.evaluate(ChainMap(*maps), now=instance.now, warn=warn)  # type: ignore[arg-type]
    except (TypeError, ValueError, ArithmeticError, RecursionError) as exc:
        # A variable or a function of the host that has no meaning in FEEL.
        raise Stuck(
            "value-unusable",
            f"表达式“{text[:200]}”用到的变量或函数无法使用（{type(exc).__name__}）。"
            "请更正变量，再重试。",
            f'The expression "{text[:200]}" uses a variable or function that cannot be used '
            f"({type(exc).__name__}). Mend the variables, then retry.",
        ) from exc


def holds(
    instance: Instance, token: Token | None, text: str, extra: Mapping[str, object] | None = None
) -> bool:
    """Whether a condition is true; null is not. Raises Stuck when it is no condition at all."""
    value = raw(instance, token, text, extra)
    if value is None or isinstance(value, bool):
        return value is True
    raise Stuck(
        "condition-not-boolean",
        f"条件“{text}”的结果不是“是/否”，而是：{str(value)[:80]}。请在模型中改正，再重试。",
        f'The condition "{text}" gave {str(value)[:80]!r} instead of true or false. '
        "Mend the model or the variables, then retry.",
    )


def resolve(instance: Instance, token: Token, text: Text | None) -> object:
    """A text's plain value: what it says, or what its FEEL gives."""
    if text is None:
        return None
    return evaluate(instance, token, text.text) if text.feel else text.text


def word(instance: Instance, token: Token, text: Text | None) -> str | None:
    """A text's value as a single string; None when there is none."""
    value = resolve(instance, token, text)
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, bool) or not isinstance(value, list | dict):
        return str(value)
    raise _not("一个文本", "a single text", text)


def words(instance: Instance, token: Token, text: Text | None) -> tuple[str, ...]:
    """A text's value as strings: a list, or one text with commas."""
    value = resolve(instance, token, text)
    if value is None:
        return ()
    if isinstance(value, str):
        value = value.replace("，", ",").replace("、", ",").split(",")
    if not isinstance(value, list):
        value = [value]
    if any(isinstance(each, list | dict) for each in value):
        raise _not("文本的列表", "a list of texts", text)
    return tuple(dict.fromkeys(str(each).strip() for each in value if str(each or "").strip()))


def whole(instance: Instance, token: Token, text: Text | None, default: int) -> int:
    """A text's value as a whole number."""
    value = resolve(instance, token, text)
    if value is None:
        return default
    try:
        return int(str(value))
    except ValueError:
        raise _not("一个整数", "a whole number", text) from None


def _not(zh: str, en: str, text: Text | None) -> Stuck:
    written = text.text if text is not None else ""
    return Stuck(
        "value-unusable",
        f"“{written}”的结果应当是{zh}。请在模型或变量中改正，再重试。",
        f'"{written}" should have given {en}. Mend the model or the variables, then retry.',
    )
