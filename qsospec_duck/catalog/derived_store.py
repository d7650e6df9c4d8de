"""How rows of ``derived`` and of ``calibrations`` get into a run: a file a calibration, replaced in one step."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

from qsospec_duck.columns import arrow_schema
from qsospec_duck.errors import ConfigError, RunError
from qsospec_duck.runs import RunBundle

_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]*")


@dataclass(frozen=True)
class Calibration:
    """What rows of ``derived`` rest on; a row of the view ``calibrations``."""

    run_id: str
    calibration_id: str
    h0: float | None = None
    """Hubble constant [km/s/Mpc]; None where a calculator computed the rows."""

    om0: float | None = None
    bolometric: str | None = None
    hb_mass: str | None = None
    """Relation behind ``logmbh`` where Hbeta gives it; so the two below."""

    mgii_mass: str | None = None
    civ_mass: str | None = None
    calculator: str | None = None
    """``sql``, ``sql`` and a file, or ``python`` and a function; None for `recalibrate`."""

    definition: str | None = None
    """Text of the query, or source of the function where Python knows it."""


class CalibrationWriter:
    """Rows of one calibration, written beside those it had; they change places when `replace` is called.

    Used in a ``with`` block, at whose end nothing of a writing that was not finished is left.

    Raises
    ------
    ConfigError
        The calibration id cannot be the name of a file.
    RunError
        The run lies in an object store, where only batches write.
    """

    def __init__(self, bundle: RunBundle, about: Calibration) -> None:
        check_name(about.calibration_id)
        if bundle.address is not None:
            raise RunError(f"{bundle.address}: derived rows are written to a run on a file system; copy it first.")
        self.about = about
        self.rows = 0
        self._data = bundle.path / "data"
        self._file = self._data / "derived" / f"part-{about.calibration_id}.parquet"
        self._writer: pq.ParquetWriter | None = None

    def __enter__(self) -> Self:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._close()
        self._aside.unlink(missing_ok=True)

    @property
    def _aside(self) -> Path:
        return self._file.with_suffix(".writing")

    def write(self, rows: pa.Table) -> None:
        """Write a row group: columns of ``derived``, texts perhaps as dictionaries; those left out are NULL."""
        if self._writer is None:
            texts = [field.name for field in rows.schema if not pa.types.is_floating(field.type)]
            # measured numbers hardly repeat: they take a tenth more bytes as they are and a quarter less time
            packed = {field.name: "lz4" if field.name in texts else "none" for field in rows.schema}
            self._writer = pq.ParquetWriter(
                self._aside, rows.schema, compression=packed, use_dictionary=texts, version="2.6",
                # those of object_key would take a third of the time, to find one object in 10 ms for 60
                write_statistics=["calibration_id"],
            )  # fmt: skip
        self._writer.write_table(rows, row_group_size=max(1, rows.num_rows))
        self.rows += rows.num_rows

    def replace(self) -> None:
        """Put the written rows in the place of the earlier ones, and say in ``calibrations`` what they rest on."""
        if self._writer is None:
            pq.write_table(arrow_schema("derived").empty_table(), self._aside)
        self._close()
        made_at = datetime.now(UTC).isoformat(timespec="seconds")
        says = pa.Table.from_pylist([asdict(self.about) | {"made_at": made_at}], schema=arrow_schema("calibrations"))
        self._aside.replace(self._file)
        place = self._data / "calibrations" / self._file.name
        place.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(says, place.with_suffix(".writing"))
        place.with_suffix(".writing").replace(place)

    def _close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None


def store_calibration(bundle: RunBundle, about: Calibration, pieces: Iterable[pa.Table]) -> int:
    """Put the rows of a calibration in place of those it had; a reader sees the old or the new ones.

    Returns how many were written; each piece becomes a row group. For what raises, see `CalibrationWriter`.
    """
    with CalibrationWriter(bundle, about) as writer:
        for piece in _one_ahead(pieces):
            writer.write(piece)
        writer.replace()
        return writer.rows


def check_name(calibration_id: str) -> None:
    """Raise `ConfigError` unless a calibration id can be the name of a file."""
    if not _SAFE_NAME.fullmatch(calibration_id):
        raise ConfigError(f"calibration_id is {calibration_id!r}; it should be letters, digits and _ . + - only.")


def _one_ahead(pieces: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Yield the same pieces, each next one made in a thread while the last one is worked on."""
    waiting = iter(pieces)
    with ThreadPoolExecutor(1) as pool:
        ahead = pool.submit(next, waiting, None)
        while (piece := ahead.result()) is not None:
            ahead = pool.submit(next, waiting, None)
            yield piece
