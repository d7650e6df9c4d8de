import dataclasses
import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qsospec_duck.errors import ConfigError
from qsospec_duck.fitting import FitConfig, HostConfig
from qsospec_duck.fitting.config import (
    BalmerConfig,
    ContinuumConfig,
    Cosmology,
    IronConfig,
    PowerLawConfig,
    UncertaintyConfig,
)
from qsospec_duck.models.recipes import load_recipe, packaged_recipes
from qsospec_duck.models.templates import read_template

GAUSSIAN_ROWS = "\n".join(f"{4000 + 10 * i} {1 + i % 7}" for i in range(60))


def scientific_fields(value, path=()):
    """Path and value of every leaf of a configuration."""
    for field in dataclasses.fields(value):
        leaf = getattr(value, field.name)
        here = (*path, field.name)
        if dataclasses.is_dataclass(leaf):
            yield from scientific_fields(leaf, here)
        else:
            yield here, leaf


def replaced(value, path, leaf):
    if not path:
        return leaf
    return dataclasses.replace(value, **{path[0]: replaced(getattr(value, path[0]), path[1:], leaf)})


def another(path, value):
    """Another valid value of an option."""
    name = path[-1]
    choices = {
        "mode": "single", "method": "monte_carlo", "template": "park22", "table": "sh95_ne10", "complexes": ("mgii",),
        "law": "G23", "maps": None, "keep": "draws", "templates": "xsl", "on_missing": "skip",
        "alternatives": ("park22",),
    }  # fmt: skip
    own = {
        ("reddening", "mode"): "auto", ("reddening", "law"): "lmc_average", ("polynomial", "mode"): "add",
    }  # fmt: skip
    if path[-2:] in own:
        return own[path[-2:]]
    if name in choices:
        return choices[name]
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, float):
        return value * 1.01 + 1e-3
    if isinstance(value, tuple) and value and isinstance(value[0], tuple):
        return value[:-1]
    if isinstance(value, tuple):
        return (value[0] * 1.01, value[1] * 1.02)
    pytest.fail(f"{'.'.join(path)} is a {type(value).__name__}: give it another value here")
    return None


FIT_FIELDS = [
    (path, value)
    for path, value in scientific_fields(FitConfig())
    if path[0] != "extinction" and path != ("host", "method")
]  # fmt: skip


@pytest.mark.parametrize(("path", "value"), FIT_FIELDS, ids=[".".join(path) for path, _ in FIT_FIELDS])
def test_hash_changes_with_every_scientific_option(path, value):
    config = replaced(FitConfig(), path, another(path, value))
    assert config.hash() != FitConfig().hash()


@pytest.mark.parametrize("method", ["linear", "ppxf"])
def test_hash_changes_with_the_method_of_the_host(method):
    configs = [FitConfig(host=HostConfig(one, "absent.npz", on_missing="skip")) for one in ("off", method)]
    assert configs[0].hash() != configs[1].hash()


def test_hash_changes_with_every_option_of_the_extinction():
    for path, value in scientific_fields(FitConfig()):
        if path[0] != "extinction" or value is None or isinstance(value, str):
            continue
        assert replaced(FitConfig(), path, another(path, value)).hash() != FitConfig().hash(), path


def test_equal_configurations_have_equal_hashes():
    assert FitConfig().hash() == FitConfig().hash()
    rebuilt = FitConfig(continuum=ContinuumConfig(power_law=PowerLawConfig(), balmer=BalmerConfig()))
    assert rebuilt.hash() == FitConfig().hash()
    assert pickle.loads(pickle.dumps(FitConfig())).hash() == FitConfig().hash()
    assert len(FitConfig().hash()) == 64


def test_options_leave_their_hash_behind_when_they_go_to_another_process():
    here = ContinuumConfig()
    assert hash(here) == hash(ContinuumConfig())
    there = pickle.loads(pickle.dumps(here))
    # Strings hash otherwise in each process.
    assert vars(there).keys() == vars(ContinuumConfig()).keys()
    assert there == here
    assert hash(there) == hash(here)
    assert hash(here) != hash(ContinuumConfig(clip_passes=2))


