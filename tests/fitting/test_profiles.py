import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import cumulative_simpson

from qsospec_duck.constants import C_KMS, FWHM_PER_SIGMA
from qsospec_duck.fitting.profiles import MEASURES, measure_flux, measure_shape

LINE = np.log(4862.683)
BASE_X = np.arange(np.log(3000.0), np.log(8000.0), 70.0 / C_KMS)
SLOPE = -1.5
BASE = 10.0 * np.exp(SLOPE * (BASE_X - LINE))


def measure(F, v, fwhm, base=BASE, base_jacobian=None):
    F, v, u = (np.asarray(values, dtype=float) for values in (F, v, np.log(fwhm)))
    jacobian = np.zeros((1, BASE_X.size)) if base_jacobian is None else base_jacobian
    values, gradients = np.empty(len(MEASURES)), np.empty((len(MEASURES), 3, F.size))
    base_gradient = np.empty(jacobian.shape[0])
    measure_flux(F, v, u, LINE, BASE_X, base, jacobian, np.arange(len(jacobian)), values, gradients, base_gradient)
    measure_shape(F, v, u, LINE, values, gradients)
    return dict(zip(MEASURES, values, strict=True)), dict(zip(MEASURES, gradients, strict=True)), base_gradient


def on_fine_grid(F, v, fwhm):
    """Velocities in steps of 1/60 of the narrowest σ, and the profile there."""
    sigma = np.asarray(fwhm) / FWHM_PER_SIGMA
    step = sigma.min() / 60.0
    X = np.arange(np.min(v - 9 * sigma), np.max(v + 9 * sigma), step)
    shapes = np.exp(-0.5 * ((X - np.asarray(v)[:, None]) / sigma[:, None]) ** 2)
    areas = (shapes * np.exp(LINE + X / C_KMS)).sum(1) * step / C_KMS
    return X, (np.asarray(F) / areas) @ shapes


def half_width(X, f):
    """Between the outermost crossings of half the maximum."""
    top = int(np.clip(np.argmax(f), 1, X.size - 2))
    left, middle, right = f[top - 1 : top + 2]
    half = 0.5 * (middle + (right - left) ** 2 / (8 * (2 * middle - left - right)))
    above = np.flatnonzero(f > half)
    return crossing(X, f, half, above[-1]) - crossing(X, f, half, above[0] - 1)


def numerically(F, v, fwhm):
    """The measures by sums over a fine grid of velocity, from their definitions."""
    X, f = on_fine_grid(F, v, fwhm)
    density = f * np.exp(LINE + X / C_KMS) / C_KMS
    weight = density * (X[1] - X[0])
    total = weight.sum()
    mean = weight @ X / total
    below = cumulative_simpson(density, x=X, initial=0.0)
    levels = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
    places = [int(np.searchsorted(below, q * total)) - 1 for q in levels]
    x5, x10, x25, x50, x75, x90, x95 = (crossing(X, below, q * total, i) for q, i in zip(levels, places, strict=True))
    spread = np.sqrt(weight @ (X - mean) ** 2 / total)
    return {
        "kurtosis": weight @ (X - mean) ** 4 / total / spread**4 - 3.0,
        "flux": total,
        "ew": (weight / (10.0 * np.exp(SLOPE * X / C_KMS))).sum(),
        "voff": mean,
        "sigma": np.sqrt(weight @ (X - mean) ** 2 / total),
        "fwhm": half_width(X, f),
        "w50": x75 - x25,
        "w80": x90 - x10,
        "w90": x95 - x5,
        "asymmetry": (x90 + x10 - 2 * x50) / (x90 - x10),
        # In a gap between two lines a percentile is as uncertain as the flux there is faint.
        "faintest": min(density[places]) / density.max(),
    }


