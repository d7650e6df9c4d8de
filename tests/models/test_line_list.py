"""The lines that a quasar fit is asked for are in the list, at their vacuum wavelengths, and in a recipe."""

import pytest

from qsospec_duck.constants import C_KMS
from qsospec_duck.models.lines import line
from qsospec_duck.models.recipes import further_recipes, packaged_recipes

# Vacuum wavelengths [Å] of van Hoof's atomic line list and of the line lists of SDSS and DESI. Multiplets that a quasar
# blends stand at the mean by statistical weight (2:1 for resonance doublets), or at that of Vanden Berk et al. (2001).
WAVELENGTHS = {
    "lyb": 1025.722, "lya": 1215.670, "nv": 1240.149, "oi1304": 1304.352, "cii1335": 1335.30, "siiv": 1396.76,
    "oiv": 1402.06, "niv": 1486.50, "civ": 1549.061, "heii1640": 1640.42, "oiii1663": 1663.48, "niii": 1750.26,
    "aliii": 1857.40, "siiii": 1892.03, "ciii": 1908.73, "cii2326": 2326.44, "mgii": 2798.745, "nev3347": 3346.79,
    "nev3427": 3426.84, "oii3727": 3727.092, "oii3730": 3729.875, "neiii3870": 3869.86, "h8": 3890.166,
    "neiii3969": 3968.59, "he": 3971.198, "hd": 4102.892, "hg": 4341.684, "oiii4364": 4364.436, "heii4687": 4687.02,
    "hb": 4862.683, "oiii4960": 4960.295, "oiii5008": 5008.240, "hei5877": 5877.25, "oi6302": 6302.046,
    "oi6366": 6365.536, "nii6550": 6549.85, "ha": 6564.613, "nii6585": 6585.28, "sii6718": 6718.29,
    "sii6733": 6732.67, "oi8449": 8448.68, "siii9071": 9071.1, "pa9": 9231.547, "siii9533": 9533.2, "pa8": 9548.590,
    "pad": 10052.128, "hei10833": 10833.22, "pag": 10941.091, "oi11290": 11290.0, "pab": 12821.59, "paa": 18756.13,
}  # fmt: skip

BLENDS = {"siiv": "siiv_oiv", "oiv": "siiv_oiv"}
"""Lines that are measured as a part of another entry: 1100 km/s apart, Si IV and O IV] are one profile in a quasar."""


@pytest.mark.parametrize(("line_id", "wavelength"), WAVELENGTHS.items(), ids=WAVELENGTHS)
def test_every_line_that_is_asked_for_is_in_the_list_and_in_a_recipe(line_id, wavelength):
    # Sources differ by up to 3 km/s in the fine structure of hydrogen.
    assert abs(line(line_id).wavelength / wavelength - 1.0) * C_KMS < 3.0
    recipes = [*packaged_recipes().values(), *further_recipes().values()]
    assert any(BLENDS.get(line_id, line_id) in recipe.line_ids for recipe in recipes)


def test_lines_of_hydrogen_follow_rydberg():
    # 1/λ = R_H (1/m² − 1/n²), R_H = 4/(3647.053 Å); fine structure moves the centres by up to 4 km/s.
    levels = {
        "lya": (1, 2), "lyb": (1, 3), "ha": (2, 3), "hb": (2, 4), "hg": (2, 5), "hd": (2, 6), "he": (2, 7),
        "h8": (2, 8), "paa": (3, 4), "pab": (3, 5), "pag": (3, 6), "pad": (3, 7), "pa8": (3, 8), "pa9": (3, 9),
    }  # fmt: skip
    for line_id, (lower, upper) in levels.items():
        expected = 3647.053 / 4.0 / (lower**-2 - upper**-2)
        assert abs(line(line_id).wavelength / expected - 1.0) * C_KMS < 4.0, line_id
