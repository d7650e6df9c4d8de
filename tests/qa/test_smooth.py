"""Smoothed flux and robust limits."""

from __future__ import annotations

import numpy as np

from qsospec_duck.qa.smooth import flux_limits, smooth, smoothing_width


def test_smoothing_is_the_weighted_mean_of_the_window():
    rng = np.random.default_rng(1)
    flux, ivar = rng.normal(5, 1, 200), rng.uniform(0.5, 2.0, 200)
    ivar[50] = 0.0
    out = smooth(flux, ivar, 7)
    for pixel in (0, 3, 49, 100, 199):
        window = slice(max(pixel - 3, 0), pixel + 4)
        np.testing.assert_allclose(out[pixel], np.average(flux[window], weights=ivar[window]), rtol=1e-12)
    assert np.isnan(out[50])


def test_smoothing_reduces_noise_as_the_root_of_the_window():
    flux = np.random.default_rng(2).normal(0, 1, 20_000)
    assert abs(np.std(smooth(flux, np.ones(flux.size), 9)) - 1 / 3) < 0.02


def test_nothing_usable_gives_nan_and_plain_limits():
    out = smooth(np.ones(10), np.zeros(10), 3)
    assert np.isnan(out).all()
    assert flux_limits(out, np.zeros(10), np.zeros(10), np.zeros(10, bool)) == (-1.0, 1.0)


def test_faint_spectra_are_smoothed_more():
    widths = [smoothing_width(snr) for snr in (60.0, 10.0, 3.0, 1.0, 0.3, float("nan"))]
    assert widths == sorted(widths)
    assert (widths[0], widths[-1]) == (3, 21)


def test_a_spike_does_not_set_the_limits():
    smoothed = np.full(1000, 10.0)
    smoothed[500] = 1e6
    low, high = flux_limits(smoothed, np.zeros(1000), np.zeros(1000), np.ones(1000, bool))
    assert low < 0.0
    assert 10.0 < high < 20.0


def test_broad_lines_are_shown_whole():
    wave = np.linspace(4000, 6000, 1000)
    model = 10.0 + 30.0 * np.exp(-0.5 * ((wave - 4862) / 40) ** 2)
    low, high = flux_limits(model, model, model, np.ones(1000, bool))
    assert high > 40.0
    assert low < 0.0
