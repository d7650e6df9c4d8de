"""What validation finds: rows of the table ``tile_validation``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import pyarrow as pa

from qsospec_duck.columns import arrow_schema

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, or suspect, in one file."""

    check_name: str
    severity: str
    """``error``, or ``warning`` where the tile may still be right."""

    path: str
    object: str | None
    """object_key or column that is concerned; ``None`` for the whole file."""

    message: str


def findings_table(findings: Sequence[Finding]) -> pa.Table:
    """Findings as rows, errors first."""
    ordered = sorted(findings, key=lambda one: (one.severity, one.path, one.check_name, one.object or ""))
    return pa.Table.from_pylist([asdict(one) for one in ordered], schema=arrow_schema("tile_validation"))
