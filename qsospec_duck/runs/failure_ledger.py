"""Which failures a run holds, and how later outcomes replace them.

Failures are few, so a shard that loses some of its rows is written anew with the rest, and the commit that
brings the new outcome retires the old file. Nothing else of a run is ever rewritten.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from qsospec_duck.runs.key_values import from_key_values
from qsospec_duck.runs.receipts import Part
from qsospec_duck.runs.shard import FAILED_INPUTS, stage_part, write_table


class FailureLedger:
    """Failures of a run by shard, key and input."""

    def __init__(self, run: Path) -> None:
        self.run = run
        self._rows: dict[str, list[tuple[str, str]]] = {}
        self._paths_of_key: dict[str, str] = {}
        self._paths_of_input: dict[str, set[str]] = {}

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return (row for rows in self._rows.values() for row in rows)

    def add(self, part: Part) -> None:
        """Take in a promoted shard of ``failures``."""
        table = pq.read_table(self.run / part.path, columns=["object_key", "source", "metadata"])
        rows = [
            (row["object_key"], str(from_key_values(row["metadata"]).get("input") or row["source"] or ""))
            for row in table.to_pylist()
        ]
        self._rows[part.path] = rows
        for key, source in rows:
            self._paths_of_key[key] = part.path
            self._paths_of_input.setdefault(source, set()).add(part.path)

    def drop(self, path: str) -> None:
        """Forget a retired shard."""
        for key, source in self._rows.pop(path, ()):
            if self._paths_of_key.get(key) == path:
                del self._paths_of_key[key]
            self._paths_of_input.get(source, set()).discard(path)

    def replace(self, folder: Path, keys: set[str], inputs: set[str]) -> tuple[list[Part], set[str]]:
        """Stage what is left of the shards that hold failures of these objects or inputs.

        Returns
        -------
        carried : list of Part
            Newly staged in ``folder``: the rows of other objects.
        retired : set of str
            Paths that the carried files replace.
        """
        touched = {self._paths_of_key[key] for key in keys & self._paths_of_key.keys()}
        touched |= {path for source in inputs for path in self._paths_of_input.get(source, ())}
        carried: list[Part] = []
        retired: set[str] = set()
        for number, path in enumerate(sorted(touched)):
            rows = self._rows[path]
            stay = {key for key, source in rows if key not in keys and source not in inputs}
            for table, old in (("failures", path), ("inputs", inputs_of(path))):
                retired.add(old)
                if stay:
                    rest = pq.read_table(self.run / old)
                    rest = rest.filter(pc.is_in(rest.column("object_key"), value_set=pa.array(sorted(stay))))
                    name = f"{table if table == 'failures' else FAILED_INPUTS}-carried-{number}"
                    n_rows = write_table(table, rest, folder / f"{name}.parquet")
                    carried.append(stage_part(folder, name, n_rows))
        return carried, retired


def inputs_of(failures_path: str) -> str:
    """Path of the ``inputs`` rows that belong to a shard of ``failures``."""
    return failures_path.replace("data/failures/", "data/inputs/").removesuffix(".parquet") + "-failed.parquet"
