"""Machine code that numba keeps: dropped where it may hold loops as they no longer are.

numba keeps the code of a loop as long as the loop's own file has not changed. But that code holds the loops it calls as
well, and those of other files may have changed: after an edit or a pull in a checkout, old and new loops would work
together. Code that is kept in ``NUMBA_CACHE_DIR`` is not looked at.
"""

from __future__ import annotations

from pathlib import Path

_ENDINGS = ("*.nbi", "*.nbc")


def drop_stale_code(package: Path) -> int:
    """Remove all kept code of a package where one of its compiled files is newer than any of it.

    Parameters
    ----------
    package : Path
        Folder of the package.

    Returns
    -------
    int
        Files that were removed.
    """
    kept = [path for ending in _ENDINGS for path in package.glob(f"*/__pycache__/{ending}")]
    # search_loop.search-57.py311.1.nbi is of search_loop.py
    sources = {path.parents[1] / f"{path.name.split('.', 1)[0]}.py" for path in kept}
    try:
        newest = max((source.stat().st_mtime_ns for source in sources if source.is_file()), default=0)
        if all(path.stat().st_mtime_ns >= newest for path in kept):
            return 0
        for path in kept:
            path.unlink(missing_ok=True)
    except OSError:
        # Another process is at it, or nobody may write here: then nobody edits here either.
        return 0
    return len(kept)
