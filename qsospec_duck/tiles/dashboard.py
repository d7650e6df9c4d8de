"""The ledger of a tile root as one static HTML page: counts, rates and failures, with plots drawn in it."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from qsospec_duck.tiles.ledger import Entry, latest_of, ledger_folder, now, read_ledger
from qsospec_duck.tiles.status import Status, status_of

N_BINS = 48
"""Bins of the time axis."""

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 62rem; padding: 0 1rem;
  color: #1c2733; background: #fff }
h1 { font-size: 1.4rem } h2 { font-size: 1.05rem; margin-top: 2rem }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); gap: 1rem; margin: 0 }
dt { color: #5b6b7b; font-size: .85rem } dd { margin: 0; font-size: 1.3rem; font-variant-numeric: tabular-nums }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #dfe5ea; vertical-align: top }
td.n, th.n { text-align: right } svg { width: 100%; height: auto }
@media (prefers-color-scheme: dark) {
  body { background: #12181f; color: #dce4ec } th, td { border-color: #2b3742 } dt { color: #93a3b3 }
}
"""


def write_dashboard(root: str | Path, path: str | Path | None = None) -> Path:
    """Write the page.

    Parameters
    ----------
    root : str or Path
        Root of tiles with a ledger.
    path : str or Path, optional
        ``_ledger/dashboard.html`` of the root where not given.
    """
    to = Path(path) if path is not None else ledger_folder(root) / "dashboard.html"
    entries = list(latest_of(read_ledger(root)).values())
    to.write_text(page(entries, str(Path(root).name)), encoding="utf-8")
    return to


def page(entries: Sequence[Entry], title: str) -> str:
    """HTML of the last attempts of tiles."""
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8>",
        "<meta name=viewport content='width=device-width, initial-scale=1'>",
        f"<title>Tiles {html.escape(title)}</title><style>{_STYLE}</style>",
        f"<h1>Tiles {html.escape(title)}</h1><p>As of {now()} UTC.</p>",
        _numbers(status_of(entries, None)),
        "<h2>Tiles over time</h2>",
        _over_time(entries),
        "<h2>Spectra in a tile</h2>",
        _bars(_histogram([entry.spectra for entry in entries if entry.spectra is not None]), "spectra"),
        "<h2>Seconds a tile</h2>",
        _bars(_histogram([entry.seconds for entry in entries if entry.seconds is not None]), "seconds"),
        "<h2>By survey and program</h2>",
        _by_program(entries),
        "<h2>Failures</h2>",
        _failures(entries),
    ]
    return "\n".join(parts) + "\n"


def _numbers(status: Status) -> str:
    known = {
        "tiles": f"{status.converted:,}",
        "failed": f"{status.failed:,}",
        "spectra": f"{status.spectra:,}",
        "source files": f"{status.fits_bytes / 1e9:,.2f} GB",
        "downloaded": f"{status.fetched_bytes / 1e9:,.2f} GB",
        "Parquet": f"{status.parquet_bytes / 1e9:,.3f} GB",
        "of source files": f"1 / {status.reduction:,.0f}" if status.reduction else "-",
        "of the same content": f"1 / {status.compression:,.2f}" if status.compression else "-",
        "tiles per hour": f"{status.tiles_per_hour:,.0f}" if status.tiles_per_hour else "-",
    }
    return "<dl>" + "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in known.items()) + "</dl>"


def _over_time(entries: Sequence[Entry]) -> str:
    ends = sorted(datetime.fromisoformat(entry.finished_at) for entry in entries if entry.finished_at)
    if len(ends) < 2:
        return "<p>Fewer than two tiles.</p>"
    span = max(ends[-1] - ends[0], timedelta(seconds=1))
    counts = Counter(min(N_BINS - 1, int(N_BINS * ((end - ends[0]) / span))) for end in ends)
    hours = span.total_seconds() / 3600.0 / N_BINS
    rates = [(f"{(ends[0] + i * span / N_BINS):%m-%d %H:%M}", counts[i] / hours) for i in range(N_BINS)]
    return _bars(rates, "tiles per hour")


def _histogram(values: Sequence[float | int]) -> list[tuple[str, float]]:
    if not values:
        return []
    low, high = min(values), max(values)
    if low == high:
        return [(f"{low:g}", float(len(values)))]
    counts = Counter(min(19, int(20 * (value - low) / (high - low))) for value in values)
    return [(f"{low + (high - low) * i / 20:.3g}", float(counts[i])) for i in range(20)]


def _bars(bins: Sequence[tuple[str, float]], what: str) -> str:
    """Bars as SVG; each says its value when pointed at."""
    if not bins:
        return "<p>Nothing yet.</p>"
    top = max(value for _, value in bins) or 1.0
    wide, high, foot = 900.0, 160.0, 22.0
    step = wide / len(bins)
    drawn = []
    for number, (label, value) in enumerate(bins):
        tall = value / top * (high - 20)
        drawn.append(
            f"<rect x='{number * step:.1f}' y='{high - tall:.1f}' width='{max(1.0, step - 2):.1f}' height='{tall:.1f}' "
            f"fill='#2f6f9f'><title>{html.escape(label)}: {value:,.6g} {html.escape(what)}</title></rect>"
        )
    labels = "".join(
        f"<text x='{number * step:.1f}' y='{high + 16}' font-size='11' fill='currentColor'>"
        f"{html.escape(bins[number][0])}</text>"
        for number in range(0, len(bins), max(1, len(bins) // 8))
    )
    most = f"<text x='0' y='12' font-size='11' fill='currentColor'>{top:,.4g}</text>"
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {wide:.0f} {high + foot:.0f}' role='img' "
        f"aria-label='{html.escape(what)}'>{''.join(drawn)}{labels}{most}</svg>"
    )


def _by_program(entries: Sequence[Entry]) -> str:
    groups: dict[tuple[str, ...], list[Entry]] = {}
    for entry in entries:
        key = tuple(part or "unknown" for part in (entry.release, entry.survey, entry.program))
        groups.setdefault(key, []).append(entry)
    rows = []
    for key, members in sorted(groups.items()):
        status = status_of(members, None)
        counts = (status.converted, status.failed, status.spectra)
        cells = "".join(f"<td>{html.escape(part)}" for part in key)
        cells += "".join(f"<td class=n>{count:,}" for count in counts)
        rows.append(f"<tr>{cells}<td class=n>{status.parquet_bytes / 1e6:,.1f}")
    head = "<tr><th>release<th>survey<th>program<th class=n>tiles<th class=n>failed<th class=n>spectra<th class=n>MB"
    return f"<table>{head}{''.join(rows)}</table>"


def _failures(entries: Sequence[Entry]) -> str:
    failed = [entry for entry in entries if entry.status == "failed"]
    if not failed:
        return "<p>None.</p>"
    rows = []
    for reason, count in Counter(entry.reason for entry in failed).most_common():
        example = next(entry for entry in failed if entry.reason == reason)
        where = "/".join(str(part) for part in example.key if part is not None)
        rows.append(
            f"<tr><td>{html.escape(str(reason))}<td class=n>{count:,}<td>{html.escape(where)}: "
            f"{html.escape(example.message or '')}"
        )
    return f"<table><tr><th>reason<th class=n>tiles<th>for example{''.join(rows)}</table>"
