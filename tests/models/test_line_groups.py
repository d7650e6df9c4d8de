import csv
from importlib import resources

import numpy as np
import pytest

from qsospec_duck.air_vacuum import air_to_vacuum
from qsospec_duck.constants import C_KMS, FWHM_PER_SIGMA
from qsospec_duck.errors import ConfigError
from qsospec_duck.fitting.optimum import evaluate_columns
from qsospec_duck.models.bank import group_banks
from qsospec_duck.models.line_groups import is_line_list, line_list_sha256, read_groups
from qsospec_duck.models.program import Kind, Parameter, Term, compile_program
from qsospec_duck.models.templates import packaged_templates

LISTS = [name for name in packaged_templates() if is_line_list(name)]


def rows_of(name):
    file = resources.files("qsospec_duck").joinpath("data/templates", packaged_templates()[name]["file"])
    return list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize("name", LISTS)
def test_every_group_has_lines_of_unit_flux_and_the_registered_checksum(name):
    for group in read_groups(name, 10_000.0):
        assert group.flux.sum() == pytest.approx(1.0)
        assert np.all(group.flux > 0)
    assert line_list_sha256(name) == packaged_templates()[name]["sha256"]


def test_lines_of_a_group_end_on_the_levels_of_its_term():
    # Upper energy less wavenumber is the lower level: b4F and a4G have four, a6S has one (NIST Fe II, cm⁻¹).
    terms = {"f": (22637.2, 22810.4, 22939.4, 23031.3), "s": (23317.6,), "g": (25428.8, 25805.3, 25981.6, 26055.4)}
    rows = [row for row in rows_of("kovacevic10") if row["gf"]]
    assert {row["group"] for row in rows} == set(terms)
    for row in rows:
        lower = float(row["upper_energy"]) - 1e8 / float(row["wavelength"])
        assert min(abs(lower - level) for level in terms[row["group"]]) < 0.5


@pytest.mark.parametrize(("group", "air"), [("f", 4549.474), ("s", 5018.440), ("g", 5316.615)])
def test_wavelengths_are_vacuum(group, air):
    vacuum = [float(row["wavelength"]) for row in rows_of("kovacevic10") if row["group"] == group]
    assert min(abs(one - float(air_to_vacuum(air))) for one in vacuum) < 1e-3


def test_ratios_inside_a_group_follow_the_equation_and_hotter_gas_raises_the_higher_level():
    rows = [row for row in rows_of("kovacevic10") if row["group"] == "s"]
    wave, gf, energy = (np.array([float(row[key]) for row in rows]) for key in ("wavelength", "gf", "upper_energy"))
    cool, hot = (next(g for g in read_groups("kovacevic10", t) if g.name == "s") for t in (5000.0, 20_000.0))
    kt = 8.617333262e-5 * 5000.0
    expected = gf / wave**3 * np.exp(-energy * 1.239841984e-4 / kt)
    assert cool.flux == pytest.approx(expected / expected.sum(), rel=1e-6)
    assert np.all(np.diff((hot.flux / cool.flux)[np.argsort(energy)]) > 0)


@pytest.mark.parametrize("name", LISTS)
def test_bank_of_a_group_is_the_sum_of_its_lines(name):
    banks = group_banks(name, 10_000.0, 500.0, 10_000.0)
    for group, (ending, bank) in zip(read_groups(name, 10_000.0), banks, strict=True):
        assert ending == group.name
        parameters = [Parameter("fwhm", 8.0, 6.2, 9.2, "fwhm"), Parameter("velocity", 0.0, -2.0, 2.0, "velocity")]
        program = compile_program(parameters, ["x"], [Term(Kind.BANK, 0, (0, 1), bank=bank)])
        wave = np.linspace(group.wavelength.min() - 60, group.wavelength.max() + 60, 800)
        got = evaluate_columns(program, np.log(wave), np.ones_like(wave), np.array([np.log(2000.0), 0.3]))[0]
        s = 2000.0 / FWHM_PER_SIGMA / C_KMS
        x = np.log(wave)[:, None] - np.log(group.wavelength)[None, :] - 300.0 / C_KMS
        direct = np.exp(-0.5 * (x / s) ** 2) @ (group.flux / group.wavelength) / (s * np.sqrt(2 * np.pi))
        assert np.max(np.abs(got - direct)) < 1e-4 * direct.max()


def test_a_template_is_no_line_list():
    with pytest.raises(ConfigError, match=r"no line list 'veron04'; there are kovacevic10, feiii_uv48"):
        read_groups("veron04", 10_000.0)
