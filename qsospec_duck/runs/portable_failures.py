"""How a failure reads on another machine: without the folders of the one where it happened.

A run is shared as it is, and folders tell names of people and projects. A failure names its file, and finds it again by
the way from the run to it: run and data that are moved together stay together.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from dataclasses import replace
from pathlib import Path

from qsospec_duck.archive.object_store import is_remote
from qsospec_duck.runs.rows import Failure

PATH = "path"
"""Key in the metadata of a failure: the way from the run directory to the file."""


def portable_failure(failure: Failure, run: Path) -> Failure:
    """Take the folders out of a failure.

    Parameters
    ----------
    failure : Failure
        Whose metadata may hold the absolute ``path`` of the file that was read.
    run : Path
        Run directory.
    """
    path = failure.metadata.get(PATH)
    if not path or is_remote(path):
        # An address in an object store is the same everywhere.
        return replace(failure, traceback=_shortened(failure.traceback, _folders_of_code()))
    folder, source = Path(path).parent, Path(failure.origin.source)
    folders = {str(folder), str(folder.resolve()), str(source.parent)}
    return replace(
        failure,
        origin=replace(failure.origin, source=source.name),
        message=_shortened(failure.message, folders),
        traceback=_shortened(failure.traceback, folders | _folders_of_code()),
        metadata={**failure.metadata, PATH: _way(run, Path(path))},
    )


def path_of_failure(named: str, run: Path) -> Path:
    """Where the file of a failure lies; ``named`` is absolute in runs of other packages and on other drives."""
    return Path(os.path.normpath(run / named))


def _way(run: Path, path: Path) -> str:
    try:
        return Path(os.path.relpath(path.absolute(), run.absolute())).as_posix()
    except ValueError:  # another drive of Windows: there is no way
        return str(path)


def _folders_of_code() -> set[str]:
    """Folders of this package and of the libraries, as tracebacks show them."""
    package = Path(__file__).resolve().parents[2]
    return {str(package), sysconfig.get_path("purelib"), sysconfig.get_path("stdlib"), sys.prefix, str(Path.home())}


def _shortened(text: str, folders: set[str]) -> str:
    for folder in sorted(folders - {".", os.sep}, key=len, reverse=True):
        text = text.replace(folder.rstrip(os.sep) + os.sep, "")
    return text
