"""Letters are measured and drawn as matplotlib would, faster."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from qsospec_duck.qa.lettering import Label, font, printable, text_width


def drawn(kind: type[Text], text: str, **style: object) -> tuple[np.ndarray, object]:
    figure = Figure(figsize=(4, 2), dpi=120)
    canvas = FigureCanvasAgg(figure)
    artist = kind(0.5, 0.5, text, fontproperties=font(9.0), **style)
    figure.add_artist(artist)
    canvas.draw()
    return 255 - np.asarray(canvas.buffer_rgba())[..., 0].astype(int), artist.get_window_extent(canvas.get_renderer())


@pytest.mark.parametrize("text", ["Hβ + [O III]", "44.123 ± 0.012", "10⁻¹⁷ erg s⁻¹ cm⁻² Å⁻¹", "χ²/dof 1.02", "gjpqy_"])
@pytest.mark.parametrize("align", ["left", "center", "right"])
def test_a_label_looks_like_a_text(text, align):
    style = {"horizontalalignment": align, "verticalalignment": "center"}
    ours, box = drawn(Label, text, **style)
    theirs, other = drawn(Text, text, **style)
    assert abs(ours.sum() / theirs.sum() - 1.0) < 0.1
    for axis in (0, 1):
        places = [np.flatnonzero(ink.sum(axis=axis)) for ink in (ours, theirs)]
        # Kerning and rounding of single letters move ends by a few pixels at most.
        assert abs(places[0][0] - places[1][0]) <= 4
        assert abs(places[0][-1] - places[1][-1]) <= 4
    assert abs(box.width - other.width) <= 4


@pytest.mark.parametrize("rotation", [0.0, 90.0])
def test_all_ink_of_a_label_lies_in_its_box(rotation):
    style = {"horizontalalignment": "center", "verticalalignment": "center", "rotation": rotation}
    ink, box = drawn(Label, "f(λ), rest frame [Å]", **style)
    rows, columns = np.flatnonzero(ink.sum(axis=1)), np.flatnonzero(ink.sum(axis=0))
    height = ink.shape[0]
    assert box.x0 - 1 <= columns[0] <= columns[-1] <= box.x1 + 1
    assert box.y0 - 1 <= height - 1 - rows[-1] <= height - 1 - rows[0] <= box.y1 + 1


def test_width_grows_with_size_and_weight():
    assert text_width("4310 ± 80", 14.0) == pytest.approx(2 * text_width("4310 ± 80", 7.0), rel=0.1)
    assert text_width("quasar", 8.0, "bold") > text_width("quasar", 8.0)


def test_signs_that_the_font_lacks_become_question_marks():
    assert "".join(map(printable, "Å类\n±")) == "Å? ±"
