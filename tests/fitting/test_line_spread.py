"""Lines are fitted as the instrument sees them, and their widths are those before it."""

from dataclasses import replace

import numpy as np
import pytest
from quasar_truths import low_redshift_quasar

from qsospec_duck.constants import FWHM_PER_SIGMA
from qsospec_duck.errors import SpectrumError
from qsospec_duck.fitting import FitConfig, UncertaintyConfig, fit_quasar
from qsospec_duck.readers import read_spectra
from qsospec_duck.simulate import simulate_quasar
from qsospec_duck.spectra import from_table

LSF_SIGMA = 110.0


@pytest.fixture(scope="module")
def seen():
    """A quasar whose lines the instrument has broadened, and its true widths."""
    true = low_redshift_quasar()
    blurred = [replace(one, fwhm=float(np.hypot(one.fwhm, FWHM_PER_SIGMA * LSF_SIGMA))) for one in true.lines]
    spectrum = simulate_quasar(replace(true, lines=tuple(blurred)), snr=20.0, noise=False)
    widths = {(one.line_id, one.role): one.fwhm for one in true.lines if one.role == "narrow"}
    return replace(spectrum, lsf_sigma=np.full(spectrum.n_pix, LSF_SIGMA)), widths


def test_narrow_lines_have_their_intrinsic_widths(seen):
    spectrum, widths = seen
    result = fit_quasar(spectrum, FitConfig(uncertainty=UncertaintyConfig(calibrated=False)))
    compared = 0
    for row in result.measurements:
        if row.measure == "fwhm" and row.role == "narrow" and (row.feature_id, row.role) in widths:
            assert abs(row.value - widths[row.feature_id, row.role]) < 0.03 * row.error, row
            compared += 1
    assert compared >= 4
    assert all(fit.chi2 < 0.1 for fit in result.complexes.values())


def test_components_are_what_the_instrument_sees(seen):
    result = fit_quasar(seen[0])
    for fit in result.complexes.values():
        residual = (result.spectrum.flux - result.continuum.model - fit.model)[fit.fit_mask]
        others = sum(one.model for one in result.complexes.values() if one is not fit)
        residual -= (others + np.zeros_like(result.spectrum.flux))[fit.fit_mask]
        assert np.abs(residual * np.sqrt(result.spectrum.ivar[fit.fit_mask])).max() < 0.05


def test_without_it_widths_are_as_observed(seen):
    spectrum, widths = seen
    rows = {row.quantity: row for row in fit_quasar(replace(spectrum, lsf_sigma=None)).measurements}
    observed = np.hypot(widths["oiii5008", "narrow"], FWHM_PER_SIGMA * LSF_SIGMA)
    assert rows["oiii5008_narrow_fwhm"].value == pytest.approx(observed, rel=0.01)


def test_a_line_spread_function_of_another_length_is_refused(seen):
    with pytest.raises(SpectrumError, match="lsf_sigma has shape"):
        replace(seen[0], lsf_sigma=np.ones(3))


def test_sdss_spectra_bring_theirs(shared_data):
    path = sorted((shared_data / "sdss").glob("spec-*.fits*"))[0]
    (spectrum,) = from_table(read_spectra(path))
    # SDSS and BOSS resolve 1500 to 2500.
    assert 50.0 < np.median(spectrum.lsf_sigma) < 90.0
