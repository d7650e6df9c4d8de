"""DESI ``coadd-*`` files with their redshifts: healpix coadds of EDR and DR1, and tile-based ones.

Joined to ``redrock-*`` by TARGETID only. Uncoadded ``spectra-*`` files are refused: their rows are exposures, and the
survey publishes the coadd of each.

References
----------
https://desidatamodel.readthedocs.io/en/latest/DESI_SPECTRO_REDUX/SPECPROD/healpix/SURVEY/PROGRAM/PIXGROUP/PIXNUM/
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from qsospec_duck.fits.refusal import refusal
from qsospec_duck.readers.contents import Contents, Reader
from qsospec_duck.readers.desi_arms import STEP, Merged, cameras_of, merge_arms, read_arms
from qsospec_duck.readers.desi_identity import Identity, identify
from qsospec_duck.readers.desi_redrock import companion, read_redrock, rows_of, take_or_none
from qsospec_duck.readers.desi_resolution import line_spread
from qsospec_duck.readers.fits_file import FitsFile
from qsospec_duck.readers.fits_hdu import Hdu
from qsospec_duck.readers.relation import Redshift, clean_pixels, file_key, pick_redshifts, spectra_table
from qsospec_duck.readers.units import check_house_unit


def recognises(contents: Contents) -> bool:
    """Look for a FIBERMAP and the flux or wavelengths of a camera."""
    return contents.has_part("FIBERMAP") and any(contents.has_part(f"{camera}_WAVELENGTH") for camera in "BRZ")


class Coadd:
    """An open coadd file; use it as a context manager.

    Raises
    ------
    ReaderError
        No FIBERMAP, an uncoadded file, a repeated TARGETID, another flux unit, or a damaged file.
    """

    def __init__(self, path: str | Path | FitsFile, **identity: Any) -> None:
        self.fits = path if isinstance(path, FitsFile) else FitsFile(path)
        try:
            self.fibermap = self._fibermap()
            self.target_id: NDArray[np.int64] = self.fibermap.column("TARGETID").astype(np.int64)
            if np.unique(self.target_id).size != self.target_id.size:
                raise refusal(
                    self.fits.path, "a TARGETID stands there twice", "one row a target", where=self.fibermap.where
                )
            for camera in cameras_of(self.fits):
                flux = self.fits.named(f"{camera}_FLUX")
                if flux is not None:
                    check_house_unit(self.fits.path, flux.header.get("BUNIT"), where=flux.where)
            self.identity: Identity = identify(self.fits, **identity)
        except BaseException:
            self.close()
            raise

    def _fibermap(self) -> Hdu:
        path, fibermap = self.fits.path, self.fits.named("FIBERMAP")
        if fibermap is None or "TARGETID" not in fibermap.cells:
            raise refusal(path, "there is no FIBERMAP table with TARGETID", "the DESI coadd data model")
        if "EXPID" in fibermap.cells:
            raise refusal(
                path,
                "FIBERMAP has EXPID: its rows are exposures",
                "a coadd-* file (spectra-* files are not coadded)",
                where=fibermap.where,
            )
        return fibermap

    def __enter__(self) -> Coadd:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self.fits.source.close()

    @property
    def n_rows(self) -> int:
        """Targets in the file."""
        return int(self.target_id.size)

    @cached_property
    def is_sky(self) -> NDArray[np.bool_]:
        """(n_rows,) True for sky fibres: a negative TARGETID, or OBJTYPE SKY."""
        negative = self.target_id < 0
        return negative | (self.fibermap.column("OBJTYPE") == "SKY") if "OBJTYPE" in self.fibermap.cells else negative

    def about(self, name: str, rows: NDArray[np.intp]) -> NDArray[Any] | None:
        """Take a FIBERMAP column of some rows, ``None`` where the file has no such column."""
        return self.fibermap.column(name)[rows] if name in self.fibermap.cells else None

    def spectra(self, rows: NDArray[np.intp], wavelength_range: tuple[float, float] | None = None) -> Merged:
        """Read and merge some rows, over all wavelengths or a range of them [Å]."""
        return merge_arms(read_arms(self.fits, rows, self.n_rows), self.fits.path, wavelength_range)

    def line_spread(self, rows: NDArray[np.intp], wavelength: NDArray[np.float64]) -> list[Any] | None:
        """σ of the line-spread function [km/s] of some rows, ``None`` where it is not known, or for none of them."""
        sigma = line_spread(self.fits, rows, wavelength)
        return None if sigma is None else [None if np.isnan(one[0]) else one for one in sigma]

    def columns(self, rows: NDArray[np.intp], merged: Merged) -> dict[str, Any]:
        """Columns of the relation that a coadd alone can fill."""
        path, identity = self.fits.path, self.identity
        name = file_key(path)
        target_id = self.target_id[rows]
        flux, ivar = clean_pixels(merged.flux, merged.ivar)
        return {
            "object_key": [identity.key(name, target) for target in target_id.tolist()],
            "object_id": [str(target) for target in target_id.tolist()],
            "target_id": target_id,
            "survey": identity.survey,
            "program": identity.program,
            "healpix": identity.healpix,
            "nside": identity.nside if identity.healpix is not None else None,
            "release": identity.release,
            "source": name,
            "row_index": rows,
            "ra": self.about("TARGET_RA", rows),
            "dec": self.about("TARGET_DEC", rows),
            "ebv": self.about("EBV", rows),
            "wavelength": merged.wavelength,
            "flux": flux,
            "ivar": ivar,
            "mask_array": merged.mask,
            "objtype": self.about("OBJTYPE", rows),
            "coadd_fiberstatus": self.about("COADD_FIBERSTATUS", rows),
            "wave0": float(np.round(merged.wavelength[0], 6)),
            "dwave": STEP if np.allclose(np.diff(merged.wavelength), STEP, atol=1e-6) else None,
            "n_pix": merged.wavelength.size,
        }


def redshift_columns(redrock: pa.Table | None, target_id: NDArray[np.int64]) -> dict[str, list[Any]]:
    """Look up what redrock says of each target, ``None`` where it does not know the target."""
    if redrock is None:
        return {"z": [None] * target_id.size}
    at = rows_of(redrock["targetid"].to_numpy(), target_id)
    named = {
        "z": "z",
        "zwarn": "zwarn",
        "spectype": "spectype",
        "zerr": "zerr",
        "rr_chi2": "chi2",
        "deltachi2": "deltachi2",
        "subtype": "subtype",
    }
    return {name: take_or_none(redrock[column], at) for name, column in named.items() if column in redrock.column_names}


def read(
    path: str | Path,
    *,
    rows: Sequence[int] | None = None,
    redshift: Redshift = None,
    redrock: str | Path | None = None,
    sky: bool = False,
    release: str | None = None,
    survey: str | None = None,
    program: str | None = None,
    healpix: int | None = None,
    nside: int | None = None,
) -> pa.Table:
    """Read a DESI coadd.

    Parameters
    ----------
    path : str or Path
        A ``coadd-*`` file. A missing camera leaves its pixels with ivar 0 and mask NODATA.
    rows : sequence of int, optional
        Rows of FIBERMAP; all targets where not given.
    redshift : float, mapping or sequence, optional
        Takes the place of redrock's; a mapping is by ``target_id``.
    redrock : str or Path, optional
        The redshift file; the one beside the coadd where not given.
    sky : bool
        Read sky fibres too; they need ``redshift``. Rows that are asked for by number are always read.
    release, survey, program, healpix, nside
        Take the place of what headers and path tell.

    Raises
    ------
    ReaderError
        The file is broken, or a target has no redshift.
    """
    with Coadd(path, release=release, survey=survey, program=program, healpix=healpix, nside=nside) as coadd:
        wanted = np.asarray(rows, dtype=np.intp) if rows is not None else np.flatnonzero(~coadd.is_sky | sky)
        if wanted.size and (wanted.min() < 0 or wanted.max() >= coadd.n_rows):
            raise refusal(
                path,
                f"rows {wanted.min()} to {wanted.max()} were asked for",
                f"rows 0 to {coadd.n_rows - 1}",
                where=coadd.fibermap.where,
            )
        target_id = coadd.target_id[wanted]
        beside = Path(redrock) if redrock is not None else companion(path, "redrock")
        known = redshift_columns(read_redrock(beside) if beside is not None else None, target_id)
        z = pick_redshifts(path, redshift, known["z"], [(target, str(target)) for target in target_id.tolist()])
        if lost := [str(target) for target, value in zip(target_id.tolist(), z, strict=True) if value is None]:
            where = (
                f"{beside} lacks"
                if beside is not None
                else "no redrock file lies beside it, so there is no redshift for"
            )
            raise refusal(
                path,
                f"{where} TARGETID {', '.join(lost[:3])}{' ...' if len(lost) > 3 else ''} ({len(lost)} of {len(z)})",
                "a redrock= file with all targets, or redshift=",
            )
        merged = coadd.spectra(wanted)
        columns = coadd.columns(wanted, merged) | {"lsf_sigma": coadd.line_spread(wanted, merged.wavelength)}
    return spectra_table(path, wanted.size, {**columns, **known, "z": z})


READER = Reader("desi", recognises, read)
