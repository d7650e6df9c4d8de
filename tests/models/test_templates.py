import hashlib

import numpy as np
import pytest

from qsospec_duck.errors import ConfigError
from qsospec_duck.models.templates import load_template, packaged_templates, read_balmer_ratios, read_template

IRON = [name for name, row in packaged_templates().items() if row["kind"] in ("iron_uv", "iron_optical")]
BALMER = [name for name, row in packaged_templates().items() if row["kind"] == "balmer"]


def test_the_templates_of_the_design_are_packaged():
    assert set(IRON) == {"veron04", "park22", "mejia16_uv"}
    assert set(BALMER) == {"sh95_ne09", "sh95_ne10"}


@pytest.mark.parametrize("name", [*IRON, *BALMER])
def test_every_packaged_template_says_where_it_comes_from(name):
    row = packaged_templates()[name]
    assert row["citation"].strip()
    assert len(row["sha256"]) == 64


@pytest.mark.parametrize("name", IRON)
def test_template_has_unit_integral_increasing_wavelengths_and_the_registered_checksum(name):
    template = read_template(name)
    assert np.trapezoid(template.flux, template.wavelength) == pytest.approx(1.0, rel=1e-12)
    assert np.all(np.diff(template.wavelength) > 0)
    assert np.all(np.isfinite(template.flux))
    assert template.sha256 == packaged_templates()[name]["sha256"]


@pytest.mark.parametrize("name", IRON)
def test_template_ends_without_a_step(name):
    _, flux = load_template(name)
    # A step at the end would be an edge in every model; a tenth of the mean is where tapering begins.
    assert max(abs(flux[0]), abs(flux[-1])) <= 0.1 * np.mean(np.abs(flux))


@pytest.mark.parametrize("name", IRON)
def test_template_covers_what_its_row_says(name):
    template = read_template(name)
    low, high = (2000.0, 3000.0) if name.endswith("uv") else (4434.0, 4684.0)
    inside = (template.wavelength >= low) & (template.wavelength <= high)
    assert np.trapezoid(template.flux[inside], template.wavelength[inside]) > 0.1


def test_unknown_template_is_refused_naming_the_packaged_ones():
    with pytest.raises(ConfigError, match=r"no_such.*veron04"):
        read_template("no_such")


def test_iron_template_is_no_balmer_table():
    with pytest.raises(ConfigError, match=r"no Balmer table 'veron04'; there are sh95_ne09, sh95_ne10"):
        read_balmer_ratios("veron04")


def test_template_by_path_is_read_with_comments_header_and_commas(tmp_path):
    wave = np.linspace(4000.0, 5000.0, 51)
    flux = np.exp(-0.5 * ((wave - 4500.0) / 100.0) ** 2)
    path = tmp_path / "mine.csv"
    rows = "\n".join(f"{w},{f}  # {i}" for i, (w, f) in enumerate(zip(wave, flux, strict=True)))
    path.write_text(f"# my template\nwavelength,flux\n\n{rows}\n")
    template = read_template(str(path))
    assert template.wavelength == pytest.approx(wave)
    assert template.flux == pytest.approx(flux / np.trapezoid(flux, wave))
    assert template.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_template_scale_does_not_matter(tmp_path):
    wave = np.linspace(4000.0, 5000.0, 51)
    flux = 1.0 + np.sin(wave / 50.0) ** 2
    shapes = []
    for scale in (1.0, 1e-17):
        path = tmp_path / f"{scale}.txt"
        path.write_text("\n".join(f"{w!r} {f!r}" for w, f in zip(wave.tolist(), (scale * flux).tolist(), strict=True)))
        shapes.append(load_template(str(path))[1])
    assert shapes[1] == pytest.approx(shapes[0], rel=1e-12)


GOOD = [f"{4000 + i} 1.0" for i in range(20)]


@pytest.mark.parametrize(
    ("name", "lines", "sentence"),
    [
        ("short", GOOD[:5], r"5 rows of numbers; there should be at least 10"),
        ("unsorted", [*GOOD, "3000 1.0"], r"strictly increasing"),
        ("nan", [*GOOD, "5000 nan"], r"all finite"),
        ("text", [*GOOD, "5000 much"], r"line 21: '5000 much' is not two numbers"),
        ("one_column", [*GOOD, "5000"], r"line 21: '5000' is not two numbers"),
        ("negative", [row.replace(" 1.0", " -1.0") for row in GOOD], r"its integral is -.* it should be positive"),
        ("empty", [], r"0 rows of numbers"),
    ],
)
def test_broken_template_file_gives_one_clear_error(tmp_path, name, lines, sentence):
    path = tmp_path / f"{name}.txt"
    path.write_text("\n".join(lines))
    with pytest.raises(ConfigError, match=sentence) as caught:
        read_template(str(path))
    assert str(path) in str(caught.value)


def test_binary_file_is_no_template(tmp_path):
    path = tmp_path / "noise.dat"
    path.write_bytes(bytes(range(256)) * 8)
    with pytest.raises(ConfigError, match=r"there should be at least 10"):
        read_template(str(path))


@pytest.mark.parametrize("name", BALMER)
def test_balmer_table_runs_to_level_50_and_falls(name):
    levels, ratios = read_balmer_ratios(name)
    assert levels.tolist() == list(range(int(levels[0]), 51))
    assert np.all(np.diff(ratios[levels >= 6]) < 0)


def test_balmer_decrement_flattens_with_density():
    # Low density gives Hδ/Hβ = 0.26 (Osterbrock & Ferland 2006, table 4.4); collisions raise it.
    low, high = (dict(zip(*read_balmer_ratios(name), strict=True))[6] for name in ("sh95_ne09", "sh95_ne10"))
    assert 0.26 < low < high < 0.32
