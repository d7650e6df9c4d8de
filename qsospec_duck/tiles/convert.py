"""The files of one DESI tile become one Parquet tile.

Redshifts first: the coadd is opened for its FIBERMAP only, targets are selected, and the pixels of those alone are
read, merged, groomed and written. Companions beside the coadd (emline, rrdetails, qso_qn, qso_mgii) are joined by
TARGETID; one that is absent leaves its columns NULL and is named in the receipt.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from qsospec_duck.columns import arrow_schema
from qsospec_duck.errors import ConfigError, TileError
from qsospec_duck.readers.desi import Coadd, redshift_columns
from qsospec_duck.readers.desi_arms import ALIGNMENT, Merged
from qsospec_duck.readers.desi_redrock import companion, read_redrock
from qsospec_duck.readers.relation import arrow_column, spectra_table
from qsospec_duck.tiles.fuse import COMPANIONS, Companions, companion_columns, exposure_columns, find_companions
from qsospec_duck.tiles.precision import PRECISIONS, groom
from qsospec_duck.tiles.selection import QUASARNET_NEW, quasar_maskbits, quasarnet_threshold, select
from qsospec_duck.tiles.tile_file import tile_folder, tile_id, write_tile


@dataclass(frozen=True)
class TileOptions:
    """How tiles are made."""

    selection: str = "seed"
    """Preset or SQL predicate (`qsospec_duck.tiles.selection`); ``seed`` is what existing queries expect."""

    wavelength_range: tuple[float, float] | None = (3600.0, 9800.0)
    """Å to keep, both ends included; ``None`` keeps the whole grid to 9824 Å."""

    precision: str = "lossless"
    """``lossless``, ``6-decimals`` or ``noise/16`` (`qsospec_duck.tiles.precision`)."""

    qn_threshold: float | None = None
    """Confidence above which QuasarNet is believed; ``None`` is the survey's: 0.95 to DR1, 0.99 later."""

    verify: str = "all"
    """DATASUM of ``all`` HDUs that are needed; of those ``read`` whole anyway, not of the images; of ``none``."""

    def __post_init__(self) -> None:
        if self.precision not in PRECISIONS:
            raise ConfigError(f"precision is {self.precision!r}; it should be one of {', '.join(PRECISIONS)}.")
        if self.verify not in ("read", "all", "none"):
            raise ConfigError(f"verify is {self.verify!r}; it should be read, all or none.")
        if self.wavelength_range is not None and not self.wavelength_range[0] < self.wavelength_range[1]:
            raise ConfigError(f"wavelength_range is {self.wavelength_range}; the first should be the smaller.")


@dataclass(frozen=True)
class TileReceipt:
    """What was made of one coadd."""

    path: Path
    release: str | None
    survey: str | None
    program: str | None
    tile: str
    n_targets: int
    """Targets of the coadd that are no sky."""

    n_without_redshift: int
    """Of those, without a row in redrock: they cannot be selected."""

    count: int
    """Spectra in the tile; 0 is valid."""

    n_bytes: int
    sha256: str
    sources: dict[str, str] = field(default_factory=dict)
    """Files that went into it, by kind."""

    missing: tuple[str, ...] = ()
    """Companions that were not there; their columns are NULL."""


