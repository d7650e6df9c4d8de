"""What a batch works on: an item is a file, some rows of a file, or spectra in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from qsospec_duck.archive.object_store import is_remote
from qsospec_duck.spectra import Spectrum


def file_name(path: str | Path) -> str:
    """Name of a file without folders and ``.gz``: the same on every machine."""
    return Path(path).name.removesuffix(".gz")


def full_path(path: str) -> str:
    """Path of a file that another process finds as well; an address is one already."""
    return path if is_remote(path) else str(Path(path).absolute())


@dataclass(frozen=True)
class Item:
    """A part of the input that is planned as one."""

    path: str = ""
    """File, or its address in an object store; empty for spectra in memory."""

    kind: str = "file"
    """``file`` (a reader opens it), ``relation`` (Parquet in the columns of the spectra relation) or ``spectra``."""

    rows: tuple[int, ...] | None = None
    """Rows of the file; ``None`` means every row."""

    keys: tuple[str, ...] | None = None
    """Object keys of ``rows`` where the plan knows them."""

    known: Mapping[str, Any] = field(default_factory=dict)
    """What a manifest says of a spectrum: object_key, object_id, z, ra, dec, ebv, reader."""

    options: Mapping[str, Any] = field(default_factory=dict)
    """Options of the reader."""

    bytes: int = 0
    """Size of the file. Two releases of a survey use the same file names, hardly ever with the same size."""

    spectra: tuple[Spectrum, ...] = ()
    only_keys: frozenset[str] | None = None
    """Fit these rows only: those that failed before. ``None`` means all."""

    @property
    def name(self) -> str:
        """Name of the input, the same on every machine; the key of a file that nobody can read."""
        if self.kind == "spectra":
            return "memory"
        if self.kind == "file" and self.rows is not None:
            return f"{file_name(self.path)}#{','.join(map(str, self.rows))}"
        return file_name(self.path)

    @property
    def identity(self) -> str:
        """What tells that a file was finished before, or that its failures are to be replaced."""
        return f"{self.name} ({self.bytes} bytes)" if self.kind == "file" else self.name

    @property
    def label(self) -> str:
        """Name for messages."""
        return self.path + (f" row {self.rows[0]}" if self.rows and self.kind == "file" else "") or "spectrum in memory"

    @property
    def size(self) -> int:
        """Number of spectra, as far as the plan knows: a file that nobody has opened counts as one."""
        if self.spectra:
            return len(self.spectra)
        return len(self.rows) if self.rows is not None else 1

    @property
    def is_known(self) -> bool:
        """True where the plan knows the keys."""
        return self.keys is not None

    def take(self, chosen: list[int]) -> Item:
        """Part of an item whose keys are known, by position."""
        if self.keys is None:
            raise ValueError(f"{self.label}: the keys are not known; an item is taken apart by them.")
        return replace(
            self,
            rows=None if self.rows is None else tuple(self.rows[i] for i in chosen),
            keys=tuple(self.keys[i] for i in chosen),
            spectra=tuple(self.spectra[i] for i in chosen) if self.spectra else (),
        )
