"""Curves of the additive parts of a model on the whole grid, computed when they are first looked at.

Figures and model files show them; measurements need none, and they are most of the memory of a result.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial

import numpy as np

from qsospec_duck.fitting.complex_model import Gaussian, compile_complex
from qsospec_duck.fitting.complexes import ComplexStage
from qsospec_duck.fitting.computed_later import ComputedLater
from qsospec_duck.fitting.continuum_program import family_of
from qsospec_duck.fitting.optimum import Optimum, evaluate_columns
from qsospec_duck.fitting.result import Component, FloatArray
from qsospec_duck.models.program import IntArray
from qsospec_duck.models.recipes import ComponentRecipe


def continuum_components(x: FloatArray, optimum: Optimum) -> ComputedLater[Component]:
    """Families of a continuum on pixels of ln λ ``x`` (n_pix,)."""
    return ComputedLater(partial(_families, x, optimum))


def line_components(x: FloatArray, stage: ComplexStage) -> ComputedLater[Component]:
    """Every profile of a complex with flux, exactly 0 beyond its support, on pixels of ln λ ``x`` (n_pix,)."""
    return ComputedLater(partial(_profiles, x, stage.recipe.recipe_id, stage.model.components, stage.optimum))


def _families(x: FloatArray, optimum: Optimum) -> tuple[Component, ...]:
    by_family: dict[str, FloatArray] = {}
    for name, share in zip(optimum.program.columns, _shares(optimum, x), strict=True):
        family = family_of(name)
        by_family[family] = by_family[family] + share if family in by_family else share
    return tuple(Component("continuum", None, family, "continuum", share) for family, share in by_family.items())


def _profiles(
    x: FloatArray, recipe_id: str, components: tuple[ComponentRecipe, ...], optimum: Optimum
) -> tuple[Component, ...]:
    profiles, columns, terms = _profiles_of(components)
    program = replace(optimum.program, columns=tuple(one.name for one in profiles), terms=terms)
    by_profile = replace(optimum, program=program, amplitudes=optimum.amplitudes[columns])
    return tuple(
        Component("complex", recipe_id, one.name, one.role, share)
        for one, share, amplitude in zip(profiles, _shares(by_profile, x), by_profile.amplitudes, strict=True)
        if amplitude > 0
    )


@cache
def _profiles_of(components: tuple[ComponentRecipe, ...]) -> tuple[tuple[Gaussian, ...], IntArray, IntArray]:
    """One Gaussian of every profile, which is a Gaussian or all of a Lorentzian, its column, and terms by profile."""
    model = compile_complex(components)
    profiles = {gaussian.name: gaussian for gaussian in model.gaussians}
    terms = model.program.terms.copy()
    terms[:, 1] = [list(profiles).index(gaussian.name) for gaussian in model.gaussians]
    return tuple(profiles.values()), np.array([one.column for one in profiles.values()], dtype=np.int64), terms


def _shares(optimum: Optimum, x: FloatArray) -> FloatArray:
    """(n_col, n_pix) columns times their amplitudes."""
    columns = evaluate_columns(optimum.program, x, np.ones_like(x), optimum.theta)
    columns *= optimum.amplitudes[:, None]
    return columns
