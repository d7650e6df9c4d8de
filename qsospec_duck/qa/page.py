"""A static HTML page to look through figures: sortable table, thumbnails, links."""

from __future__ import annotations

import html
import os
from collections.abc import Iterable, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import pyarrow.compute as pc

from qsospec_duck.fitting import quality_names
from qsospec_duck.fitting.warning_codes import warning_codes
from qsospec_duck.qa.numbers import significant
from qsospec_duck.qa.render import Rendered
from qsospec_duck.qa.thumbnails import write_thumbnail
from qsospec_duck.runs import RunBundle

_MEASURED = {
    "logl5100": ("log\u00a0λL 5100", "erg/s"),
    "logl3000": ("log\u00a0λL 3000", "erg/s"),
    "logl1350": ("log\u00a0λL 1350", "erg/s"),
    "hb_broad_fwhm": ("FWHM Hβ", "km/s"),
    "mgii_broad_fwhm": ("FWHM Mg II", "km/s"),
    "civ_broad_fwhm": ("FWHM C IV", "km/s"),
}
"""Quantities of the table, with head and unit."""


def write_page(
    run: RunBundle,
    rendered: Sequence[Rendered],
    folder: Path | str,
    *,
    title: str | None = None,
    sheets: Sequence[Path] = (),
) -> Path:
    """Write ``index.html`` with a row for every figure.

    Parameters
    ----------
    run : RunBundle
    rendered : sequence of Rendered
        PNG figures, from `render_selected`.
    folder : path
        Where the page and its ``thumbnails`` go; links to the figures are relative to it, so that a folder which
        holds both can be moved or published.
    title : str, optional
    sheets : sequence of Path
        Contact sheets of the same figures, to which the page links.

    Returns
    -------
    Path
        The page. It needs no server and no network; the table sorts by a click on a heading and filters by text.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    facts = _facts(run, [one.object_key for one in rendered])
    heads = [(head, "") for head in ("figure", "object", "z", "S/N", "fit", "χ²/dof")]
    heads += [*_MEASURED.values(), ("complexes", ""), ("warnings or reason", "")]
    body = "\n".join(_row(one, facts.get(one.object_key, {}), folder) for one in rendered)
    template = resources.files("qsospec_duck").joinpath("data/qa_page.html").read_text(encoding="utf-8")
    text = (
        template.replace("@TITLE@", html.escape(title or f"QA of run {run.run_id}"))
        .replace("@COUNT@", str(len(rendered)))
        .replace(
            "@HEADS@",
            "".join(
                f'<th scope="col"><button type="button">{html.escape(head)}<small>{unit}</small></button></th>'
                for head, unit in heads
            ),
        )
        .replace("@ROWS@", body)
        .replace("@SHEETS@", _sheets([_link(sheet, folder) for sheet in sheets]))
    )
    path = folder / "index.html"
    temporary = path.with_name(f".index.{os.getpid()}")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)
    return path


def _facts(run: RunBundle, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Collect what the table shows, by key."""
    wanted = pc.field("object_key").isin(pa.array(list(keys), pa.string()))  # of a type also where there are none
    facts: dict[str, dict[str, Any]] = {}
    columns = ["object_key", "object_id", "exception_type", "message"]
    for row in run.read_table("failures", columns=columns, filter=wanted).to_pylist():
        facts[row["object_key"]] = row
    columns = ["object_key", "object_id", "redshift", "snr_median", "fit_quality", "continuum_reduced_chi2"]
    columns += ["complex_statuses", "warning_codes"]
    for row in run.read_table("objects", columns=columns, filter=wanted).to_pylist():
        facts[row["object_key"]] = row
    # A single Gaussian of a line has a width of the same name, among the parameters.
    measured = pc.field("section").isin(["complex_metric", "continuum_metric"])
    measured &= wanted & pc.field("quantity").isin(list(_MEASURED))
    for row in run.read_table("measurements", columns=["object_key", "quantity", "value"], filter=measured).to_pylist():
        facts.get(row["object_key"], {})[row["quantity"]] = row["value"]
    return facts


def _row(one: Rendered, facts: Mapping[str, Any], folder: Path) -> str:
    name = str(facts.get("object_id") or one.object_key)
    figure = _link(one.path, folder)
    small = _link(write_thumbnail(one.path, folder / "thumbnails"), folder)
    picture = (
        f'<a href="{figure}"><img loading="lazy" src="{small}" alt="figure of {html.escape(name, quote=True)}"></a>'
    )
    fitted = [row["key"] for row in facts.get("complex_statuses") or () if row["value"] == '"fitted"']
    if "exception_type" in facts:
        quality = "not fitted"
        trouble = html.escape(f"{facts['exception_type']}: {facts['message']}"[:300])
    else:
        number = facts.get("fit_quality")
        quality = "" if number is None else ", ".join(quality_names(number)) or "good"
        trouble = _warnings(facts.get("warning_codes") or ())
    cells = [
        f'<td data-sort="{html.escape(name, quote=True)}">{picture}</td>',
        f'<td data-sort="{html.escape(name, quote=True)}"><a href="{figure}">{html.escape(name)}</a>'
        f"<small>{html.escape(one.object_key)}</small></td>",
        _number(facts.get("redshift"), 5),
        _number(facts.get("snr_median"), 3),
        f'<td class="{quality.replace(" ", "-")}">{quality}</td>',
        _number(facts.get("continuum_reduced_chi2"), 3),
        *(_number(facts.get(quantity), 4) for quantity in _MEASURED),
        f'<td data-sort="{len(fitted)}">{_words(fitted)}</td>',
        f"<td>{trouble}</td>",
    ]
    return f"<tr>{''.join(cells)}</tr>"


def _sheets(links: Sequence[str]) -> str:
    if not links:
        return ""
    named = " ".join(f'<a href="{link}">{number}</a>' for number, link in enumerate(links, start=1))
    return f"<p>contact sheets {named}</p>"


def _warnings(codes: Sequence[str]) -> str:
    """Codes, with those that are no more than notes after the others and fainter."""
    notes = [code for code in codes if code in warning_codes() and warning_codes()[code].severity == "info"]
    text = _words(code for code in codes if code not in notes)
    return text + (f'<small class="notes">{_words(notes)}</small>' if notes else "")


def _words(words: Iterable[str]) -> str:
    """Write a list; a word may go on in the next line after an underscore, else it would widen the table."""
    return ", ".join(html.escape(word).replace("_", "_<wbr>") for word in words)


def _number(value: float | None, digits: int) -> str:
    if value is None or value != value:
        return '<td class="number"></td>'
    return f'<td class="number" data-sort="{value!r}">{significant(float(value), digits)}</td>'


def _link(path: Path, folder: Path) -> str:
    return quote(Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix())
