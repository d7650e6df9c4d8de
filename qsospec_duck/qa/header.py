"""The title block: who the quasar is, how good the fit is, what came out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from qsospec_duck.fitting import FitResult, fit_quality, quality_names
from qsospec_duck.models.lines import lines
from qsospec_duck.qa.lettering import printable, text_width
from qsospec_duck.qa.numbers import NONE, with_error
from qsospec_duck.qa.palette import FAINT_INK, INK, TEXT_SIZE, TITLE_SIZE
from qsospec_duck.qa.sheet import Sheet
from qsospec_duck.qa.view import View

HEIGHT = 0.88
"""Height of the block [inches]."""

_WARNING_COLOR = "#a33b00"
_LONGEST = 300
"""Letters that fit on no sheet."""

_SEPARATOR = "   ·   "


def draw_header(sheet: Sheet, view: View, left: float, top: float, width: float, highlights: Mapping[str, str]) -> None:
    """Write the title block."""
    spectrum = view.result.spectrum
    facts = f"z = {spectrum.z:.4f}   ·   S/N {snr_text(view.snr)} per pixel"
    taken = text_width(facts, 10.0) + 0.3
    sheet.write(
        left,
        top + 0.12,
        shortened(" ".join(spectrum.label.split()) or "spectrum", width - taken, TITLE_SIZE, "bold"),
        size=TITLE_SIZE,
        weight="bold",
    )
    sheet.write(left + width, top + 0.12, facts, size=10.0, align="right")
    write_list(sheet, left, top + 0.37, width, _provenance(view.result), color=FAINT_INK)
    results = [f"{name} {text}" for name, text in {**_key_results(view.result), **highlights}.items()]
    write_list(sheet, left, top + 0.56, width, results)
    troubles = [warning for warning in view.result.warnings if warning.severity != "info"]
    troubles.sort(key=lambda warning: warning.severity != "error")
    codes = list(dict.fromkeys(_place(warning.code, warning.recipe_id) for warning in troubles))
    write_list(sheet, left, top + 0.75, width, codes or ["no warnings"], color=_WARNING_COLOR if codes else FAINT_INK)


def snr_text(snr: float) -> str:
    """Write a signal-to-noise ratio."""
    return f"{snr:.{1 if abs(snr) >= 10 else 2}f}".replace("-", "−") if math.isfinite(snr) else NONE


def write_list(sheet: Sheet, left: float, top: float, width: float, texts: Sequence[str], *, color: str = INK) -> None:
    """Write texts in a line, as many as it holds, and how many more there are."""
    for shown in range(len(texts), 0, -1):
        more = len(texts) - shown
        line = _SEPARATOR.join([*texts[:shown], *([f"+ {more} more"] if more else [])])
        if text_width(line, TEXT_SIZE) <= width or shown == 1:
            sheet.write(left, top, shortened(line, width, TEXT_SIZE), color=color)
            return


def shortened(text: str, width: float, size: float, weight: str = "normal") -> str:
    """Cut a text in its middle so that it is at most ``width`` inches long."""
    text = "".join(map(printable, text))
    if len(text) <= _LONGEST and text_width(text, size, weight) <= width:
        return text
    keep = min(len(text), _LONGEST)
    while keep > 2:
        keep -= 1
        cut = f"{text[: (keep + 1) // 2]}…{text[len(text) - keep // 2 :]}"
        if text_width(cut, size, weight) <= width:
            return cut
    return "…"


def _place(code: str, recipe_id: str | None) -> str:
    words = code.replace("_", " ")
    return f"{words} ({recipe_id})" if recipe_id else words


def _provenance(result: FitResult) -> list[str]:
    spectrum = result.spectrum
    facts = [f"fit: {', '.join(quality_names(fit_quality(result.warnings))) or 'good'}"]
    if spectrum.ra is not None and spectrum.dec is not None:
        sign = "+" if spectrum.dec >= 0 else "−"
        facts.append(f"RA {spectrum.ra:.5f}°  Dec {sign}{abs(spectrum.dec):.5f}°")
    names = [str(spectrum.metadata[name]) for name in ("release", "survey", "program") if spectrum.metadata.get(name)]
    if names:
        facts.append(" ".join(names))
    extinction = spectrum.extinction
    if extinction.status == "applied" and extinction.ebv is not None:
        facts.append(f"dereddened, E(B−V) {extinction.ebv:.3f} ({extinction.law or 'law unknown'})")
    elif extinction.status == "declared_corrected":
        facts.append("dereddened before")
    else:
        facts.append("not dereddened")
    if result.host_model is not None:
        facts.append(_host_text(result))
    if spectrum.object_key and spectrum.object_key != spectrum.object_id:
        facts.append(spectrum.object_key)
    return facts


def _host_text(result: FitResult) -> str:
    """That a host was taken away, and how much of the light it was."""
    shares = {row.quantity: row for row in result.measurements if row.measure == "host_fraction"}
    for wavelength in (5100, 4200, 3000):
        row = shares.get(f"host_fraction_{wavelength}")
        if row is not None:
            return f"host removed: {with_error(row.value, row.error)} of the light at {wavelength} Å"
    return "host galaxy removed"


def _key_results(result: FitResult) -> dict[str, str]:
    """Luminosity, slope, χ² of the continuum, absorption, widths of broad lines: as far as they were measured."""
    rows = {(row.section, row.quantity): row for row in result.measurements}
    found: dict[str, str] = {}
    if not result.continuum.success:
        found["continuum:"] = result.continuum.message or "not fitted"
    for wavelength in (5100, 3000, 1350):
        row = rows.get(("continuum_metric", f"logl{wavelength}"))
        if row is not None:
            found[f"log λL({wavelength} Å)"] = f"{with_error(row.value, row.error)} erg/s"
            break
    slope = rows.get(("continuum_parameter", "power_law_slope"))
    if slope is not None:
        found["slope"] = with_error(slope.value, slope.error)
    if result.continuum.dof > 0:
        found["continuum χ²/dof"] = f"{result.continuum.reduced_chi2:.2f}"
    for ion in ("civ", "siiv", "mgii", "aliii"):
        index = rows.get(("continuum_metric", f"ai_{ion}"))
        if index is not None and index.value > 0:
            kind = "BAL, " if result.value("bal") > 0 else ""
            found[f"{kind}AI {lines()[ion].label}"] = f"{with_error(index.value, index.error)} km/s"
            break
    for line_id in ("hb", "ha", "mgii", "civ"):
        # The width of the whole profile; that of a single Gaussian, a parameter, has the same name where there is one.
        width = rows.get(("complex_metric", f"{line_id}_broad_fwhm"))
        if width is not None:
            found[f"FWHM {lines()[line_id].label}"] = f"{with_error(width.value, width.error)} km/s"
    return found
