from dataclasses import replace

import numpy as np
import pytest

from qsospec_duck.errors import SpectrumError
from qsospec_duck.spectra import Spectrum, coadd, prepare

WAVE = 4000.0 + 1.0 * np.arange(200)


def epoch(flux, ivar, wave=WAVE, z=0.5, **known):
    n = wave.size
    return Spectrum.from_arrays(wave, np.broadcast_to(flux, n), ivar=np.broadcast_to(ivar, n).copy(), z=z, **known)


def test_on_equal_grids_it_is_the_inverse_variance_mean():
    rng = np.random.default_rng(1)
    parts = [epoch(rng.normal(5, 1, 200), rng.uniform(0.5, 2.0, 200), object_key=str(k)) for k in range(3)]
    parts[1].ivar[20:30] = 0.0
    mean = coadd(parts)
    weight = sum(part.ivar for part in parts)
    np.testing.assert_allclose(mean.ivar, weight, rtol=1e-12)
    np.testing.assert_allclose(mean.flux, sum(part.ivar * part.flux for part in parts) / weight, rtol=1e-12)
    assert mean.metadata["n_epochs"] == 3


def test_pixels_that_no_epoch_knows_stay_unusable():
    one = epoch(1.0, 1.0)
    one.ivar[5:9] = 0.0
    assert np.flatnonzero(coadd([one, one]).ivar == 0).tolist() == [5, 6, 7, 8]


@pytest.mark.parametrize("step", [0.37, 1.0, 2.6])
def test_another_grid_keeps_flux_and_information(step):
    wave = 3995.3 + step * np.arange(int(210 / step))
    first, second = epoch(0.0, 0.0), epoch(3.0 + 0.01 * (wave - 4100.0), 2.0, wave=wave)
    mean = coadd([first, second])
    assert mean.ivar.sum() == pytest.approx(second.ivar.sum(), rel=0.01)
    inside = (mean.wavelength > 4005) & (mean.wavelength < 4190) & (mean.ivar > 0)
    expected = 3.0 + 0.01 * (mean.wavelength[inside] - 4100.0)
    # A wide pixel is flat over the target pixels it holds.
    np.testing.assert_allclose(mean.flux[inside], expected, atol=0.01 * max(step, 1.0))


def test_a_longer_epoch_continues_the_grid():
    longer = epoch(2.0, 1.0, wave=3900.0 + 1.0 * np.arange(400))
    mean = coadd([epoch(2.0, 1.0), longer])
    assert mean.wavelength[0] == 3900.0
    assert mean.wavelength[-1] == 4299.0
    assert np.all(np.diff(mean.wavelength) > 0)
    np.testing.assert_allclose(mean.flux, 2.0)
    assert mean.ivar[0] == 1.0
    assert mean.ivar[150] == pytest.approx(2.0)


def test_what_is_no_epoch_of_the_source_is_refused():
    one = epoch(1.0, 1.0)
    with pytest.raises(SpectrumError, match="no spectra"):
        coadd([])
    with pytest.raises(SpectrumError, match="redshift"):
        coadd([one, replace(one, z=0.6)])
    with pytest.raises(SpectrumError, match="rest frame"):
        coadd([one, prepare(one)])
    with pytest.raises(SpectrumError, match="relative"):
        coadd([one, replace(one, flux_unit="relative")])
