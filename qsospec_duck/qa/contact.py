"""Contact sheets: many figures on one picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from qsospec_duck.errors import ConfigError
from qsospec_duck.qa.thumbnails import HEIGHT, WIDTH, thumbnail

_GAP = 8


def write_contact_sheets(figures: Sequence[Path], folder: Path | str, *, columns: int = 5, rows: int = 6) -> list[Path]:
    """Put the upper parts of PNG figures side by side.

    Parameters
    ----------
    figures : sequence of Path
        PNG files, as `render_qa` gives them.
    folder : path
        Where ``contact-001.png``, ``contact-002.png`` ... are written; those of an earlier call are replaced.
    columns, rows : int
        Figures on a sheet.

    Returns
    -------
    list of Path
        One sheet for every ``columns * rows`` figures.

    Raises
    ------
    ConfigError
        ``columns`` or ``rows`` is less than 1, or a figure is not a PNG.
    """
    if columns < 1 or rows < 1:
        raise ConfigError(
            f"a contact sheet of {columns} columns and {rows} rows holds nothing; give 1 or more of each."
        )
    others = [path for path in figures if path.suffix.lower() != ".png"]
    if others:
        raise ConfigError(f"{others[0]}: contact sheets are made of PNG figures.")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for earlier in folder.glob("contact-[0-9][0-9][0-9].png"):
        earlier.unlink()
    sheets: list[Path] = []
    for start in range(0, len(figures), columns * rows):
        part = figures[start : start + columns * rows]
        used = -(-len(part) // columns)
        size = (columns * (WIDTH + _GAP) + _GAP, used * (HEIGHT + _GAP) + _GAP)
        sheet = Image.new("RGB", size, "#d9d9d9")
        for number, figure in enumerate(part):
            row, column = divmod(number, columns)
            sheet.paste(thumbnail(figure), (_GAP + column * (WIDTH + _GAP), _GAP + row * (HEIGHT + _GAP)))
        path = folder / f"contact-{len(sheets) + 1:03d}.png"
        sheet.save(path, "png", compress_level=4)
        sheets.append(path)
    return sheets