def crossing(X, f, half, i):
    """Where f crosses ``half`` between points i and i + 1, by a cubic through four points."""
    at = X[i - 1 : i + 3] - X[i]
    coefficients = np.polyfit(at / (X[1] - X[0]), f[i - 1 : i + 3] - half, 3)
    roots = np.roots(coefficients)
    real = roots[np.abs(roots.imag) < 1e-9].real
    return X[i] + real[np.argmin(np.abs(real - 0.5))] * (X[1] - X[0])


gaussians = st.lists(
    st.tuples(st.floats(1.0, 300.0), st.floats(-3000.0, 3000.0), st.floats(np.log(200.0), np.log(12000.0))),
    min_size=1,
    max_size=3,
).map(lambda rows: tuple(np.array(column) for column in zip(*rows, strict=True)))


@settings(max_examples=80, deadline=None)
@given(gaussians)
def test_measures_equal_sums_over_a_fine_grid(profile):
    F, v, u = profile
    values, _, _ = measure(F, v, np.exp(u))
    expected = numerically(F, v, np.exp(u))
    scale = expected["sigma"]
    for name in ("flux", "sigma"):
        assert values[name] == pytest.approx(expected[name], rel=1e-6)
    assert values["voff"] == pytest.approx(expected["voff"], abs=1e-6 * scale)
    if expected["faintest"] > 0.01:
        for name in ("w50", "w80", "w90"):
            assert values[name] == pytest.approx(expected[name], rel=1e-6)
        assert values["asymmetry"] == pytest.approx(expected["asymmetry"], abs=2e-6)
    assert values["kurtosis"] == pytest.approx(expected["kurtosis"], rel=1e-5, abs=1e-5)
    # Five Gauss-Hermite nodes, and a base that is linear between pixels of 70 km/s.
    assert values["ew"] == pytest.approx(expected["ew"], rel=1e-6)


@settings(max_examples=80, deadline=None)
@given(gaussians)
def test_fwhm_lies_between_the_outermost_half_maxima(profile):
    F, v, u = profile
    values, _, _ = measure(F, v, np.exp(u))
    # Where a second peak lies within rounding of half of the first, either answer is right.
    expected = half_width(*on_fine_grid(F, v, np.exp(u)))
    wiggled = [half_width(*on_fine_grid(F * wiggle, v, np.exp(u))) for wiggle in nearby(F.size, 1e-5)]
    if np.ptp(wiggled) < 0.01 * expected:
        assert values["fwhm"] == pytest.approx(expected, rel=1e-6)


def peak_and_centroids(X, f):
    """Velocity of the maximum, and centroids of the flux between the outermost crossings of 50 and 80 % of it."""
    density = f * np.exp(X / C_KMS)
    top = int(np.clip(np.argmax(f), 1, X.size - 2))
    left, middle, right = f[top - 1 : top + 2]
    shift = 0.5 * (left - right) / (left - 2 * middle + right)
    height = middle - 0.25 * (left - right) * shift
    found = [X[top] + shift * (X[1] - X[0])]
    for fraction in (0.5, 0.8):
        above = np.flatnonzero(f > fraction * height)
        edges = [crossing(X, f, fraction * height, i) for i in (above[0] - 1, above[-1])]
        fine = np.linspace(*edges, 20_001)
        weight = np.interp(fine, X, density)
        found.append(np.trapezoid(weight * fine, fine) / np.trapezoid(weight, fine))
    return found


@settings(max_examples=60, deadline=None)
@given(gaussians)
def test_peak_and_centroids_equal_sums_over_a_fine_grid(profile):
    F, v, u = profile
    fwhm = np.exp(u)
    values, _, _ = measure(F, v, fwhm)
    expected = peak_and_centroids(*on_fine_grid(F, v, fwhm))
    # Where two peaks are nearly as high, or a shoulder nearly reaches a level, either answer is right.
    wiggled = [peak_and_centroids(*on_fine_grid(F * wiggle, v, fwhm)) for wiggle in nearby(F.size, 1e-3)]
    for name, wanted, others in zip(("peak", "c50", "c80"), expected, zip(*wiggled, strict=True), strict=True):
        if np.ptp(others) < 0.02 * values["fwhm"]:
            assert values[name] == pytest.approx(wanted, abs=2e-4 * values["fwhm"])


