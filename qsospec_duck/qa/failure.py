"""The page of a spectrum that could not be fitted: its data, if they can be read, and the reason."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from qsospec_duck.qa import legend
from qsospec_duck.qa.curves import draw, draw_noise, guides
from qsospec_duck.qa.figure import DPI, INNER_WIDTH, LEFT, MARGIN, WIDTH
from qsospec_duck.qa.header import shortened, snr_text
from qsospec_duck.qa.lettering import text_width
from qsospec_duck.qa.palette import DATA, FAINT_INK, SMOOTHED, TEXT_SIZE, TITLE_SIZE
from qsospec_duck.qa.pixels import shade
from qsospec_duck.qa.save import save_figure
from qsospec_duck.qa.sheet import Sheet
from qsospec_duck.qa.smooth import flux_limits, smooth, smoothing_width
from qsospec_duck.spectra import Spectrum

_PANEL_HEIGHT = 2.9
_MAX_LINES = 14
_REASON_COLOR = "#a33b00"


def plot_failure(
    failure: Mapping[str, Any],
    spectrum: Spectrum | None = None,
    *,
    why_no_data: str = "",
    path: Path | str | None = None,
    dpi: float = DPI,
    digest: str | None = None,
) -> Figure:
    """Draw the page of a failure.

    Parameters
    ----------
    failure : mapping
        Row of the ``failures`` table: object_key, object_id, source, row_index, exception_type, message.
    spectrum : Spectrum, optional
        The data as they were read, in either frame.
    why_no_data : str
        Written in place of the data where there are none.
    path, dpi, digest
        As in `plot_qa`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    kind = failure.get("exception_type") or "failure"
    reason = _wrapped(f"{kind}: {failure.get('message') or 'no message'}", INNER_WIDTH)
    panel_top = MARGIN + 0.75 + 0.16 * len(reason) + 0.35
    body = _PANEL_HEIGHT + 0.55 if spectrum is not None else 0.4
    sheet = Sheet(WIDTH, math.ceil((panel_top + body + 0.1) * 20.0) / 20.0, dpi)
    _write_head(sheet, failure, spectrum, reason)
    if spectrum is None:
        text = shortened(why_no_data or "the data were not kept", INNER_WIDTH, TEXT_SIZE)
        sheet.write(LEFT, panel_top, text, color=FAINT_INK)
    else:
        names = _draw_data(sheet, spectrum, panel_top)
        legend.draw_legend(sheet, legend.legend_rows(names, INNER_WIDTH), LEFT, panel_top - 0.2)
    figure = sheet.finish()
    if path is not None:
        save_figure(figure, Path(path), digest=digest)
    return figure


def _write_head(sheet: Sheet, failure: Mapping[str, Any], spectrum: Spectrum | None, reason: list[str]) -> None:
    name = str(failure.get("object_id") or failure.get("object_key") or "spectrum")
    facts = f"z = {spectrum.z:.4f}   ·   not fitted".replace("-", "−") if spectrum is not None else "not fitted"
    width = INNER_WIDTH - text_width(facts, 10.0) - 0.3
    sheet.write(
        LEFT,
        MARGIN + 0.12,
        shortened(" ".join(name.split()), width, TITLE_SIZE, "bold"),
        size=TITLE_SIZE,
        weight="bold",
    )
    sheet.write(LEFT + INNER_WIDTH, MARGIN + 0.12, facts, size=10.0, align="right")
    row = failure.get("row_index")
    place = f"{failure.get('source') or 'source unknown'}{'' if row is None else f', row {row}'}"
    place = shortened(f"{place}   ·   {failure.get('object_key') or ''}", INNER_WIDTH, TEXT_SIZE)
    sheet.write(LEFT, MARGIN + 0.4, place, color=FAINT_INK)
    for number, line in enumerate(reason):
        sheet.write(LEFT, MARGIN + 0.68 + 0.16 * number, line, color=_REASON_COLOR)


def _draw_data(sheet: Sheet, spectrum: Spectrum, top: float) -> list[str]:
    wave = spectrum.wavelength
    good = spectrum.good & np.isfinite(spectrum.flux)
    flux = np.where(good, spectrum.flux, np.nan)
    snr = float(np.median((spectrum.flux * np.sqrt(spectrum.ivar))[good])) if good.any() else float("nan")
    smoothed = smooth(np.nan_to_num(flux), np.where(good, spectrum.ivar, 0.0), smoothing_width(snr))
    axes = sheet.panel(LEFT, top, INNER_WIDTH, _PANEL_HEIGHT, "failure")
    axes.set_xlim(float(wave[0]), float(wave[-1]))
    axes.set_ylim(*flux_limits(smoothed, np.zeros(wave.size), np.zeros(wave.size), good))
    columns = int(INNER_WIDTH * sheet.figure.dpi)
    seen = shade(axes, wave, {"unusable": ~good}, visible_width=1.2 * (wave[-1] - wave[0]) / columns)
    guides(axes, [0.0])
    draw_noise(axes, wave, flux, DATA, columns, zorder=2.0)
    draw(axes, wave, smoothed, SMOOTHED, zorder=3.0)
    sheet.x_ticks(axes, 11)
    sheet.y_ticks(axes, 6)
    below = top + _PANEL_HEIGHT + 0.31
    sheet.write(LEFT + 0.5 * INNER_WIDTH, below, f"{spectrum.frame} wavelength [Å]", align="center")
    unit = "relative" if spectrum.flux_unit == "relative" else "10⁻¹⁷ erg s⁻¹ cm⁻² Å⁻¹"
    middle = top + 0.5 * _PANEL_HEIGHT
    sheet.write(LEFT - 0.52, middle, f"f(λ), {spectrum.frame} [{unit}]", align="center", rotation=90.0)
    if not good.any():
        sheet.write(
            LEFT + 0.5 * INNER_WIDTH, middle - 0.3, "no usable pixel", size=11.0, color=FAINT_INK, align="center"
        )
    else:
        text = f"S/N {snr_text(snr)} per pixel, {int(good.sum())} of {wave.size} pixels usable"
        sheet.write(LEFT + INNER_WIDTH, below, text, color=FAINT_INK, align="right")
    return [DATA.label, SMOOTHED.label, *seen]


def _wrapped(text: str, width: float) -> list[str]:
    """Break a text into lines of at most ``width`` inches."""
    lines: list[str] = []
    for word in text.split():
        whole = shortened(word, width, TEXT_SIZE)
        if lines and text_width(f"{lines[-1]} {whole}", TEXT_SIZE) <= width:
            lines[-1] += f" {whole}"
        else:
            lines.append(whole)
    return lines if len(lines) <= _MAX_LINES else [*lines[: _MAX_LINES - 1], "…"]
