"""Warnings by their code: severity and bit come from ``data/warning_codes.csv``."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from qsospec_duck.errors import ConfigError
from qsospec_duck.fitting.result import FitWarning


@dataclass(frozen=True)
class WarningCode:
    """One row of ``warning_codes.csv``."""

    code: str
    severity: str
    section: str
    bit: int
    """Bit of the ``fit_warn`` column."""

    meaning: str


@cache
def warning_codes() -> Mapping[str, WarningCode]:
    """Every warning code."""
    text = resources.files("qsospec_duck").joinpath("data/warning_codes.csv").read_text(encoding="utf-8")
    return MappingProxyType(
        {
            row["code"]: WarningCode(row["code"], row["severity"], row["section"], int(row["bit"]), row["meaning"])
            for row in csv.DictReader(text.splitlines())
        }
    )


def warn(code: str, section: str, message: str, *, recipe_id: str | None = None, **context: Any) -> FitWarning:
    """Make a warning of a registered code.

    Raises
    ------
    ConfigError
        The code is not in ``warning_codes.csv``.
    """
    try:
        severity = warning_codes()[code].severity
    except KeyError:
        raise ConfigError(f"warning_codes.csv has no code {code!r}.") from None
    return FitWarning(code, message, section, recipe_id, severity, context)