def nearby(n, size):
    """Factors of n fluxes: each a little up or down, the first always up."""
    for signs in itertools.product((-1, 1), repeat=n - 1):
        yield 1 + size * np.array([1, *signs])


@pytest.mark.parametrize("fwhm", [100.0, 2000.0, 15000.0])
@pytest.mark.parametrize("velocity", [-2500.0, 0.0, 800.0])
def test_one_gaussian_has_its_closed_forms(fwhm, velocity):
    values, _, _ = measure([42.0], [velocity], [fwhm])
    sigma = fwhm / FWHM_PER_SIGMA
    assert values["flux"] == pytest.approx(42.0)
    assert values["fwhm"] == pytest.approx(fwhm, rel=1e-7)
    assert values["sigma"] == pytest.approx(sigma, rel=1e-9)
    # Flux per wavelength is weighted by λ: the mean moves by σ²/c.
    assert values["voff"] == pytest.approx(velocity + sigma**2 / C_KMS, abs=1e-6)
    assert values["w80"] == pytest.approx(2 * 1.2815515655446004 * sigma, rel=1e-8)
    assert values["asymmetry"] == pytest.approx(0.0, abs=1e-7)
    assert values["w50"] == pytest.approx(2 * 0.6744897501960817 * sigma, rel=1e-8)
    assert values["w90"] == pytest.approx(2 * 1.6448536269514722 * sigma, rel=1e-8)
    assert values["kurtosis"] == pytest.approx(0.0, abs=1e-9)
    assert values["peak"] == pytest.approx(velocity, abs=1e-6)


def test_wings_have_positive_kurtosis_and_two_peaks_negative():
    winged, _, _ = measure([100.0, 50.0], [0.0, 0.0], [1500.0, 8000.0])
    double, _, _ = measure([100.0, 100.0], [-2000.0, 2000.0], [1500.0, 1500.0])
    assert winged["kurtosis"] > 1.0
    assert double["kurtosis"] < -1.0


def test_a_red_wing_moves_the_centroid_more_at_lower_levels():
    values, _, _ = measure([100.0, 60.0], [0.0, 900.0], [1800.0, 6000.0])
    assert 0.0 < values["peak"] < values["c80"] < values["c50"] < values["voff"]


def test_ew_over_a_flat_continuum_is_flux_over_continuum():
    values, _, _ = measure([42.0, 10.0], [0.0, 900.0], [2000.0, 7000.0], base=np.full(BASE_X.size, 4.0))
    assert values["ew"] == pytest.approx(13.0, rel=1e-12)


