"""Every kind of damage that is sown into a good tile is found by a check, and a good tile has no findings."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from qsospec_duck.errors import TileError
from qsospec_duck.tiles import TileOptions, convert_tile, count_in_name, run_tiles, validate_tiles
from qsospec_duck.tiles.check_pixels import noise_ratio
from qsospec_duck.tiles.check_sql import check_files

COADD = "coadd-main-dark-23040.fits"


@pytest.fixture
def con():
    with duckdb.connect() as one:
        yield one


@pytest.fixture(scope="session")
def good_root(tmp_path_factory, make_fits) -> Path:
    """Tiles 23040 and 23041 with their ledger."""
    folder = tmp_path_factory.mktemp("good")
    for pixel, targets in ((23040, [40, 10]), (23041, [140, 110, 130])):
        name = f"main-dark-{pixel}.fits"
        cards = {"HPXPIXEL": pixel, "DEPNAM00": "SPECPROD", "DEPVER00": "iron"}
        make_fits.make_coadd(folder / f"coadd-{name}", targets, seed=pixel, cards=cards)
        make_fits.make_redrock(folder / f"redrock-{name}", targets)
    run_tiles(folder, folder / "tiles")
    return folder / "tiles"


@pytest.fixture
def root(good_root: Path, tmp_path: Path) -> Path:
    """A copy of the good tiles, to be damaged."""
    return Path(shutil.copytree(good_root, tmp_path / "tiles"))


def tile_in(root: Path, pixel: int = 23040) -> Path:
    return next((root / f"dr1/main/dark/tile_{pixel}").glob("*.parquet"))


def found(root: Path, con: duckdb.DuckDBPyConnection, severity: str = "error") -> set[str]:
    rows = validate_tiles(root, con).to_pylist()
    assert all(row["path"] and row["message"] for row in rows)
    return {row["check_name"] for row in rows if row["severity"] == severity}


def rewrite(path: Path, change: Callable[[pa.Table], pa.Table], **options: Any) -> None:
    pq.write_table(change(pq.read_table(path)), path, **options)


def with_column(table: pa.Table, name: str, values: Any, kind: pa.DataType | None = None) -> pa.Table:
    at = table.schema.get_field_index(name)
    return table.set_column(at, pa.field(name, kind or table.schema.field(name).type), pa.array(values, kind))


def scalar(name: str, row: int, value: Any) -> Callable[[pa.Table], pa.Table]:
    def change(table: pa.Table) -> pa.Table:
        values = table[name].to_pylist()
        values[row] = value
        return with_column(table, name, values, table.schema.field(name).type)

    return change


def pixels(name: str, edit: Callable[[np.ndarray], Any], row: int = 0) -> Callable[[pa.Table], pa.Table]:
    def change(table: pa.Table) -> pa.Table:
        kind = table.schema.field(name).type
        values = [None if one is None else np.array(one) for one in table[name].to_pylist()]
        edited = edit(values[row])
        values[row] = values[row] if edited is None else edited
        return with_column(table, name, [None if one is None else one.tolist() for one in values], kind)

    return change


def put(at: int, value: float) -> Callable[[np.ndarray], None]:
    def edit(values: np.ndarray) -> None:
        values[at] = value

    return edit


def swap(values: np.ndarray) -> None:
    values[[100, 101]] = values[[101, 100]]


def seed_like_wavelength(values: np.ndarray) -> np.ndarray:
    """Arms concatenated as they are: the grid of the earlier converter, cut to the length of this one."""
    arms = [3600 + 0.8 * np.arange(2751), 5760 + 0.8 * np.arange(2326), 7520 + 0.8 * np.arange(2881)]
    return np.concatenate(arms)[: values.size]


SOWN_IN_ROWS: dict[str, tuple[str, Callable[[pa.Table], pa.Table]]] = {
    "key is NULL": ("object_key_is_there", scalar("object_key", 0, None)),
    "name is NULL": ("object_key_is_there", scalar("object_id", 1, None)),
    "key twice": ("object_key_is_unique", lambda t: with_column(t, "object_key", ["a"] * t.num_rows)),
    "key of another tile": ("object_key_is_unique", scalar("object_key", 0, "dr1/main/dark/23041/110")),
    "target twice": ("target_id_is_unique", lambda t: with_column(t, "target_id", [10] * t.num_rows)),
    "target of another tile": ("target_id_is_unique", scalar("target_id", 1, 110)),
    "target is NULL": ("target_id_is_there", scalar("target_id", 0, None)),
    "sky fibre": ("target_id_is_there", scalar("target_id", 0, -5)),
    "rows out of order": ("target_id_is_sorted", lambda t: t.take([1, 0])),
    "redshift is NULL": ("redshift_is_possible", scalar("z", 0, None)),
    "redshift is NaN": ("number_is_finite", scalar("z", 0, float("nan"))),
    "redshift is -1": ("redshift_is_possible", scalar("z", 0, -1.0)),
    "redshift error is negative": ("redshift_error_is_positive", scalar("zerr", 0, -0.1)),
    "redshift of another row": ("redshift_agrees_with_redrock", scalar("z", 0, 0.7)),
    "right ascension in hours beyond": ("position_is_on_sky", scalar("ra", 0, 361.0)),
    "declination of 95": ("position_is_on_sky", scalar("dec", 0, 95.0)),
    "no position": ("position_is_on_sky", scalar("ra", 0, None)),
    "negative reddening": ("ebv_is_possible", scalar("ebv", 0, -0.2)),
    "reddening is NaN": ("number_is_finite", scalar("ebv", 0, float("nan"))),
    "another pixel": ("identity_agrees_with_path", scalar("healpix", 0, 23041)),
    "another survey": ("identity_agrees_with_path", scalar("survey", 0, "sv3")),
    "another program": ("identity_agrees_with_path", scalar("program", 0, "bright")),
    "another release": ("identity_agrees_with_path", scalar("release", 0, "edr")),
    "no class": ("redrock_is_there", scalar("spectype", 0, None)),
    "no chi2, as in an earlier archive": (
        "redrock_is_there",
        lambda t: with_column(t, "rr_chi2", [None] * t.num_rows, pa.float64()),
    ),
    "exposures do not add up": ("exposures_agree", lambda t: with_exposures(t, 3)),
    "exposures out of time": ("exposures_agree", lambda t: with_exposures(t, 1, mjd_min=60000.0, mjd_max=59000.0)),
    "list does not start with redrock's redshift": ("best_redshift_comes_first", lambda t: with_best(t, 3.3)),
    "line without weight": ("lines_have_weights", scalar("hbeta_flux", 0, 5.0)),
    "a galaxy among quasars": ("selection", scalar("spectype", 0, "GALAXY")),
    "a warned redshift among good ones": ("selection", scalar("zwarn", 0, 4)),
    "flux is NULL": ("list_is_null", scalar("flux", 0, None)),
    "flux is short": ("lengths", pixels("flux", lambda one: one[:-1])),
    "mask is empty": ("lengths", pixels("mask_array", lambda one: one[:0])),
    "wavelengths swapped": ("wavelength_order", pixels("wavelength", swap)),
    "arms concatenated": ("wavelength_order", pixels("wavelength", seed_like_wavelength)),
    "wavelength twice": ("wavelength_order", pixels("wavelength", lambda one: np.repeat(one[::2], 2)[: one.size])),
    "wavelength is NaN": ("wavelength_value", pixels("wavelength", put(7, np.nan))),
    "wavelength is negative": ("wavelength_value", pixels("wavelength", put(0, -3600.0))),
    "wavelengths in nm": ("grid", pixels("wavelength", lambda one: one / 10)),
    "air wavelengths": ("grid", pixels("wavelength", lambda one: one / 1.00028)),
    "wave0 of another grid": ("grid", scalar("wave0", 0, 3600.8)),
    "n_pix of another grid": ("n_pix", scalar("n_pix", 0, 7781)),
    "flux is NaN": ("flux_finite", pixels("flux", put(3, np.nan))),
    "flux is infinite": ("flux_finite", pixels("flux", put(3, np.inf))),
    "flux in cgs": ("flux_unit", pixels("flux", lambda one: one * 1e-17)),
    "flux is zero everywhere": ("flux_unit", pixels("flux", lambda one: one * 0)),
    "bytes of flux swapped": ("flux", pixels("flux", lambda one: one.astype("<f4").byteswap())),
    "ivar is negative": ("ivar_value", pixels("ivar", put(3, -1.0))),
    "ivar is infinite": ("ivar_value", pixels("ivar", put(3, np.inf))),
    "mask without its offset": ("mask_bits", pixels("mask_array", lambda one: one ^ -(2**31))),
    "mask where the weight is positive": ("mask_ivar", pixels("mask_array", lambda one: one | 4)),
}  # fmt: skip


def with_exposures(table: pa.Table, n: int, **scalars: float) -> pa.Table:
    kind = table.schema.field("exposures").type
    one = {"night": 1, "expid": 1, "tileid": 1, "mjd": 59500.0, "exptime": 900.0, "petal": 1, "fiber": 1}
    rows = table.num_rows
    known = {"mjd_min": 59500.0, "mjd_max": 59500.0, "mjd_mean": 59500.0, "exptime": 900.0, **scalars}
    for name, value in known.items():
        table = with_column(table, name, [value] * rows, pa.float64())
    table = with_column(table, "n_exposures", [n] * rows, pa.int32())
    return with_column(table, "exposures", [[one]] * rows, kind)


def with_best(table: pa.Table, z: float) -> pa.Table:
    kind = table.schema.field("rr_nbest").type
    return with_column(table, "rr_nbest", [[{"znum": 0, "z": z}]] * table.num_rows, kind)


def test_good_tiles_have_no_findings(root: Path, con: duckdb.DuckDBPyConnection) -> None:
    assert validate_tiles(root, con).to_pylist() == []
    assert validate_tiles(root, con, pixels=False).num_rows == 0
    assert count_in_name(tile_in(root)) == 2


@pytest.mark.parametrize("kind", SOWN_IN_ROWS)
def test_damage_in_rows_is_found_by_the_check_that_is_made_for_it(
    root: Path, con: duckdb.DuckDBPyConnection, kind: str
) -> None:
    check, change = SOWN_IN_ROWS[kind]
    rewrite(tile_in(root), change)
    names = found(root, con)
    assert any(name.startswith(check) for name in names), names
    # The ledger notices any change besides.
    assert names & {"file_size", "sha256"}


def with_resolution(table: pa.Table, n_pix: int, pixel: str = "float32") -> pa.Table:
    """With σ of the line-spread function, which the last spectrum lacks."""
    sigma = [[60.0] * n_pix] * (table.num_rows - 1) + [None]
    return table.append_column("lsf_sigma", pa.array(sigma, pa.list_(pa.type_for_alias(pixel))))


def test_a_line_spread_of_another_length_is_found(root: Path, con: duckdb.DuckDBPyConnection) -> None:
    path = tile_in(root)
    whole = pq.read_table(path)
    n_pix = whole["n_pix"][0].as_py()
    pq.write_table(with_resolution(whole, n_pix), path)
    assert {row["check_name"] for row in validate_tiles(path, con).to_pylist()} == set()
    pq.write_table(with_resolution(whole, n_pix - 1), path)
    (finding,) = [row for row in validate_tiles(path, con).to_pylist() if row["severity"] == "error"]
    assert (finding["check_name"], finding["object"]) == ("lengths", whole["object_key"][0].as_py())
    assert f"lsf_sigma has {n_pix - 1} pixels" in finding["message"]
    pq.write_table(with_resolution(whole, n_pix, "float64"), path)
    assert "schema" in {row["check_name"] for row in validate_tiles(path, con).to_pylist()}


def test_schema_damage_is_found(root: Path, con: duckdb.DuckDBPyConnection) -> None:
    path = tile_in(root)
    whole = pq.read_table(path)
    changes: dict[str, Callable[[pa.Table], pa.Table]] = {
        "column missing": lambda t: t.drop_columns(["ivar"]),
        "column renamed": lambda t: t.rename_columns(["TARGETID" if n == "target_id" else n for n in t.schema.names]),
        "flux in double": lambda t: t.set_column(
            t.schema.get_field_index("flux"), "flux", t["flux"].cast(pa.list_(pa.float64()))
        ),
        "text for a number": lambda t: with_column(t, "z", ["0.5"] * t.num_rows, pa.string()),
    }
    for change in changes.values():
        pq.write_table(change(whole), path)
        assert "schema" in found(root, con)


def test_damage_of_files_is_found(root: Path, con: duckdb.DuckDBPyConnection) -> None:
    path, content = tile_in(root), tile_in(root).read_bytes()
    path.write_bytes(content[:-100])
    assert "readable" in found(root, con)
    path.write_bytes(b"")
    assert "readable" in found(root, con)
    path.write_bytes(b"<?xml version='1.0'?><Error><Code>SlowDown</Code></Error>")
    assert "readable" in found(root, con)
    for place in (1000, len(content) // 3, len(content) // 2, 2 * len(content) // 3):
        damaged = bytearray(content)
        damaged[place] ^= 4
        path.write_bytes(damaged)
        names = found(root, con)
        assert "sha256" in names
        # Without a ledger the checksums of pages tell.
        assert "readable" in {row["check_name"] for row in validate_tiles(path, con).to_pylist()}
    path.write_bytes(content)
    assert found(root, con) == set()
    path.rename(path.with_name("qso_data_TILE23040_3_qsos.parquet"))
    assert {"row_count", "file_is_there"} <= found(root, con)
    path.with_name("qso_data_TILE23040_3_qsos.parquet").rename(path.with_name("quasars.parquet"))
    assert "name" in found(root, con)
    path.with_name("quasars.parquet").unlink()
    assert "file_is_there" in found(root, con)


def test_tiles_in_the_wrong_place_or_twice_are_found(root: Path, con: duckdb.DuckDBPyConnection) -> None:
    path = tile_in(root)
    other = path.parent.with_name("tile_7") / path.name
    other.parent.mkdir()
    other.write_bytes(path.read_bytes())
    names = found(root, con)
    assert {"folder", "object_key_is_unique", "target_id_is_unique", "identity_agrees_with_path"} <= names
    assert "in_ledger" in found(root, con, "warning")
    other.unlink()
    second = path.with_name("qso_data_TILE23040_1_qsos.parquet")
    pq.write_table(pq.read_table(path).slice(0, 1), second)
    assert {"one_file_a_tile", "object_key_is_unique"} <= found(root, con)


def test_a_ledger_that_says_other_things_is_found(root: Path, con: duckdb.DuckDBPyConnection) -> None:
    log = root / "_ledger" / "log.jsonl"
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    for line in lines:
        if line["status"] == "converted":
            line["spectra"] += 1
    log.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert found(root, con) == {"ledger_count"}


def test_a_grid_unlike_the_others_is_found(root: Path, con: duckdb.DuckDBPyConnection) -> None:
    def shorter(table: pa.Table) -> pa.Table:
        for name in ("wavelength", "flux", "ivar", "mask_array"):
            kind = table.schema.field(name).type
            table = with_column(table, name, [one[:7000] for one in table[name].to_pylist()], kind)
        return with_column(table, "n_pix", [7000] * table.num_rows, pa.int32())

    rewrite(tile_in(root), shorter)
    assert "grid_is_common" in found(root, con)


def test_suspicions_are_warnings(root: Path, con: duckdb.DuckDBPyConnection) -> None:
    path, content = tile_in(root), tile_in(root).read_bytes()
    rewrite(path, pixels("ivar", lambda one: one * 1e4))
    assert "noise" in found(root, con, "warning")
    path.write_bytes(content)
    rewrite(path, pixels("ivar", lambda one: one * 0))
    assert "no_data" in found(root, con, "warning")
    rewrite(path, lambda table: table, write_statistics=False)
    assert "statistics" in found(root, con, "warning")


def test_noise_ratio_is_one_for_honest_errors() -> None:
    rng = np.random.default_rng(0)
    ivar = rng.uniform(0.5, 2.0, 20_000).astype(np.float32)
    flux = (5 + rng.normal(size=ivar.size) / np.sqrt(ivar)).astype(np.float32)
    # The median of 20,000 draws scatters by 1 %.
    assert noise_ratio(flux, ivar) == pytest.approx(1.0, abs=0.05)
    assert noise_ratio(flux, np.sqrt(ivar) * 100) > 5
    assert noise_ratio(flux[:10], ivar[:10]) is None


def test_real_coadds_make_tiles_without_errors(
    shared_data: Path, tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    desi = shared_data / "desi"
    convert_tile(desi / "coadd-4-80613-thru20210324.fits", tmp_path, options=TileOptions(selection="all"))
    redrock = desi / "derived" / "redrock-1-80693-thru20210204.fits"
    convert_tile(desi / "coadd-1-80693-thru20210204.fits", tmp_path, redrock=redrock)
    errors = [row for row in validate_tiles(tmp_path, con).to_pylist() if row["severity"] == "error"]
    # The derived redrock has no chi2: its README says so.
    assert {(row["check_name"], "80693" in row["path"]) for row in errors} <= {("redrock_is_there", True)}


def test_checks_leave_the_variable_as_it_was_and_no_tile_is_refused(
    root: Path, tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    con.execute("SET VARIABLE qsospec_tiles = 'mine'")
    validate_tiles(root, con)
    assert con.execute("SELECT getvariable('qsospec_tiles')").fetchone() == ("mine",)
    with pytest.raises(TileError, match="there is no qso_data_TILE"):
        validate_tiles(tmp_path / "tiles" / "nothing", con)
    for file in check_files():
        assert file.read_text(encoding="utf-8").startswith(f"-- {file.stem}: ")


def test_findings_are_rows_of_their_table(root: Path, con: duckdb.DuckDBPyConnection) -> None:
    rewrite(tile_in(root), scalar("z", 0, None))
    table = validate_tiles(root, con)
    assert table.schema.names == ["check_name", "severity", "path", "object", "message"]
    con.register("findings", table)
    assert con.execute("SELECT count(*) FROM findings WHERE severity = 'error'").fetchone() == (table.num_rows,)
