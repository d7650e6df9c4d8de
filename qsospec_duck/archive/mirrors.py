"""Where the archive can be reached, and keys brought to one spelling.

A key is the path below ``public/``: the same in the object store and on every web server.
"""

from __future__ import annotations

import re

from qsospec_duck.archive.releases import tile_of_key

MIRRORS = ("https://desidata.s3.amazonaws.com/", "https://data.desi.lbl.gov/public/")
"""Base URLs in the order they are tried: the anonymous object store first."""

_PREFIXES = re.compile(
    r"^(?:s3://[^/]+/|https?://[^/]+\.amazonaws\.com/(?:desidata/)?|https?://data\.desi\.lbl\.gov/public/|"
    r"/global/cfs/cdirs/desi/public/|https?://[^/]+/(?:public/)?|\./|/)"
)
_RAW = re.compile(r"^(?:edr|dr\d)/spectro/data/")
_TARGET = re.compile(r"^(?:edr|dr\d)/target/")


def normal_key(text: str) -> str:
    """Key of a file, however it is written.

    Prefixes of buckets and servers are dropped, a release that does not fit its production is corrected, the group of
    a pixel is computed anew (PIXEL // 100; its first three digits are wrong below 10,000), and the two folders that
    all releases share are named as the archive names them.
    """
    key = _PREFIXES.sub("", text.strip())
    key = _RAW.sub("raw_spectro_data/", key)
    key = _TARGET.sub("target/", key)
    tile = tile_of_key(key)
    if tile is None:
        return key
    name = key.rstrip("/").rsplit("/", 1)[-1]
    return tile.folder if name.isdigit() else tile.folder + name
