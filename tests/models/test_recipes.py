import contextlib
import copy
import csv
import tomllib
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qsospec_duck.errors import ConfigError
from qsospec_duck.fitting.complex_model import compile_complex
from qsospec_duck.models.lines import line, lines
from qsospec_duck.models.recipes import load_recipe, packaged_recipes, parse_recipe

DESIGN_WINDOWS = {
    "lya_nv": (1150.0, 1290.0), "siiv_oiv": (1360.0, 1450.0), "civ": (1450.0, 1700.0), "ciii": (1700.0, 1970.0),
    "mgii": (2700.0, 2900.0), "oii_nev_neiii_hgamma": (3380.0, 4425.0), "hbeta_oiii": (4640.0, 5100.0),
    "halpha_nii_sii": (6400.0, 6800.0), "paschen_nir": (9900.0, 13050.0),
}  # fmt: skip

GOOD = {
    "id": "mine",
    "windows": [[4000.0, 4200.0]],
    "component": [{"name": "hd_broad", "lines": ["hd"], "role": "broad", "fwhm": [[900.0, 9000.0]]}],
}


def changed(path, value):
    content = copy.deepcopy(GOOD)
    place = content
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return content


def test_the_recipes_of_the_design_are_packaged_in_order_of_wavelength():
    assert {name: recipe.window for name, recipe in packaged_recipes().items()} == DESIGN_WINDOWS
    assert list(packaged_recipes()) == list(DESIGN_WINDOWS)


@pytest.mark.parametrize("recipe", packaged_recipes().values(), ids=packaged_recipes())
def test_every_line_of_a_recipe_lies_in_its_windows(recipe):
    for component in recipe.components:
        for line_id in component.lines:
            assert any(low < line(line_id).wavelength < high for low, high in recipe.windows), line_id
    assert set(recipe.required) <= {line_id for component in recipe.components for line_id in component.lines}


@pytest.mark.parametrize("recipe", packaged_recipes().values(), ids=packaged_recipes())
def test_components_of_one_kinematics_have_one_band(recipe):
    bands = {}
    for component in recipe.components:
        if component.kinematics:
            assert component.count == 1
            bands.setdefault(component.kinematics, set()).add((component.fwhm, component.velocity))
    assert all(len(found) == 1 for found in bands.values()), bands


def test_fixed_ratios_are_those_of_atomic_physics():
    # Storey & Zeippen 2000: 2.98 for [O III]; 2.96 for [N II] in the line lists of the survey pipelines.
    ratios = {
        component.name: component.ratios for recipe in packaged_recipes().values() for component in recipe.components
    }
    assert ratios["oiii_narrow"] == ratios["oiii_wing"] == pytest.approx((1.0, 1 / 2.98), rel=1e-6)
    assert ratios["nii_narrow"] == pytest.approx((1.0, 1 / 2.96), rel=1e-6)


def test_a_recipe_given_by_path_is_the_packaged_one_when_it_is_its_copy(tmp_path):
    source = resources.files("qsospec_duck").joinpath("data/recipes/hbeta_oiii.toml")
    copied = tmp_path / "copy.toml"
    copied.write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    assert load_recipe(str(copied)) == load_recipe("hbeta_oiii")