def test_configuration_survives_json():
    content = FitConfig().to_dict()
    assert json.loads(json.dumps(content)) == content
    assert content["continuum"]["power_law"]["delta_bic"] == 10.0
    assert content["complexes"] == list(packaged_recipes())


def test_hash_holds_the_content_of_a_recipe_given_by_path(tmp_path):
    hashes = []
    for number, fwhm in enumerate((9000.0, 8000.0)):
        # The same file name in another folder: the path differs, so hold the path fixed and change the content.
        path = tmp_path / "hg.toml"
        path.write_text(
            'id = "hg"\nwindows = [[4250.0, 4400.0]]\n[[component]]\nname = "hg_broad"\nlines = ["hg"]\n'
            f'role = "broad"\nfwhm = [[900.0, {fwhm}]]\n'
        )
        load_recipe.cache_clear()
        from qsospec_duck.fitting import config as module

        module._hash.cache_clear()
        hashes.append(FitConfig(complexes=(str(path),)).hash())
        assert len(hashes) == number + 1
    assert hashes[0] != hashes[1]


def test_hash_holds_the_content_of_a_template_given_by_path(tmp_path):
    from qsospec_duck.fitting import config as module

    hashes = []
    for rows in (GAUSSIAN_ROWS, GAUSSIAN_ROWS + "\n5000 2"):
        path = tmp_path / "iron.txt"
        path.write_text(rows)
        read_template.cache_clear()
        module._hash.cache_clear()
        iron = IronConfig(str(path))
        hashes.append(FitConfig(continuum=ContinuumConfig(iron_optical=iron)).hash())
    assert hashes[0] != hashes[1]


@given(st.text(max_size=8))
def test_unknown_modes_are_refused_naming_the_option(word):
    if word not in ("single", "broken", "auto"):
        with pytest.raises(ConfigError, match=r"PowerLawConfig.mode is .* 'single', 'broken' or 'auto'"):
            PowerLawConfig(mode=word)
    if word not in ("covariance", "monte_carlo"):
        with pytest.raises(ConfigError, match=r"UncertaintyConfig.method is .*'covariance' or 'monte_carlo'"):
            UncertaintyConfig(method=word)


@given(st.integers(-10, 1))
def test_a_scatter_needs_two_draws(draws):
    with pytest.raises(ConfigError, match=r"UncertaintyConfig.draws is"):
        UncertaintyConfig(draws=draws)


@pytest.mark.parametrize(
    "made",
    [
        lambda: PowerLawConfig(slope_bounds=(3.0, -5.0)),
        lambda: PowerLawConfig(pivot=-1.0),
        lambda: PowerLawConfig(break_wavelength=0.0),
        lambda: IronConfig("veron04", fwhm_bounds=(10000.0, 500.0)),
        lambda: IronConfig("veron04", fwhm_bounds=(0.0, 500.0)),
        lambda: IronConfig("veron04", velocity_bounds=(100.0, -100.0)),
        lambda: BalmerConfig(fwhm_bounds=(500.0, float("nan"))),
        lambda: BalmerConfig(velocity_bounds=(1.0, 0.0)),
        lambda: ContinuumConfig(windows=((2000.0, 1000.0),)),
        lambda: Cosmology(h0=0.0),
        lambda: Cosmology(om0=1.5),
        lambda: FitConfig(complexes=("mgii", "mgii")),
    ],
)
def test_options_that_make_no_sense_are_refused(made):
    with pytest.raises(ConfigError, match=r"should be|right"):
        made()


def test_configuration_is_frozen_and_its_keys_are_known():
    with pytest.raises(dataclasses.FrozenInstanceError):
        FitConfig().optional_min_snr = 3.0
    with pytest.raises(TypeError, match="wing_min_sn"):
        FitConfig(wing_min_sn=3.0)
