"""What a figure shows, in one number: an unchanged figure is not drawn again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np

from qsospec_duck import __version__
from qsospec_duck.fitting import FitResult
from qsospec_duck.runs.key_values import plain
from qsospec_duck.spectra import Spectrum

STYLE = 1
"""Goes up whenever figures of the same fit look different than before."""

_PLAIN = (str, float, int, bool, type(None))
"""What Python writes the same everywhere; the encoder of JSON takes ten times as long, and a fit has 600 numbers."""


def digest_of(result: FitResult, **options: Any) -> str:
    """Digest of everything that the figure of a fit shows.

    Parameters
    ----------
    result : FitResult
    **options
        How it is drawn: resolution, highlights; JSON-able.

    Returns
    -------
    str
        32 hexadecimal digits.
    """
    content = _started(options)
    _add_spectrum(content, result.spectrum)
    continuum = result.continuum
    for component in continuum.components:
        _add(content, component.name, component.values)
    _add(content, continuum.fit_mask, continuum.clip_mask, continuum.success, continuum.message)
    _add(content, continuum.chi2, continuum.dof)
    for recipe_id, fit in result.complexes.items():
        _add(content, recipe_id, fit.label, fit.window, fit.success, fit.status, fit.selected_model, fit.chi2, fit.dof)
        _add(content, fit.fit_mask, fit.excluded_mask)
        for component in fit.components:
            _add(content, component.name, component.role, component.values)
    for row in result.measurements:
        _add(content, row.section, row.recipe_id, row.quantity, row.value, row.error)
    for warning in result.warnings:
        _add(content, warning.code, warning.recipe_id, warning.severity)
    _add(content, dict(result.complex_statuses), result.metadata.get("configuration_hash"))
    if result.host_model is not None:
        _add(content, result.host_model)
    return content.hexdigest()


def digest_of_failure(failure: Mapping[str, Any], spectrum: Spectrum | None, **options: Any) -> str:
    """Digest of everything that the figure of a failure shows."""
    content = _started(options)
    _add(content, {name: failure.get(name) for name in ("object_key", "object_id", "exception_type", "message")})
    if spectrum is not None:
        _add_spectrum(content, spectrum)
    return content.hexdigest()


def is_current(path: Path, digest: str) -> bool:
    """Tell whether a figure's file is there and bears this digest."""
    return path.is_file() and f"digest:{digest}".encode() in path.read_bytes()


def _started(options: Mapping[str, Any]) -> Any:
    content = hashlib.blake2b(digest_size=16)
    _add(content, STYLE, __version__, matplotlib.__version__, dict(options))
    return content


def _add_spectrum(content: Any, spectrum: Spectrum) -> None:
    extinction = spectrum.extinction
    _add(content, spectrum.object_key, spectrum.object_id, spectrum.z, spectrum.ra, spectrum.dec, spectrum.frame)
    _add(content, extinction.status, extinction.law, extinction.ebv, spectrum.flux_unit)
    _add(content, {name: spectrum.metadata.get(name) for name in ("release", "survey", "program")})
    _add(content, spectrum.wavelength, spectrum.flux, spectrum.ivar)


def _add(content: Any, *values: Any) -> None:
    for value in values:
        if isinstance(value, np.ndarray):
            content.update(np.ascontiguousarray(value).tobytes())
        elif type(value) in _PLAIN:
            content.update(b"%a\0" % (value,))
        else:
            content.update(json.dumps(plain(value), sort_keys=True).encode() + b"\0")
