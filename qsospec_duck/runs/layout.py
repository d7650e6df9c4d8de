"""Where things lie in a run directory, and what its tables are.

    run_directory/
      manifest.json                   what the run is: schema, configuration, counts
      receipts/receipts-<part>.jsonl  one line a commit: the truth about what is stored
      receipts/keys-<part>.bin        which commit holds which object; made anew where it is missing
      index.parquet                   written by finalize: which row group holds which object
      data/<table>/part-*.parquet     the seven tables of schema version 5
      qa/                             figures
      .staging/<task>/                private output of workers

``<part>`` is ``all`` or ``00003-of-00016``: the share of the objects that one coordinator works on.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

SCHEMA_VERSION = "5"
"""Run schema; the one that ``qsospec`` 0.1.1 writes and reads."""

TABLES = ("inputs", "objects", "measurements", "warnings", "models", "failures", "derived")
"""Tables of a bundle, in the order of the schema."""

MANIFEST = "manifest.json"
INDEX = "index.parquet"


def data_folder(run: Path, table: str) -> Path:
    """Folder of the shards of one table."""
    return run / "data" / table


def receipts_folder(run: Path) -> Path:
    """Folder of the receipts."""
    return run / "receipts"


def staging_folder(run: Path) -> Path:
    """Folder of everything that is not promoted yet."""
    return run / ".staging"


def share_name(num_shards: int, shard_index: int) -> str:
    """Name of the share of the objects that a coordinator works on."""
    return "all" if num_shards == 1 else f"{shard_index:05d}-of-{num_shards:05d}"


def object_number(object_key: str) -> int:
    """First 63 bits of the SHA-256 of a key: a BIGINT that joins faster than the text and never is negative."""
    return int.from_bytes(hashlib.sha256(object_key.encode()).digest()[:8], "big") >> 1


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync_file(path: Path) -> None:
    """Have the content of a file on the disk before going on."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sync_folder(path: Path) -> None:
    """Have the names in a folder on the disk before going on (a rename is only then durable, POSIX)."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_durably(path: Path, text: str) -> None:
    """Replace a small file so that a reader and a crash see the old or the new text, never a part of it."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_folder(path.parent)