def convert_tile(
    coadd: str | Path,
    out: str | Path,
    *,
    options: TileOptions | None = None,
    con: Any = None,
    redrock: str | Path | None = None,
    **identity: Any,
) -> TileReceipt:
    """Convert one coadd and its companions.

    Parameters
    ----------
    coadd : str or Path
        A ``coadd-*`` file; companions are looked for beside it.
    out : str or Path
        Root of the tiles.
    options : TileOptions, optional
    con : duckdb.DuckDBPyConnection, optional
        Needed for a selection that is an SQL predicate.
    redrock : str or Path, optional
        The redshift file, where it is not beside the coadd.
    **identity
        ``release``, ``survey``, ``program``, ``healpix``, in place of what headers and path tell.

    Returns
    -------
    TileReceipt

    Raises
    ------
    ReaderError
        A file is broken.
    TileError
        No redshift file, no tile identity, a checksum that does not agree, or a predicate that is no SQL.
    """
    options = options or TileOptions()
    beside = Path(redrock) if redrock is not None else companion(coadd, "redrock")
    if beside is None:
        raise TileError(
            f"{coadd}: no redrock file lies beside it; it should be named redrock-... like the coadd, or given."
        )
    companions = find_companions(coadd)
    with Coadd(coadd, **identity) as opened:
        verify_checksums(opened, options.verify)
        name = tile_id(opened.identity)
        rows = np.flatnonzero(~opened.is_sky)
        candidates, rows = _candidates(opened, rows, read_redrock(beside), companions, options)
        chosen = select(candidates, options.selection, con)
        chosen = chosen[np.argsort(candidates["target_id"].to_numpy()[chosen], kind="stable")]
        table = _tile_table(opened, rows[chosen], candidates.take(pa.array(chosen)), companions, options)
        n_targets = int((~opened.is_sky).sum())
        folder = tile_folder(out, opened.identity)
        where = opened.identity
    path = write_tile(table, folder, name)
    content = path.read_bytes()
    return TileReceipt(
        path,
        where.release,
        where.survey,
        where.program,
        name,
        n_targets,
        n_targets - candidates.num_rows,
        table.num_rows,
        len(content),
        hashlib.sha256(content).hexdigest(),
        {"coadd": str(coadd), "redrock": str(beside), **{kind: str(file) for kind, file in companions.items()}},
        tuple(kind for kind in COMPANIONS if kind not in companions),
    )


def convert_folder(
    folders: str | Path | Iterable[str | Path],
    out: str | Path,
    *,
    options: TileOptions | None = None,
    con: Any = None,
    on_tile: Callable[[TileReceipt], None] | None = None,
) -> list[TileReceipt]:
    """Convert every coadd in some folders, their sub-folders included.

    Parameters
    ----------
    folders : path or iterable of paths
        Folders, or coadd files.
    out, options, con
        As for `convert_tile`.
    on_tile : callable, optional
        Called with each receipt as it is there (a progress bar, a ledger).

    Raises
    ------
    ReaderError, TileError
        As `convert_tile`; also where there is no coadd, or two coadds are the same tile.
    """
    coadds = find_coadds(folders)
    receipts: list[TileReceipt] = []
    made: dict[Path, str] = {}
    for coadd in coadds:
        with Coadd(coadd) as opened:
            folder = tile_folder(out, opened.identity)
        if folder in made:
            raise TileError(
                f"{coadd}: its tile {folder} was already made of {made[folder]}; give each release a run of its own."
            )
        made[folder] = str(coadd)
        receipts.append(convert_tile(coadd, out, options=options, con=con))
        if on_tile is not None:
            on_tile(receipts[-1])
    return receipts


def find_coadds(folders: str | Path | Iterable[str | Path]) -> Sequence[Path]:
    """Coadd files in folders, sorted; a file is taken as it is."""
    given = [folders] if isinstance(folders, str | Path) else list(folders)
    found: set[Path] = set()
    for one in map(Path, given):
        found |= (
            {one}
            if one.is_file()
            else {path for ending in ("fits", "fits.gz") for path in one.rglob(f"coadd-*.{ending}")}
        )
    if not found:
        raise TileError(f"{', '.join(map(str, given))}: there is no coadd-*.fits; expected at least one.")
    return sorted(found)


def verify_checksums(coadd: Coadd, verify: str) -> None:
    """Compare DATASUM of the HDUs that are needed; a TileError names the first that does not agree."""
    if verify == "none":
        return
    for hdu in coadd.fits.hdus:
        is_whole = hdu.is_table or hdu.name.endswith("_WAVELENGTH")
        is_needed = is_whole or (verify == "all" and hdu.name.endswith(("_FLUX", "_IVAR", "_MASK")))
        if is_needed and hdu.name != "SCORES" and (error := hdu.checksum_error()):
            raise TileError(
                f"{coadd.fits.path}: {hdu.where}: {error}; the file is damaged and should be fetched again."
            )


