"""File names of figures: readable, safe on every file system, one for every object."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

_READABLE = 60
"""Letters of the object's name that are kept; with the rest a name stays far below the usual limit of 255 bytes."""


def figure_name(object_key: str, object_id: str = "", suffix: str = ".png") -> str:
    """Name of the figure's file: what is safe of the id (else of the key), then a digest of the key.

    Two keys have two names, on file systems that ignore case as well; the name never begins with a dot or a dash.
    """
    readable = re.sub(r"[^A-Za-z0-9._+-]+", "_", object_id or object_key).strip("._-+")[:_READABLE] or "object"
    return f"{readable}-{hashlib.sha256(object_key.encode()).hexdigest()[:10]}{suffix}"


def figures_folder(run: Path) -> Path:
    """Folder of the figures of a run."""
    return run / "qa"
