"""The page of one quasar."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from made_pages import COMPLEXES
from matplotlib.collections import PolyCollection
from matplotlib.lines import Line2D
from PIL import Image
from text_boxes import collisions, text_boxes

from qsospec_duck.errors import ConfigError
from qsospec_duck.fitting import Measurement
from qsospec_duck.models.lines import lines
from qsospec_duck.qa import plot_failure, plot_qa
from qsospec_duck.qa.save import figure_bytes

NAMES = list(COMPLEXES)
CASES = {
    "low redshift": {"z": 0.01, "recipes": ["hbeta_oiii", "halpha_nii_sii"], "snr": 60.0},
    "three complexes": {"z": 0.4, "recipes": NAMES[5:8]},
    "faint": {"z": 2.4, "recipes": NAMES[:5], "snr": 0.3},
    "high redshift": {"z": 5.0, "recipes": NAMES[:2]},
    "one complex": {"z": 1.1, "recipes": ["mgii"]},
    "four complexes": {"z": 2.4, "recipes": NAMES[1:5]},
    "seven complexes": {"z": 1.0, "recipes": NAMES[1:8], "limits": (2600.0, 14000.0)},
    "nine complexes": {"z": 0.0, "recipes": NAMES, "limits": (1100.0, 13500.0), "host": True},
    "no complex": {"z": 0.7, "recipes": []},
    "failed continuum": {"z": 0.7, "recipes": [], "continuum": False},
    "failed continuum with lines": {"z": 0.4, "recipes": NAMES[5:8], "continuum": False},
    "no usable pixel": {"z": 0.7, "recipes": [], "usable": False},
    "masks": {"z": 2.4, "recipes": NAMES[:3], "clipped": (1500.0, 1530.0), "dead": (1700.0, 1720.0)},
    "enormous flux": {"z": 0.5, "flux": 3e7},
    "tiny flux": {"z": 0.5, "flux": 2e-6},
    "great lines": {"z": 0.5, "line_scale": 60.0},
    "long name": {"z": 0.5, "object_id": "spectrum of the  quasar " + "SDSS J123456.78+123456.7 " * 20},
    "unusual name": {"z": 0.5, "object_id": "类星体/../\n$x^2$ {y}"},
}


@pytest.mark.parametrize("case", CASES)
def test_no_text_of_a_page_meets_another_or_leaves_the_sheet(page, case):
    figure = plot_qa(page(**CASES[case]))
    assert collisions(figure) == []


@pytest.mark.parametrize("row", ["3655-55240-0030", "0581-52356-0167", "7102-56666-0612", "2783-54524-0517"])
def test_no_text_of_a_real_page_meets_another_or_leaves_the_sheet(shared_data, row):
    from qsospec_duck.fitting import fit_quasar
    from qsospec_duck.readers import read_spectra
    from qsospec_duck.spectra import from_row

    table = read_spectra(shared_data / "sdss" / f"spec-{row}.fits")
    assert collisions(plot_qa(fit_quasar(from_row(table.to_pylist()[0])))) == []


def test_absorption_and_upper_limits_are_written(page):
    result = page(z=2.4, recipes=["civ"])
    about = {"section": "continuum_metric", "unit": "km/s", "feature_id": "civ", "role": "absorption"}
    rows = [
        Measurement(quantity="ai_civ", value=1918.0, error=34.0, measure="ai", **about),
        Measurement("continuum_metric", "bal", 1.0, None, "", role="absorption", measure="bal"),
        *(
            Measurement("complex_metric", f"heii1640_broad_{name}", value, error, "", "civ", "heii1640", "broad", name)
            for name, value, error in (("flux", 4.0, 3.0), ("flux_limit", 13.0, None))
        ),
    ]
    kept = [row for row in result.measurements if row.feature_id != "heii1640"]
    figure = plot_qa(replace(result, measurements=(*kept, *rows)))
    texts = [text for text, _ in text_boxes(figure)]
    assert any("BAL, AI C IV 1918 ± 34 km/s" in text for text in texts)
    assert "< 13" in texts
    assert "↓ below 3 σ: limit" in texts
    (panel,) = [axes for axes in figure.axes if axes.get_label() == "zoom civ"]
    arrows = [line for line in panel.get_children() if line.get_label() == "↓ below 3 σ: limit"]
    assert [float(line.get_xdata()[0]) for line in arrows] == [lines()["heii1640"].wavelength]
    assert collisions(figure) == []


def test_the_page_tells_how_much_of_the_light_a_host_was(page):
    result = page()
    row = Measurement("host_metric", "host_fraction_5100", 0.41, 0.05, "", None, "host", "host", "host_fraction")
    with_host = replace(result, host_model=np.ones(result.spectrum.n_pix), measurements=(*result.measurements, row))
    figure = plot_qa(with_host)
    assert any("host removed: 0.41 ± 0.05 of the light at 5100 Å" in text for text, _ in text_boxes(figure))
    assert collisions(figure) == []


def test_collisions_are_found_where_there_are_some(page):
    figure = plot_qa(page())
    first = text_boxes(figure)[0][0]
    figure.text(0.07, 1.0 - 0.4 / figure.get_figheight(), "over the title")
    figure.text(0.99, 0.5, "beyond the edge of the sheet")
    found = collisions(figure)
    assert any("'over the title'" in text and first in text for text in found)
    assert "'beyond the edge of the sheet' leaves the sheet" in found


def test_the_page_names_object_redshift_quality_results_and_warnings(page):
    figure = plot_qa(page(z=0.4, recipes=["hbeta_oiii"]), highlights={"log M(BH)": "8.12 ± 0.03"})
    texts = " | ".join(text for text, _ in text_boxes(figure))
    for wanted in (
        "made-0001",
        "z = 0.4000",
        "S/N",
        "fit: bound",
        "log λL(5100 Å) 44.123 ± 0.012 erg/s",
        "slope −1.530 ± 0.020",
        "log M(BH) 8.12 ± 0.03",
        "parameter at bound",
        "Hβ + [O III]",
        "15300 ± 1200",
        "61.2 ± 1.4",
        "−1120 ± 130",
        "observed wavelength [Å]",
        "rest wavelength [Å]",
        "configuration 0123456789ab",
    ):
        assert wanted in texts, wanted


def test_the_width_in_the_title_is_that_of_the_whole_profile(page):
    result = page(z=0.4, recipes=["hbeta_oiii"])
    gaussian = Measurement("complex_parameter", "hb_broad_fwhm", 900.0, None, "km/s", "hbeta_oiii", "hb")
    figure = plot_qa(replace(result, measurements=(gaussian, *result.measurements)))
    (line,) = [text for text, _ in text_boxes(figure) if "FWHM Hβ" in text]
    assert "FWHM Hβ 15300 ± 1200 km/s" in line


@pytest.mark.parametrize("n_complexes", [0, 1, 4, 9])
def test_every_complex_has_a_panel(page, n_complexes):
    recipes = NAMES[:n_complexes]
    figure = plot_qa(page(z=0.0, recipes=recipes, limits=(1100.0, 13500.0)))
    wanted = ["overview", "residuals", *(f"zoom {recipe}" for recipe in recipes)]
    assert [axes.get_label() for axes in figure.axes] == wanted


def test_residuals_are_data_less_model_over_error(page):
    result = page(z=0.5, recipes=["hbeta_oiii"], snr=10.0)
    spectrum = result.spectrum
    residual = (spectrum.flux - result.model) * np.sqrt(spectrum.ivar)
    fit = result.complexes["hbeta_oiii"]
    inside = fit.fit_mask
    drawn = [line for line in plot_qa(result).findobj(Line2D) if line.get_label() == "residual"]
    assert len(drawn) == 1
    values = drawn[0].get_ydata()
    np.testing.assert_allclose(values[np.isfinite(values)], np.clip(residual[inside], -5.88, 5.88), rtol=1e-9)


def shaded(figure, panel: str) -> dict[str, np.ndarray]:
    """Ranges of wavelength by class of pixels in a panel."""
    axes = next(axes for axes in figure.axes if axes.get_label() == panel)
    found = {}
    for collection in axes.findobj(PolyCollection):
        found[collection.get_label()] = np.array(
            [(path.vertices[:, 0].min(), path.vertices[:, 0].max()) for path in collection.get_paths()]
        )
    return found


def test_shading_follows_the_masks(page):
    plain = shaded(plot_qa(page(z=2.4, recipes=["civ"])), "overview")
    masked = shaded(plot_qa(page(z=2.4, recipes=["civ"], clipped=(1500, 1530), dead=(1600, 1620))), "overview")
    assert "clipped" not in plain
    assert "unusable" not in plain
    np.testing.assert_allclose(masked["clipped"], [[1500, 1530]], atol=1.0)
    np.testing.assert_allclose(masked["unusable"], [[1600, 1620]], atol=1.0)
    zoom = shaded(plot_qa(page(z=2.4, recipes=["civ"], clipped=(1500, 1530), dead=(1600, 1620))), "zoom civ")
    np.testing.assert_allclose(zoom["clipped"], [[1500, 1530]], atol=1.0)


def test_pixels_that_nothing_models_are_shaded_and_fitted_ones_are_not(page):
    result = page(z=2.4, recipes=["civ"])
    ranges = shaded(plot_qa(result), "overview")
    used = result.continuum.fit_mask | result.complexes["civ"].fit_mask
    wave = result.spectrum.wavelength
    inside = np.any([(wave > low) & (wave < high) for low, high in ranges["not_modelled"]], axis=0)
    # Edges of a range lie between pixels; narrow ranges are widened to be seen.
    assert np.mean(inside == ~used) > 0.99
    middle = ranges["complex"].mean()
    assert 1450 < middle < 1700


@pytest.mark.parametrize("kind", ["png", "pdf", "svg"])
def test_the_same_fit_gives_the_same_bytes(page, kind):
    first, second = (figure_bytes(plot_qa(page()), kind) for _ in range(2))
    assert first == second


def test_another_fit_gives_other_bytes(page):
    assert figure_bytes(plot_qa(page()), "png") != figure_bytes(plot_qa(page(seed=1)), "png")


def test_a_file_is_written_in_the_format_of_its_suffix(page, tmp_path):
    starts = {".png": b"\x89PNG", ".pdf": b"%PDF", ".svg": b"<?xml"}
    for suffix, start in starts.items():
        path = tmp_path / "deep" / f"figure{suffix}"
        plot_qa(page(recipes=["hbeta_oiii"]), path=path)
        assert path.read_bytes().startswith(start)
    assert sorted(path.name for path in (tmp_path / "deep").iterdir()) == ["figure.pdf", "figure.png", "figure.svg"]
    with pytest.raises(ConfigError, match=r"\.png, \.pdf, \.svg, not as \.gif"):
        plot_qa(page(), path=tmp_path / "figure.gif")


def test_a_png_has_the_size_that_the_resolution_says(page):
    for dpi in (80.0, 120.0):
        figure = plot_qa(page(), dpi=dpi)
        image = Image.open(io.BytesIO(figure_bytes(figure, "png")))
        assert image.size == (round(11.0 * dpi), round(figure.get_figheight() * dpi))


def test_strong_narrow_lines_do_not_flatten_the_continuum(page):
    figure = plot_qa(page(z=0.5, line_scale=60.0))
    low, high = figure.axes[0].get_ylim()
    assert high < 15 * 20.0
    assert low < 0.0
    zoom = next(axes for axes in figure.axes if axes.get_label() == "zoom hbeta_oiii")
    assert zoom.get_ylim()[1] > 60 * 20.0


def test_nan_in_a_model_or_a_measurement_is_left_out(page):
    result = page(recipes=["hbeta_oiii"])
    fit = result.complexes["hbeta_oiii"]
    broken = fit.components[0].values.copy()
    broken[::7] = np.nan
    fit = replace(fit, components=(replace(fit.components[0], values=broken), *fit.components[1:]), model=broken)
    rows = tuple(row._replace(value=float("nan"), error=float("inf")) for row in result.measurements)
    figure = plot_qa(replace(result, complexes={"hbeta_oiii": fit}, measurements=rows))
    assert collisions(figure) == []
    for axes in figure.axes:
        assert np.all(np.isfinite([*axes.get_xlim(), *axes.get_ylim()]))


def test_a_page_leaves_pyplot_alone(page):
    from matplotlib import pyplot

    plot_qa(page())
    assert pyplot.get_fignums() == []


@pytest.mark.parametrize("with_data", [True, False])
def test_a_failure_has_a_page_with_its_reason(page, with_data):
    row = {
        "object_key": "a.fits#3",
        "object_id": "a",
        "source": "a.fits",
        "row_index": 3,
        "exception_type": "FitError",
        "message": "a: no usable pixel in any continuum window; there should be at least ten. " * 9,
    }
    figure = plot_failure(row, page().spectrum if with_data else None, why_no_data="a.fits was not found")
    assert collisions(figure) == []
    texts = " ".join(text for text, _ in text_boxes(figure))
    assert "FitError: a: no usable pixel in any continuum window" in texts
    assert ("a.fits was not found" in texts) is not with_data
    assert [axes.get_label() for axes in figure.axes] == (["failure"] if with_data else [])