def test_component_without_flux_changes_nothing():
    one, _, _ = measure([42.0], [100.0], [3000.0])
    with_empty, _, _ = measure([42.0, 0.0], [100.0, 2500.0], [3000.0, 300.0])
    for name in MEASURES:
        assert with_empty[name] == pytest.approx(one[name], rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("fwhm", [100.0, 15000.0])
def test_closed_forms_of_one_gaussian_have_the_gradients_of_what_is_searched_for(fwhm):
    _, alone, _ = measure([42.0], [700.0], [fwhm])
    _, with_empty, _ = measure([42.0, 0.0], [700.0, 2500.0], [fwhm, 300.0])
    for name in MEASURES:
        np.testing.assert_allclose(alone[name][:, 0], with_empty[name][:, 0], rtol=1e-8, atol=1e-5, err_msg=name)


def test_two_separate_peaks_are_as_wide_as_their_outer_flanks():
    values, _, _ = measure([100.0, 80.0], [-4000.0, 4000.0], [1000.0, 1000.0])
    # The lower peak is cut at 50 of 80: half a width there is 500 √log₂1.6 = 412 km/s.
    assert values["fwhm"] == pytest.approx(8912.0, abs=20.0)
    values, _, _ = measure([100.0, 40.0], [-4000.0, 4000.0], [1000.0, 1000.0])
    assert values["fwhm"] == pytest.approx(1000.0, rel=1e-6)


@pytest.mark.parametrize("seed", range(12))
def test_asymmetry_is_positive_for_a_red_tail(seed):
    rng = np.random.default_rng(seed)
    F, fwhm = [100.0, rng.uniform(10.0, 80.0)], [2000.0, rng.uniform(3000.0, 9000.0)]
    shift = rng.uniform(300.0, 2000.0)
    red, _, _ = measure(F, [0.0, shift], fwhm)
    blue, _, _ = measure(F, [0.0, -shift], fwhm)
    assert red["asymmetry"] > 0 > blue["asymmetry"]
    assert red["voff"] > 0 > blue["voff"]


def smooth(F, v, fwhm):
    """Not within a few per cent of a change of the highest peak or of an outermost crossing, where measures jump."""
    base = half_width(*on_fine_grid(F, v, fwhm))
    points = np.array(peak_and_centroids(*on_fine_grid(F, v, fwhm)))
    return all(
        abs(half_width(*on_fine_grid(F * wiggle, v, fwhm)) - base) < 0.2 * base
        and np.all(np.abs(peak_and_centroids(*on_fine_grid(F * wiggle, v, fwhm)) - points) < 0.1 * base)
        for wiggle in nearby(F.size, 0.02)
    )


@settings(max_examples=50, deadline=None)
@given(gaussians)
def test_gradients_match_central_differences(profile):
    F, v, u = profile
    if not smooth(F, v, np.exp(u)):
        return
    values, gradients, _ = measure(F, v, np.exp(u))
    steps = (1e-4 * F, np.full(F.size, 0.5), np.full(F.size, 1e-4))
    for kind in range(3):
        for i in range(F.size):
            shifted = []
            for sign in (1, -1):
                args = [F.copy(), v.copy(), u.copy()]
                args[kind][i] += sign * steps[kind][i]
                shifted.append(measure(args[0], args[1], np.exp(args[2]))[0])
            for name in MEASURES:
                numeric = (shifted[0][name] - shifted[1][name]) / (2 * steps[kind][i])
                # Scale of what one step of size 1 σ-ish does to this measure, against which rounding is judged.
                scale = abs(values[name]) / (abs(F[i]), np.exp(u[i]), 1.0)[kind]
                if name in ("voff", "peak", "c50", "c80"):
                    scale = values["sigma"] / (abs(F[i]), np.exp(u[i]), 1.0)[kind]
                if name in ("asymmetry", "kurtosis"):
                    scale = (1.0 + abs(values[name])) / (abs(F[i]), np.exp(u[i]), 1.0)[kind]
                assert gradients[name][kind, i] == pytest.approx(numeric, rel=2e-3, abs=2e-4 * scale), (name, kind)


def test_equivalent_width_knows_its_derivative_by_the_continuum():
    norm = BASE / 10.0
    jacobian = np.array([norm, BASE * (BASE_X - LINE)])
    F, v, fwhm = [50.0, 20.0], [0.0, -800.0], [3000.0, 9000.0]
    _, _, gradient = measure(F, v, fwhm, base_jacobian=jacobian)
    up, down = (measure(F, v, fwhm, base=(10.0 + h) * norm)[0]["ew"] for h in (1e-3, -1e-3))
    assert gradient[0] == pytest.approx((up - down) / 2e-3, rel=1e-5)
    tilted = [measure(F, v, fwhm, base=BASE * np.exp(h * (BASE_X - LINE)))[0]["ew"] for h in (1e-4, -1e-4)]
    assert gradient[1] == pytest.approx((tilted[0] - tilted[1]) / 2e-4, rel=1e-3)
