"""Why a tile could not be made, as one word that can be counted.

    absent_upstream    the archive does not have the coadd or its redshifts
    http_error         the archive answered, but not with the file
    checksum_mismatch  bytes do not agree with DATASUM or with the release's checksum file
    malformed_fits     a file breaks its data model
    missing_camera     a camera has some of its HDUs and lacks others
    no_redshifts       no redrock file lies beside the coadd
    invalid_tile       the tile that was written does not pass validation
    duplicate_tile     another coadd is the same tile
    out_of_memory      the conversion needed more memory than there is
    killed             a process of its own died twice while it made this tile (not enough memory, most likely)

``zero_selected`` and a companion that is absent are no failures: the tile is there.
"""

from __future__ import annotations

from qsospec_duck.errors import AbsentError, ChecksumError, ReaderError, TransferError

MAX_DEATHS = 2
"""Processes of its own that a tile may kill before it is left alone.

A run that dies while it makes a tile proves nothing: somebody may have ended it. Its tile then becomes a suspect, which
is made last and in a process of its own."""


def reason_of(error: BaseException) -> str:
    """One word of the taxonomy for an error of a conversion or a transfer."""
    text = str(error)
    if isinstance(error, AbsentError):
        return "absent_upstream"
    if isinstance(error, ChecksumError) or "DATASUM" in text:
        return "checksum_mismatch"
    if isinstance(error, TransferError):
        return "http_error"
    if isinstance(error, MemoryError):
        return "out_of_memory"
    if isinstance(error, ReaderError) and ("camera" in text and "lacks" in text):
        return "missing_camera"
    if "no redrock file" in text:
        return "no_redshifts"
    return "malformed_fits"