def _candidates(
    coadd: Coadd, rows: NDArray[np.intp], redrock: pa.Table, companions: Companions, options: TileOptions
) -> tuple[pa.Table, NDArray[np.intp]]:
    """Targets with a redshift: what a selection can be made of, and their rows in the coadd."""
    rows = rows[np.isin(coadd.target_id[rows], redrock["targetid"].to_numpy())]
    target_id = coadd.target_id[rows]
    known: dict[str, Any] = {
        "target_id": target_id,
        "ra": coadd.about("TARGET_RA", rows),
        "dec": coadd.about("TARGET_DEC", rows),
        "ebv": coadd.about("EBV", rows),
        "objtype": coadd.about("OBJTYPE", rows),
        "coadd_fiberstatus": coadd.about("COADD_FIBERSTATUS", rows),
        **redshift_columns(redrock, target_id),
        **companion_columns(companions, ("qso_qn", "qso_mgii"), target_id, coadd.identity.release),
    }
    fields = {one.name: one.type for one in (*arrow_schema("spectra"), *arrow_schema("tiles"))}
    table = pa.table({name: arrow_column(values, fields[name], rows.size) for name, values in known.items()})
    threshold = options.qn_threshold or quasarnet_threshold(coadd.identity.release)
    return table.append_column("qso_maskbits", pa.array(quasar_maskbits(table, threshold))), rows


def _tile_table(
    coadd: Coadd, rows: NDArray[np.intp], chosen: pa.Table, companions: Companions, options: TileOptions
) -> pa.Table:
    """All columns of the tile, in the order of ``columns.csv``, NULL where nothing is known."""
    merged = _cut(coadd.spectra(rows), options.wavelength_range)
    columns = coadd.columns(rows, merged)
    columns["flux"], columns["ivar"] = groom(columns["flux"], columns["ivar"], options.precision)
    columns |= {name: chosen[name] for name in chosen.column_names}
    columns |= {"z_rr": chosen["z"], "zerr_rr": chosen["zerr"] if "zerr" in chosen.column_names else None}
    if options.selection == "desi-qso":
        columns |= _new_redshifts(chosen)
    target_id = coadd.target_id[rows]
    columns |= companion_columns(companions, ("emline", "rrdetails"), target_id, coadd.identity.release)
    columns |= exposure_columns(coadd.fits, target_id)
    names = [*arrow_schema("spectra").names, *arrow_schema("tiles").names]
    return spectra_table(coadd.fits.path, rows.size, {name: columns.get(name) for name in names})


def _new_redshifts(chosen: pa.Table) -> dict[str, Any]:
    """Take z and zerr as DESI's quasar catalog has them: redrock's second fit where QuasarNet asked for it."""
    again = np.flatnonzero(chosen["qso_maskbits"].to_numpy() & QUASARNET_NEW)
    replaced = {}
    for name, new in (("z", "z_new"), ("zerr", "zerr_new")):
        values = chosen[name].to_pylist() if name in chosen.column_names else [None] * chosen.num_rows
        for row in again.tolist():
            values[row] = chosen[new][row].as_py()
        replaced[name] = values
    return replaced


def _cut(merged: Merged, wavelength_range: tuple[float, float] | None) -> Merged:
    if wavelength_range is None:
        return merged
    low, high = wavelength_range
    start, stop = np.searchsorted(merged.wavelength, [low - ALIGNMENT, high + ALIGNMENT])
    if stop - start < 2:
        raise ConfigError(f"wavelength_range is {wavelength_range}; it should overlap 3600 to 9824 Å.")
    at = slice(start, stop)
    return Merged(merged.wavelength[at], merged.flux[:, at], merged.ivar[:, at], merged.mask[:, at])
