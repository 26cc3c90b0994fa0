"""A model ready to be evaluated, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.dmn import model
from engine.dmn.code import Place
from engine.dmn.run import Code
from engine.dmn.texts import Use
from engine.dmn.types import Types
from engine.feel.types import FeelType
from engine.feel.values import Param


@dataclass(frozen=True, kw_only=True)
class CompiledDecision:
    """A decision's logic and the place its value goes to."""

    node: model.Decision
    code: Code
    place: Place


@dataclass(frozen=True, kw_only=True)
class CompiledFunction:
    """A business knowledge model's parameters, logic and result type."""

    node: model.KnowledgeModel
    params: tuple[Param, ...]
    code: Code
    result: FeelType | None


@dataclass(frozen=True, kw_only=True)
class CompiledService:
    """A decision service's parameters (input data, then input decisions) and result type."""

    node: model.DecisionService
    params: tuple[Param, ...]
    inputs: tuple[model.Reference, ...]
    place: Place


@dataclass(frozen=True, kw_only=True)
class CompiledInput:
    """Input data and the place given values go to."""

    node: model.InputData
    place: Place


CompiledNode = CompiledDecision | CompiledFunction | CompiledService | CompiledInput


@dataclass(frozen=True, kw_only=True)
class CompiledModel:
    """A model whose every expression is compiled, linked with the models it imports."""

    model: model.Model
    types: Types
    nodes: Mapping[str, CompiledNode]
    imports: Mapping[str, tuple[str, CompiledModel]]
    """Namespace → name it is known by here, model."""
    uses: tuple[Use, ...] = ()
    """Every text of FEEL in the model, in order, with the names it takes from outside."""
