"""The forms that a continuum may take, and the choice between them.

A form is a power law (single or broken), with or without dust before it, with or without a polynomial, with one
template for each iron component. All forms that the options allow are fitted to the same pixels from where the fit
stands. The one with the fewest parameters is taken whose BIC = χ² + k ln n (Schwarz 1978, Ann. Stat. 6, 461) is less
than the threshold of its richest part above the lowest. All of them are archived.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import product
from typing import Any

import numpy as np

from qsospec_duck.fitting.assumed_balmer import balmer_role
from qsospec_duck.fitting.config import Band, ContinuumConfig, IronConfig
from qsospec_duck.fitting.continuum_program import Extras, continuum_program, iron_coverage
from qsospec_duck.fitting.masks import number_inside
from qsospec_duck.fitting.optimum import Optimum
from qsospec_duck.fitting.result import FitWarning, FloatArray, Trial
from qsospec_duck.fitting.warning_codes import warn
from qsospec_duck.models.polynomials import span_of
from qsospec_duck.models.program import Program

IRONS = ("iron_uv", "iron_optical", "iron_iii")


@dataclass(frozen=True, eq=False)
class Form:
    """One form of a continuum, made by `form_of`."""

    config: ContinuumConfig
    """With the templates of this form."""

    power_law: str
    covered: tuple[bool, bool, bool]
    """Whether UV Fe II, optical Fe II and Fe III have enough pixels."""

    balmer: str
    extras: Extras

    @cached_property
    def program(self) -> Program:
        """Its terms."""
        return continuum_program(self.config, self.power_law, *self.covered[:2], self.balmer, self.extras)

    @cached_property
    def without_balmer(self) -> Program:
        """Its terms but the Balmer emission."""
        return continuum_program(self.config, self.power_law, *self.covered[:2], "absent", self.extras)

    @cached_property
    def name(self) -> str:
        """``single`` or ``broken``, and what comes with it."""
        parts = [self.power_law]
        if self.extras.reddened:
            parts.append("reddened")
        if self.extras.polynomial:
            parts.append(f"polynomial {self.config.polynomial.mode}")
        irons: tuple[IronConfig, ...] = tuple(getattr(self.config, name) for name in IRONS)
        parts += [iron.template for iron, is_in in zip(irons, self.covered, strict=True) if is_in and iron.alternatives]
        return ", ".join(parts)

    @cached_property
    def label(self) -> str:
        """Its name among the trials."""
        law, *rest = self.name.split(", ")
        return ", ".join([f"{law} power law", *rest])

    @cached_property
    def threshold(self) -> float:
        """Fall of BIC that its richest part must bring."""
        wanted = [self.config.power_law.delta_bic] if self.power_law == "broken" else []
        if self.extras.reddened:
            wanted.append(self.config.reddening.delta_bic)
        if self.extras.polynomial:
            wanted.append(self.config.polynomial.delta_bic)
        return max(wanted, default=self.config.power_law.delta_bic)


form_of = cache(Form)
"""A form by its parts, made once: it is equal to itself alone, and what it knows of itself is found once."""

Fit = Callable[[Program, FloatArray], Optimum]


def first_form(wave: FloatArray, reach: FloatArray, config: ContinuumConfig) -> tuple[Form, list[FitWarning]]:
    """The plainest form, and why components are left out of it.

    Parameters
    ----------
    wave : ndarray, shape (n,)
        Rest wavelengths of the fitted pixels [Å].
    reach : ndarray, shape (2,)
        Those of the first and the last usable pixel.
    config : ContinuumConfig
    """
    covered = _covered(wave, config)
    warnings = [
        _left_out(name, band, wave, config.min_component_pixels)
        for name, band, is_in in zip(IRONS, _bands(config), covered, strict=True)
        if band and not is_in
    ]
    role = balmer_role(wave, config.balmer, config.min_component_pixels)
    if config.balmer.enabled and role == "absent":
        warnings.append(_left_out("balmer", config.balmer.needed_range, wave, config.min_component_pixels))
    polynomial = config.polynomial
    is_bent = polynomial.mode != "off" and not polynomial.chosen
    span = span_of(reach) if polynomial.mode != "off" else Extras.span
    extras = Extras(covered[2], config.reddening.mode == "on", is_bent, span)
    return form_of(config, "single", covered, role, extras), warnings


def other_forms(form: Form, wave: FloatArray) -> tuple[Form, ...]:
    """Every form that the options allow on these pixels, the given one's plain self first."""
    choices = _iron_choices(form.config)
    return _forms(form, _may_break(wave, form.config), tuple(_covered(wave, irons) for irons in choices))


