"""``qsospec-duck export``: the catalog for other programs, with units; or one object as plain files."""

from __future__ import annotations

import argparse
from pathlib import Path

from qsospec_duck.cli.exit_codes import DONE
from qsospec_duck.cli.show import write

SUMMARY = "the catalog as FITS, VOTable, ECSV, CSV, JSON or Parquet"
DESCRIPTION = """\
Write the wide catalog, or any query on the run, as a file of other programs; all but CSV and JSON carry units. With
--object, write the model of these objects as CSV and JSON: a row a pixel with every component."""
EXAMPLES = """\
  qsospec-duck export runs/hb --to catalog.fits
  qsospec-duck export runs/hb --columns measured --to catalog.fits
  qsospec-duck export runs/hb --query "FROM line_catalog WHERE line_id = 'hb'" --to hb.ecsv
  qsospec-duck export runs/hb --object 39627023040000015 --to products/"""

SUFFIXES = (".fits", ".vot", ".ecsv", ".csv", ".json", ".parquet")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("run_directory", metavar="RUN")
    parser.add_argument(
        "--to", required=True, metavar="FILE", help=f"file ({', '.join(SUFFIXES)}), or folder with --object"
    )
    parser.add_argument("--query", metavar="SQL", help="default: FROM catalog")
    parser.add_argument(
        "--columns",
        metavar="NAMES",
        help="catalog (default: its columns, the same for every run), measured (those with a value in this run, also "
        "of lines that it leaves out), or names with commas",
    )
    parser.add_argument("--object", nargs="+", metavar="ID", help="keys or ids of objects to write as plain files")
    parser.set_defaults(run=run_export)


def run_export(given: argparse.Namespace) -> int:
    """Write a table, or the plain files of objects."""
    from qsospec_duck.errors import ConfigError

    target = Path(given.to)
    if given.object:
        return _export_objects(given, target)
    if target.suffix not in SUFFIXES:
        raise ConfigError(
            f"{target}: exported are {', '.join(SUFFIXES)}, not {target.suffix or 'files without suffix'}."
        )
    from qsospec_duck.connect import connect

    if given.columns:
        return _export_columns(given, target)
    query = given.query or "FROM catalog"
    with connect(run=given.run_directory) as con:
        if target.suffix in (".csv", ".json"):
            write(con, query, target.suffix.lstrip("."), target)
        else:
            from qsospec_duck.catalog import catalog_columns, write_table_file
            from qsospec_duck.catalog.export import describe
            from qsospec_duck.columns import columns_of

            columns = (*columns_of("line_catalog"), *catalog_columns())
            target.parent.mkdir(parents=True, exist_ok=True)
            write_table_file(describe(con.sql(query).to_arrow_table(), columns), target)
    print(target)
    return DONE


def _export_columns(given: argparse.Namespace, target: Path) -> int:
    from qsospec_duck.catalog import build_science_catalog
    from qsospec_duck.errors import ConfigError

    if given.query:
        raise ConfigError("--columns chooses of the catalog; with --query, the query does.")
    if target.suffix in (".csv", ".json"):
        raise ConfigError(f"{target}: --columns writes files with units; for {target.suffix}, name columns in --query.")
    target.parent.mkdir(parents=True, exist_ok=True)
    words = given.columns.split(",")
    columns = given.columns if given.columns in ("catalog", "measured") else [word.strip() for word in words]
    build_science_catalog(given.run_directory, columns=columns, output_path=target)
    print(target)
    return DONE


def _export_objects(given: argparse.Namespace, folder: Path) -> int:
    from qsospec_duck.runs import load_archived_model, open_run, products_folder, write_products

    run = open_run(given.run_directory)
    for identifier in given.object:
        model = load_archived_model(run, identifier)
        for path in write_products(model, folder / products_folder(run.path, model.object_key).name).values():
            print(path)
    return DONE
