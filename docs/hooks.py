"""Hand the generated pages to mkdocs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

sys.path.insert(0, str(Path(__file__).parent))

from generate import pages


def on_files(files: Files, *, config: Any) -> Files:
    """Add the generated pages to the files of the site."""
    for path, text in pages().items():
        files.append(File.generated(config, path, content=text))
    return files