def test_defaults_are_filled_in():
    recipe = parse_recipe("mine.toml", GOOD)
    assert (recipe.label, recipe.coverage, recipe.min_coverage, recipe.min_pixels) == ("mine", "full", 0.8, 30)
    assert recipe.components[0].ratios == (1.0,)
    assert recipe.components[0].count == 1
    assert recipe.required == ()


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (("id",), 3, r"id is 3; it should be given as a str"),
        (("id",), None, r"id is None"),
        (("windows",), "4000-4200", r"windows is '4000-4200'; it should be given as a list"),
        (("windows",), [], r"windows should be one or more bands"),
        (("windows",), [[4200.0, 4000.0]], r"windows holds \[4200.0, 4000.0\]; it should be two increasing numbers"),
        (("windows",), [[4000.0, 4200.0], [4100.0, 4300.0]], r"in increasing order"),
        (("windows",), [[4000.0, "b"]], r"two increasing numbers"),
        (("coverage",), "half", r"coverage is 'half'; it should be one of full, any, lya"),
        (("component",), [], r"component names should be one or more and unique"),
        (("component",), GOOD["component"] * 2, r"unique; they are \['hd_broad', 'hd_broad'\]"),
        (("required",), ["hq"], r"lines.csv has no line 'hq'"),
        (("component", 0, "name"), 1, r"name is 1"),
        (("component", 0, "lines"), ["hq"], r"lines.csv has no line 'hq'"),
        (("component", 0, "lines"), "hd", r"component 'hd_broad': lines is 'hd'; it should be given as a list"),
        (("component", 0, "role"), "fat", r"component 'hd_broad': role is 'fat'"),
        (("component", 0, "count"), 2, r"component 'hd_broad': fwhm has 1 bands for 2 Gaussians"),
        (("component", 0, "fwhm"), [[0.0, 100.0]], r"one positive band each"),
        (("component", 0, "fwhm"), [[9000.0, 900.0]], r"fwhm holds \[9000.0, 900.0\]"),
        (("component", 0, "velocity"), [1.0], r"velocity holds \[1.0\]"),
        (("component", 0, "ratios"), [2.0], r"ratios are \(2.0,\); they should be positive, one a line, the first 1"),
        (("component", 0, "ratios"), [1.0, 0.3], r"one a line"),
        (("component", 0, "ratios"), [], r"ratios are"),
        (("component", 0, "lines"), [], r"lines"),
        (("component", 0, "fwhm"), [], r"fwhm"),
    ],
)
def test_wrong_value_is_refused_naming_file_key_and_what_was_found(path, value, sentence):
    with pytest.raises(ConfigError, match=sentence) as caught:
        parse_recipe("mine.toml", changed(path, value))
    assert "mine.toml" in str(caught.value) or "lines.csv" in str(caught.value)


@pytest.mark.parametrize("key", ["id", "windows", "component"])
def test_missing_key_is_named(key):
    content = {name: value for name, value in GOOD.items() if name != key}
    with pytest.raises(ConfigError, match=rf"mine.toml: {key} is None"):
        parse_recipe("mine.toml", content)


@given(st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=12), st.booleans())
def test_unknown_key_is_refused_by_name(key, inside):
    content = copy.deepcopy(GOOD)
    place = content["component"][0] if inside else content
    known = {"id", "label", "order", "windows", "coverage", "required", "component", "name", "lines", "role", "count",
             "fwhm", "velocity", "ratios", "kinematics", "optional"}  # fmt: skip
    if key in known:
        return
    place[key] = 1
    with pytest.raises(ConfigError, match=f"unknown key {key};"):
        parse_recipe("mine.toml", content)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(-10, 1e4) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)
places = st.sampled_from(
    [(key,) for key in ("id", "label", "order", "windows", "coverage", "min_coverage", "min_pixels", "required",
                        "mask_absorption", "absorption_max_kms", "component")]
    + [("component", 0, key) for key in ("name", "lines", "role", "count", "fwhm", "velocity", "ratios", "kinematics",
                                         "optional")]
)  # fmt: skip


@given(places, json_values)
def test_any_value_of_any_key_gives_a_recipe_or_a_config_error(path, value):
    with contextlib.suppress(ConfigError):
        recipe = parse_recipe("mine.toml", changed(path, value))
        # What is accepted can be compiled.
        assert compile_complex(recipe.components).gaussians


def test_unknown_recipe_is_refused_naming_the_packaged_ones():
    with pytest.raises(ConfigError, match=r"'hdelta' is neither a file nor packaged; those are lya_nv, siiv_oiv"):
        load_recipe("hdelta")


def test_file_that_is_no_toml_is_refused(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("id = [")
    with pytest.raises(ConfigError, match=r"mine.toml: not a TOML file"):
        load_recipe(str(path))


def test_binary_file_is_no_recipe(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(ConfigError, match=r"mine.toml: not a TOML file"):
        load_recipe(str(path))


def test_packaged_files_say_what_is_in_them():
    folder = resources.files("qsospec_duck").joinpath("data/recipes")
    for entry in folder.iterdir():
        if entry.name.endswith(".toml"):
            assert tomllib.loads(entry.read_text(encoding="utf-8"))["id"] == entry.name.removesuffix(".toml")


def test_lines_have_unique_ids_sources_and_vacuum_wavelengths():
    text = resources.files("qsospec_duck").joinpath("data/lines.csv").read_text(encoding="utf-8")
    assert len(list(csv.DictReader(text.splitlines()))) == len(lines())
    assert all(entry.source and entry.label and entry.wavelength > 0 for entry in lines().values())
    # [O III] 5008.240 is the line that pipelines quote in vacuum; 5006.84 is its wavelength in air.
    assert line("oiii5008").wavelength == pytest.approx(5008.24, abs=0.01)


def test_unknown_line_is_refused():
    with pytest.raises(ConfigError, match=r"lines.csv has no line 'hq'; it has lyb, ovi, lya"):
        line("hq")
