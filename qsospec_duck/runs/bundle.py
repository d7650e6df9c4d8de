"""Open a run bundle and read its tables."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from qsospec_duck.archive.object_store import is_remote
from qsospec_duck.columns import arrow_schema
from qsospec_duck.errors import RunError
from qsospec_duck.runs.checked import damage_is_told, shards_as_one
from qsospec_duck.runs.index import find_in_index, find_in_table, index_table, the_one
from qsospec_duck.runs.layout import INDEX, TABLES, data_folder, object_number, receipts_folder
from qsospec_duck.runs.manifest import read_manifest
from qsospec_duck.runs.remote_copy import RemoteCopy, copy_to_read
from qsospec_duck.runs.state import RunState


class RunBundle:
    """A run directory opened to read: one that this package wrote, finished or not, or one of ``qsospec`` 0.1.1."""

    def __init__(self, path: Path | str) -> None:
        self._remote: RemoteCopy | None = copy_to_read(str(path)) if is_remote(path) else None
        self.path = Path(path) if self._remote is None else self._remote.folder
        self.manifest: dict[str, Any] = read_manifest(self.path)

    @classmethod
    def open(cls, path: Path | str) -> Self:
        """Open a run directory."""
        return cls(path)

    def __repr__(self) -> str:
        count = self.manifest.get("completed_objects")
        return f"<{type(self).__name__} {self.run_id!r}, {count} objects, {self.manifest.get('status')}>"

    @property
    def address(self) -> str | None:
        """Where the run lies in an object store, of which ``path`` is a copy; ``None`` of one on a file system."""
        return None if self._remote is None else self._remote.address

    def refresh(self) -> None:
        """Read again what the run is, after somebody has written to it."""
        if self._remote is not None:
            self._remote.pull()
        self.__dict__.pop("_state", None)
        self.__dict__.pop("_names", None)
        self.manifest = read_manifest(self.path)

    def fetch(self) -> Path:
        """Have every shard of a run in an object store here; give the directory."""
        if self._remote is not None:
            self._remote.fetch(self._remote.parts())
        return self.path

    @property
    def run_id(self) -> str:
        """Name of the run."""
        return str(self.manifest["run_id"])

    @property
    def configuration(self) -> dict[str, Any]:
        """Options with which the run was made."""
        return dict(self.manifest["configuration"])

    @property
    def is_complete(self) -> bool:
        """True after finalize."""
        return self.manifest.get("status") == "complete"

    @cached_property
    def _state(self) -> RunState | None:
        """What the receipts say; ``None`` in a bundle without receipts."""
        return RunState(self.path, self.manifest) if receipts_folder(self.path).is_dir() else None

    def keys_of_input(self, identity: str) -> list[str]:
        """Keys of the objects that a batch read from one input; without receipts, none is known."""
        return self._state.ledger.keys_of_input(self.path, identity) if self._state is not None else []

    def shards(self, table: str) -> list[Path]:
        """Parquet files of one table, in order of name.

        Raises
        ------
        RunError
            A run has no such table.
        """
        if table not in TABLES:
            raise RunError(f"{self.path}: no table {table!r}; a run has {', '.join(TABLES)}.")
        if self._state is None or table == "derived":
            return sorted(data_folder(self.path, table).glob("*.parquet"))
        parts = [part for part in self._state.parts.values() if part.table == table]
        if self._remote is not None:
            self._remote.fetch(parts)
        return sorted(self.path / part.path for part in parts)

    def read_table(
        self, name: str, columns: Sequence[str] | None = None, filter: pc.Expression | None = None
    ) -> pa.Table:
        """Read one table of the run.

        Parameters
        ----------
        name : str
            inputs, objects, measurements, warnings, models, failures or derived.
        columns : sequence of str, optional
            Columns to read; all when absent.
        filter : pyarrow.compute.Expression, optional
            Rows to read, for example ``pc.field("fit_quality") == 0``.

        Returns
        -------
        pyarrow.Table
            With the types of ``columns.csv``. Columns that a bundle of ``qsospec`` 0.1.1 lacks are NULL.

        Raises
        ------
        RunError
            There is no such table or column.
        """
        shards = self.shards(name)
        schema = arrow_schema(name)
        unknown = [column for column in columns or () if column not in schema.names]
        if unknown:
            raise RunError(
                f"{self.path}: table {name!r} has no column {unknown[0]!r}; it has {', '.join(schema.names)}."
            )
        if not shards:
            table = schema.empty_table()
            return table.select(list(columns)) if columns is not None else table
        with damage_is_told(self.path):
            return shards_as_one(shards, schema).to_table(columns=columns, filter=filter)

    def locate(self, identifier: str) -> tuple[str, Path]:
        """Key of the object that a key or an id means, and the shard of ``models`` that holds it.

        Raises
        ------
        NotInRunError
            No object is called so (the message names similar ones), or several are.
        """
        if self.is_complete and (self.path / INDEX).is_file():
            found = find_in_index(self.path, identifier)
            names = pq.read_table(self.path / INDEX, columns=["name"])["name"] if not found else None
        elif self._state is not None and (shard := self._state.ledger.part_of(identifier, "models")) is not None:
            return identifier, self._here(shard)
        else:
            found = find_in_table(self._names, identifier)
            names = self._names["name"]
        key, path = the_one(found, identifier, names, self.path)
        return key, self._here(path)

    @cached_property
    def _names(self) -> pa.Table:
        return index_table(self.path, [str(path.relative_to(self.path)) for path in self.shards("models")])

    def rows_of(self, table: str, object_key: str, models_shard: Path) -> pa.Table:
        """Rows of one object from the shard that was committed together with its model."""
        twin = self._here(f"data/{table}/{models_shard.name}")
        if self._names_shards_alike and not twin.is_file():
            return arrow_schema(table).empty_table()
        shards = [twin] if twin.is_file() else self.shards(table)
        if not shards:
            return arrow_schema(table).empty_table()
        mine = pc.field("object_key") == object_key
        if self._names_shards_alike and "object_number" in arrow_schema(table).names:
            # Rows are sorted by this number: the statistics leave one row group to read.
            mine = (pc.field("object_number") == object_number(object_key)) & mine
        # A row group or two: handing them to threads takes longer than reading them.
        with damage_is_told(twin if twin.is_file() else self.path):
            return shards_as_one(shards, arrow_schema(table)).to_table(filter=mine, use_threads=False)

    def _here(self, shard: str) -> Path:
        """Path of a shard, after its download where the run lies in an object store."""
        if self._remote is not None and self._state is not None and shard in self._state.parts:
            self._remote.fetch([self._state.parts[shard]])
        return self.path / shard

    @property
    def _names_shards_alike(self) -> bool:
        """Tell whether the tables of an object were committed together, under one file name."""
        return self.manifest.get("writer") == "qsospec_duck"


def open_run(path: Path | str) -> RunBundle:
    """Open a run directory to read.

    Parameters
    ----------
    path : path
        Run directory, written by this package (finished or not) or by ``qsospec`` 0.1.1; or the address of one in an
        object store, such as ``s3://bucket/runs/hb``: its shards are downloaded when they are read.

    Raises
    ------
    RunError
        It is no run, of another schema, or its manifest was changed by hand.
    """
    return RunBundle(path)
