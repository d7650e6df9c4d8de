"""``manifest.json``: what a run is, and whether it may be continued with the options at hand."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from platform import python_version
from typing import Any

from qsospec_duck import __version__
from qsospec_duck.constants import FLUX_UNIT, LINE_FLUX_UNIT
from qsospec_duck.errors import ConfigurationMismatchError, RunError
from qsospec_duck.runs.key_values import plain
from qsospec_duck.runs.layout import MANIFEST, SCHEMA_VERSION, TABLES, write_durably

_SOFTWARE = ("numpy", "scipy", "numba", "pyarrow", "duckdb", "astropy", "ppxf", "dust_extinction")


def now() -> str:
    """UTC time as ISO 8601 text."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def new_manifest(configuration: Mapping[str, Any], configuration_hash: str, run_id: str | None) -> dict[str, Any]:
    """Manifest of a run that holds nothing yet."""
    created = now()
    stamp = created.translate(str.maketrans("", "", "-:"))[:15]
    return {
        "schema_version": SCHEMA_VERSION,
        "writer": "qsospec_duck",
        "package_version": __version__,
        "run_id": run_id or f"{stamp}Z-{configuration_hash[:10]}-{secrets.token_hex(2)}",
        "configuration_hash": configuration_hash,
        "configuration": plain(configuration),
        "units": {
            "wavelength": "vacuum Angstrom",
            "velocity": "km/s",
            "model_arrays": f"rest frame, {FLUX_UNIT}",
            "line_flux": LINE_FLUX_UNIT,
        },
        "software": {"python": python_version(), **_versions()},
        "tables": list(TABLES),
        "receipts": "receipts",
        "status": "running",
        "completed_objects": 0,
        "failed_objects": 0,
        "shard_state": dict.fromkeys(TABLES, 0),
        "created_at": created,
        "updated_at": created,
        "finalized_at": None,
    }


def read_manifest(run: Path) -> dict[str, Any]:
    """Read and check the manifest of a run directory.

    Raises
    ------
    RunError
        There is none, it is no JSON, it is of another schema, or it was changed by hand.
    """
    path = run / MANIFEST
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        raise RunError(f"{run}: no {MANIFEST}; a run directory should hold one (fit_batch writes it).") from None
    try:
        manifest = json.loads(text)
    except json.JSONDecodeError as error:
        raise RunError(f"{path}: not JSON ({error}); restore it from a copy of the run.") from None
    found = manifest.get("schema_version") if isinstance(manifest, dict) else None
    if found != SCHEMA_VERSION:
        raise RunError(
            f"{path}: run schema {found!r}; this package reads and writes schema {SCHEMA_VERSION!r}. "
            "Runs of an older schema have to be fitted again."
        )
    # Bundles of qsospec 0.1.1 carry no seal and are taken as they are.
    if manifest.get("writer") == "qsospec_duck" and manifest.get("seal") != seal_of(manifest):
        raise RunError(
            f"{path}: it was changed after it was written (its seal is {manifest.get('seal')!r}, its content gives "
            f"{seal_of(manifest)!r}); restore it from a copy of the run."
        )
    return manifest


def write_manifest(run: Path, manifest: dict[str, Any]) -> dict[str, Any]:
    """Seal a manifest and put it in place durably; returns what was written."""
    written = {**manifest, "updated_at": now()}
    written["seal"] = seal_of(written)
    write_durably(run / MANIFEST, _text(written))
    return written


def sealed_text(manifest: Mapping[str, Any]) -> str:
    """Text of ``manifest.json``, sealed."""
    return _text({**manifest, "seal": seal_of(manifest)})


def seal_of(manifest: Mapping[str, Any]) -> str:
    """SHA-256 of everything in a manifest but the seal itself."""
    content = {key: value for key, value in manifest.items() if key != "seal"}
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def require_same_configuration(manifest: Mapping[str, Any], configuration: Mapping[str, Any], digest: str) -> None:
    """Refuse to mix results of different scientific options in one run.

    Raises
    ------
    ConfigurationMismatchError
        Naming every option that differs, with its old and its new value.
    """
    if manifest["configuration_hash"] == digest:
        return
    old, new = dict(_leaves(manifest["configuration"])), dict(_leaves(plain(configuration)))
    differing = [
        f"{name} (run: {old.get(name, 'absent')!r}, now: {new.get(name, 'absent')!r})"
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    ]
    raise ConfigurationMismatchError(
        f"run {manifest['run_id']} was made with other scientific options: "
        + ("; ".join(differing) or f"hash {manifest['configuration_hash']} instead of {digest}")
        + ". Give the options of the run, or another run directory."
    )


def _text(manifest: Mapping[str, Any]) -> str:
    return json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _leaves(value: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(item, f"{prefix}.{key}" if prefix else str(key))
    else:
        yield prefix, value


def _versions() -> dict[str, str]:
    found = {}
    for name in _SOFTWARE:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
