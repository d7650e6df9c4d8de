"""Archive: which tiles a release has, and their files on disk, verified.

Enters: a release, survey, program and pixels, or an inventory. Leaves: FITS files below a folder, whole or only the
HDUs that tiles are made of, and a receipt for each.
"""

from qsospec_duck.archive.download import Downloader, DownloadOptions, FileReceipt, download
from qsospec_duck.archive.events import Events
from qsospec_duck.archive.fetch import Patience
from qsospec_duck.archive.inventory import (
    explain_gaps,
    from_catalog,
    from_file,
    from_listing,
    parse_pixels,
    tiles_in_range,
    write_inventory,
)
from qsospec_duck.archive.mirrors import MIRRORS, normal_key
from qsospec_duck.archive.releases import RELEASES, ArchiveTile, release_named, tile_of_key

__all__ = [
    "MIRRORS",
    "RELEASES",
    "ArchiveTile",
    "DownloadOptions",
    "Downloader",
    "Events",
    "FileReceipt",
    "Patience",
    "download",
    "explain_gaps",
    "from_catalog",
    "from_file",
    "from_listing",
    "normal_key",
    "parse_pixels",
    "release_named",
    "tile_of_key",
    "tiles_in_range",
    "write_inventory",
]
