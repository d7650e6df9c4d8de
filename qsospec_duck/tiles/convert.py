"""The files of one DESI tile become one Parquet tile.

Redshifts first: the coadd is opened for its FIBERMAP only, targets are selected, and the pixels of those alone are
read, merged, groomed and written. Companions beside the coadd (emline, rrdetails, qso_qn, qso_mgii) are joined by
TARGETID; one that is absent leaves its columns NULL and is named in the receipt.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from qsospec_duck.errors import TileError
from qsospec_duck.readers.desi import Coadd
from qsospec_duck.readers.desi_arms import cameras_of
from qsospec_duck.readers.desi_redrock import companion, read_redrock
from qsospec_duck.tiles.assemble import assemble_tile, list_candidates
from qsospec_duck.tiles.fuse import COMPANIONS, find_companions
from qsospec_duck.tiles.options import TileOptions, TileReceipt
from qsospec_duck.tiles.selection import select
from qsospec_duck.tiles.tile_file import tile_folder, tile_id, write_tile


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
        ``release``, ``survey``, ``program``, ``healpix``, ``nside``, in place of what headers and path tell.

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
        verify_checksums(opened, options)
        name = tile_id(opened.identity)
        rows = np.flatnonzero(~opened.is_sky)
        candidates, rows = list_candidates(opened, rows, read_redrock(beside), companions, options)
        chosen = select(candidates, options.selection, con)
        chosen = chosen[np.argsort(candidates["target_id"].to_numpy()[chosen], kind="stable")]
        table = assemble_tile(opened, rows[chosen], candidates.take(pa.array(chosen)), companions, options)
        n_targets = int((~opened.is_sky).sum())
        folder = tile_folder(out, opened.identity)
        where = opened.identity
        cameras = "".join(cameras_of(opened.fits))
    missing = tuple(kind for kind in COMPANIONS if kind not in companions)
    if options.resolution and table["lsf_sigma"].null_count == table.num_rows > 0:
        missing += ("resolution",)
    path, content = write_tile(table, folder, name)
    return TileReceipt(
        path,
        where.release,
        where.survey,
        where.program,
        name,
        n_targets,
        n_targets - candidates.num_rows,
        table.num_rows,
        content.size,
        hashlib.sha256(content).hexdigest(),
        {"coadd": str(coadd), "redrock": str(beside), **{kind: str(file) for kind, file in companions.items()}},
        missing,
        cameras,
        table["n_pix"][0].as_py() if table.num_rows else 0,
    )


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


def verify_checksums(coadd: Coadd, options: TileOptions) -> None:
    """Compare DATASUM of the HDUs that are needed; a TileError names the first that does not agree."""
    if options.verify == "none":
        return
    images = ("_FLUX", "_IVAR", "_MASK", *(["_RESOLUTION"] if options.resolution else []))
    for hdu in coadd.fits.hdus:
        is_whole = hdu.is_table or hdu.name.endswith("_WAVELENGTH")
        is_needed = is_whole or (options.verify == "all" and hdu.name.endswith(images))
        if is_needed and hdu.name != "SCORES" and (error := hdu.checksum_error()):
            raise TileError(
                f"{coadd.fits.path}: {hdu.where}: {error}; the file is damaged and should be fetched again."
            )