@cache
def _forms(form: Form, may_break: bool, covered: tuple[tuple[bool, bool, bool], ...]) -> tuple[Form, ...]:
    """Every form, for what of each choice of iron templates is covered."""
    config = form.config
    laws = ("single", "broken") if may_break else (form.power_law,)
    reddened = (False, True) if config.reddening.mode == "auto" else (form.extras.reddened,)
    is_optional = config.polynomial.mode != "off" and config.polynomial.chosen
    polynomial = (False, True) if is_optional else (form.extras.polynomial,)
    irons = tuple(zip(_iron_choices(config), covered, strict=True))
    out = []
    for (iron, is_in), has_bend, has_dust, law in product(irons, polynomial, reddened, laws):
        extras = replace(form.extras, iron_iii=is_in[2], reddened=has_dust, polynomial=has_bend)
        out.append(form_of(iron, law, is_in, form.balmer, extras))
    return tuple(out)


def choose_form(
    fit: Fit, form: Form, optimum: Optimum, forms: Sequence[Form]
) -> tuple[Form, Optimum, tuple[Trial, ...]]:
    """The form to take, its optimum, and what all forms reached.

    Parameters
    ----------
    fit : callable
        Program and starts to optimum, on the present pixels.
    form, optimum
        Where the fit stands.
    forms : sequence of Form
        Candidates; `other_forms`.
    """
    found = [optimum if one is form else fit(one.program, carried(optimum, one.program)[None, :]) for one in forms]
    bic = [one.bic for one in found]
    asked = form.config.power_law.mode
    allowed = [i for i, one in enumerate(forms) if asked != "broken" or one.power_law == "broken"] or [0]
    best = min(allowed, key=lambda i: bic[i])
    plain = [i for i in allowed if bic[i] - bic[best] < forms[best].threshold or i == best]
    taken = min(plain, key=lambda i: (len(forms[i].program.parameters), len(forms[i].program.columns), bic[i]))
    trials = tuple(
        Trial(one.label, at.chi2, at.n_parameters, at.n_pixels, i == taken)
        for i, (one, at) in enumerate(zip(forms, found, strict=True))
    )
    return forms[taken], found[taken], trials


def carried(optimum: Optimum, program: Program) -> FloatArray:
    """Shapes of an optimum as a start of another program: by name, a new slope where the old one stood."""
    known = {p.name: value for p, value in zip(optimum.program.parameters, optimum.theta.tolist(), strict=True)}
    known.setdefault("power_law_slope_red", known["power_law_slope"])
    start = np.array([known.get(parameter.name, parameter.start) for parameter in program.parameters])
    return np.minimum(np.maximum(start, program.low), program.high)


def _covered(wave: FloatArray, config: ContinuumConfig) -> tuple[bool, bool, bool]:
    """Which iron components have enough fitted pixels."""
    needed = config.min_component_pixels
    uv, optical, iii = (band is not None and number_inside(wave, band) >= needed for band in _bands(config))
    return uv, optical, iii


@cache
def _bands(config: ContinuumConfig) -> tuple[Band | None, ...]:
    """Wavelengths [Å] between which each iron component lives; ``None`` for one that is not asked for."""
    irons: tuple[IronConfig, ...] = tuple(getattr(config, name) for name in IRONS)
    return tuple(iron_coverage(iron) if iron.enabled else None for iron in irons)


def _left_out(name: str, band: Band, wave: FloatArray, needed: int) -> FitWarning:
    n_pixels = number_inside(wave, band)
    return warn(
        "component_not_covered" if n_pixels == 0 else "continuum_few_pixels", "continuum",
        f"{name}: {n_pixels} continuum pixels between {band[0]:.0f} and {band[1]:.0f} Å; {needed} are needed.",
        component=name, n_pixels=n_pixels,
    )  # fmt: skip


@cache
def _iron_choices(config: ContinuumConfig) -> tuple[ContinuumConfig, ...]:
    """The options with every combination of templates that they name."""
    irons: tuple[IronConfig, ...] = tuple(getattr(config, name) for name in IRONS)
    sets = [tuple(dict.fromkeys((iron.template, *iron.alternatives))) if iron.enabled else (iron.template,)
            for iron in irons]  # fmt: skip
    out = []
    for templates in product(*sets):
        changed: dict[str, Any] = {
            name: replace(iron, template=template)
            for name, iron, template in zip(IRONS, irons, templates, strict=True)
            if template != iron.template
        }
        out.append(replace(config, **changed) if changed else config)
    return tuple(out)


def _may_break(wave: FloatArray, config: ContinuumConfig) -> bool:
    law = config.power_law
    if law.mode == "single":
        return False
    n_red = wave.size - int(wave.searchsorted(law.break_wavelength, side="right"))
    return min(n_red, wave.size - n_red) >= law.min_pixels_per_side
