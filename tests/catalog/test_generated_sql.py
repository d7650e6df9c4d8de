"""Generated SQL equals what its generator makes, and says what the columns say."""

from qsospec_duck.catalog.columns import catalog_columns, catalog_lines, line_columns
from qsospec_duck.catalog.generate import generated_files
from qsospec_duck.columns import columns_of
from qsospec_duck.database import sql_folder


def test_committed_files_are_what_the_generator_makes():
    stale = [
        name for name, text in generated_files().items() if (sql_folder() / name).read_text(encoding="utf-8") != text
    ]
    assert stale == [], "run python -m qsospec_duck.catalog.generate"


def test_catalog_columns_are_unique_and_described():
    columns = catalog_columns()
    assert len({column.name for column in columns}) == len(columns)
    assert all(column.meaning and column.ucd for column in columns)


def test_every_measure_but_snr_quality_and_limit_has_its_error_beside_it():
    names = [column.name for column in line_columns(catalog_lines()[0])]
    assert names[:2] == ["flux_lya", "flux_lya_err"]
    assert [name for name in names if f"{name}_err" not in names and not name.endswith("_err")] == [
        "snr_lya",
        "quality_lya",
        "flux_limit_lya",
    ]


def test_the_catalog_fits_into_a_fits_table():
    assert len(catalog_columns()) <= 999


def test_catalog_lines_are_lines_that_a_recipe_fits():
    from qsospec_duck.models.recipes import packaged_recipes

    fitted: dict[str, set[str]] = {}
    for recipe in packaged_recipes().values():
        for component in recipe.components:
            for line_id in component.lines:
                fitted.setdefault(line_id, set()).add(component.role)
    known = {(line_id, role) for line_id, roles in fitted.items() for role in roles}
    known |= {(line_id, "total") for line_id, roles in fitted.items() if len(roles) > 1}
    assert [line for line in catalog_lines() if (line.line_id, line.role) not in known] == []
    assert {line.line_id for line in catalog_lines()} == set(fitted)


def test_line_catalog_describes_its_keys_and_measures():
    names = [column.name for column in columns_of("line_catalog")]
    assert names[:7] == ["run_id", "object_key", "object_id", "z", "recipe_id", "line_id", "role"]
