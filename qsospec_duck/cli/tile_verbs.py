"""``qsospec-duck tiles status | validate | compact | dashboard``: looking after tiles."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from qsospec_duck.cli.exit_codes import DONE, SOME_FAILED
from qsospec_duck.cli.layout import add_verb


def add_verbs(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verbs."""
    status = add_verb(verbs, "status", "progress, rate, time left and failures of a root",
                      "  qsospec-duck tiles status tiles/\n  qsospec-duck tiles status tiles/ --json")  # fmt: skip
    status.add_argument("root", metavar="TILES", help="root of the tiles")
    status.add_argument("--json", action="store_true", help="for programs")
    status.set_defaults(run=run_status)
    validate = add_verb(verbs, "validate", "everything that is wrong with tiles, as rows",
                        "  qsospec-duck tiles validate tiles/\n"
                        "  qsospec-duck tiles validate tiles/ --out findings.parquet")  # fmt: skip
    validate.add_argument("tiles", nargs="+", metavar="TILES", help="roots, folders or tile files")
    validate.add_argument("--no-pixels", action="store_true", help="names, schemas, checksums and scalars only")
    validate.add_argument("--out", metavar="FILE", help="write the findings as Parquet, or CSV by its ending")
    validate.add_argument("--limit", type=int, default=20, metavar="N", help="findings to print; default 20")
    validate.add_argument("--summary", action="store_true", help="print the distribution of what the tiles hold")
    validate.set_defaults(run=run_validate)
    compact = add_verb(verbs, "compact", "many tiles become shards of some hundred megabytes and sorted scalars",
                       "  qsospec-duck tiles compact tiles/ --out shards/ --target-mb 160")  # fmt: skip
    compact.add_argument("root", metavar="TILES", help="root of the tiles; they are not touched")
    compact.add_argument("--out", required=True, metavar="DIR", help="root of the shards")
    compact.add_argument("--target-mb", type=float, metavar="MB", help="size of a shard; 128 to 512 suit most stores")
    compact.set_defaults(run=run_compact)
    dashboard = add_verb(verbs, "dashboard", "the ledger as one HTML page with plots",
                         "  qsospec-duck tiles dashboard tiles/ --out dashboard.html")  # fmt: skip
    dashboard.add_argument("root", metavar="TILES", help="root of the tiles")
    dashboard.add_argument("--out", metavar="FILE", help="default TILES/_ledger/dashboard.html")
    dashboard.set_defaults(run=run_dashboard)


def run_status(given: argparse.Namespace) -> int:
    """Print how a root stands."""
    from qsospec_duck.errors import TileError
    from qsospec_duck.tiles import read_status
    from qsospec_duck.tiles.ledger import ledger_folder

    if not (ledger_folder(given.root) / "log.jsonl").is_file():
        raise TileError(f"{given.root}: there is no ledger; 'tiles convert' and 'tiles run' write one.")
    status = read_status(given.root)
    if given.json:
        print(json.dumps({**asdict(status), "left": status.left}, indent=2))
        return DONE
    of = f" of {status.n_tiles}" if status.n_tiles is not None else ""
    print(f"{given.root}: {status.converted}{of} tiles, {status.failed} failed, {status.spectra} spectra")
    print(f"  FITS {status.fits_bytes / 1e6:.1f} MB, Parquet {status.parquet_bytes / 1e6:.1f} MB")
    if status.reduction and status.compression:
        print(f"  1/{status.reduction:.0f} of the files, 1/{status.compression:.2f} of the same content")
    if status.tiles_per_hour:
        left = f", {status.seconds_left / 60:.0f} min left" if status.seconds_left is not None else ""
        print(f"  {status.tiles_per_hour:.0f} tiles per hour{left}")
    for reason, count in status.reasons.items():
        print(f"  {count:7d}  {reason}")
    return DONE


def run_validate(given: argparse.Namespace) -> int:
    """Validate and print the first findings."""
    from qsospec_duck.connect import connect
    from qsospec_duck.tiles import find_tiles, validate_tiles
    from qsospec_duck.tiles.summary import summarize_tiles

    with connect() as con:
        findings = validate_tiles(given.tiles, con, pixels=not given.no_pixels)
        paths = find_tiles(given.tiles)
        if given.summary:
            for row in summarize_tiles(con, [str(path) for path in paths]).to_pylist():
                print("  ".join(f"{name} {_short(value)}" for name, value in row.items()))
    if given.out:
        _write(findings, given.out)
    rows = findings.to_pylist()
    for row in rows[: given.limit]:
        where = f" {row['object']}" if row["object"] else ""
        print(f"{row['severity']}: {row['path']}{where}: {row['check_name']}: {row['message']}")
    errors = sum(row["severity"] == "error" for row in rows)
    print(f"{len(paths)} tiles: {errors} errors, {len(rows) - errors} warnings")
    return SOME_FAILED if errors else DONE


def run_compact(given: argparse.Namespace) -> int:
    """Write shards and scalars."""
    from qsospec_duck.connect import connect
    from qsospec_duck.tiles import compact_tiles

    with connect() as con:
        shards = compact_tiles(
            given.root,
            given.out,
            con,
            **({} if given.target_mb is None else {"target_mb": given.target_mb}),
            on_shard=lambda shard: print(f"{shard.path}: {shard.tiles} tiles, {shard.spectra} spectra"),
        )
    new = sum(shard.is_new for shard in shards)
    size = sum(shard.bytes for shard in shards)
    print(f"{len(shards)} shards, {new} of them new, {size / 1e6:.1f} MB: {given.out}")
    return DONE


def run_dashboard(given: argparse.Namespace) -> int:
    """Write the page."""
    from qsospec_duck.tiles.dashboard import write_dashboard

    print(write_dashboard(given.root, given.out))
    return DONE


def _short(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _write(findings: object, path: str) -> None:
    import pyarrow.csv
    import pyarrow.parquet as pq

    if path.endswith(".csv"):
        pyarrow.csv.write_csv(findings, path)
    else:
        pq.write_table(findings, path)
