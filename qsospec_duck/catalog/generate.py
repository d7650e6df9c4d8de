"""Write the generated files of ``sql/``: ``python -m qsospec_duck.catalog.generate``.

A test holds that the committed files equal what this makes.
"""

from __future__ import annotations

from qsospec_duck.catalog.bundle_views import BUNDLE_VIEWS, bundle_view, parts_view, spectra_view
from qsospec_duck.catalog.distance_macro import distance_macro
from qsospec_duck.catalog.recalibration_macros import (
    calibrated_quantities_view,
    derived_masses_macro,
    recalibrated_macro,
)
from qsospec_duck.catalog.wide_views import catalog_view, line_catalog_view, wide_measurements_view
from qsospec_duck.database import sql_folder


def generated_files() -> dict[str, str]:
    """Text of every generated file by its path below ``sql/``."""
    return {
        "cosmology/flat_distance_integral.sql": distance_macro(),
        "views/run_parts.sql": parts_view(),
        **{f"views/{table}.sql": bundle_view(table) for table in BUNDLE_VIEWS},
        "tiles/spectra.sql": spectra_view(),
        "views/line_catalog.sql": line_catalog_view(),
        "views/wide_measurements.sql": wide_measurements_view(),
        "views/catalog.sql": catalog_view(),
        "recalibration/calibrated_quantities.sql": calibrated_quantities_view(),
        "recalibration/recalibrated.sql": recalibrated_macro(),
        "recalibration/derived_masses.sql": derived_masses_macro(),
    }


def main() -> None:
    """Write every generated file into the checkout's ``sql/``."""
    folder = sql_folder()
    for relative, text in generated_files().items():
        (folder / relative).write_text(text, encoding="utf-8")
        print(f"sql/{relative}: {text.count(chr(10))} lines")


if __name__ == "__main__":
    main()
