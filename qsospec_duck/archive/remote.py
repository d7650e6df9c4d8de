"""Bytes of an archive over HTTPS: one attempt at a time, every way of going wrong told apart.

The object store and web servers take the same requests, so that there is one path for both; nothing of the store's own
interface is needed for public files. Attempts, pauses and mirrors are the business of `fetch`.
"""

from __future__ import annotations

import email.utils
import random
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

PIECE = 1 << 20
THROTTLING = frozenset({429, 500, 502, 503, 504})
"""Answers that mean: later."""

ABSENT = frozenset({403, 404, 410})
"""Answers that mean: not here. An object store says 403 for a missing key to those who may not list."""


class TryLater(Exception):  # noqa: N818 (told to `fetch`, never to a caller)
    """The archive throttles, or the connection broke."""

    def __init__(self, message: str, *, after: float | None = None, is_throttling: bool = False) -> None:
        super().__init__(message)
        self.after = after
        """Seconds the archive asked to wait."""

        self.is_throttling = is_throttling


class NotHere(Exception):  # noqa: N818
    """A mirror does not have the file."""


class Refused(Exception):  # noqa: N818
    """The archive answers with something that no repetition will mend."""


@dataclass(frozen=True)
class Answer:
    """An open answer."""

    start: int
    """Position in the file of the first byte that follows."""

    size: int | None
    """Size of the whole file, where the archive says it."""

    etag: str | None
    pieces: Iterator[bytes]


class Remote(Protocol):
    """Anything that gives the bytes of a key: HTTPS, or another client of an object store."""

    name: str

    def open(self, key: str, start: int = 0, stop: int | None = None, etag: str | None = None) -> Any:
        """Open a key as a context manager that gives an `Answer`."""
        ...


class HttpRemote:
    """One mirror.

    Parameters
    ----------
    base : str
        URL that keys are appended to.
    connections : int
        Connections that are kept open.
    timeout : float
        Seconds without a byte after which a connection counts as broken.
    """

    def __init__(self, base: str, *, connections: int = 16, timeout: float = 30.0) -> None:
        # Imported here: readers import names of releases from this package and need no network.
        import urllib3

        self.name = base if base.endswith("/") else f"{base}/"
        limits = urllib3.Timeout(connect=min(10.0, timeout), read=timeout)
        self._pool = urllib3.PoolManager(num_pools=4, maxsize=connections, timeout=limits, retries=False, block=False)
        self._broken = (urllib3.exceptions.HTTPError, OSError)

    @contextmanager
    def open(self, key: str, start: int = 0, stop: int | None = None, etag: str | None = None) -> Iterator[Answer]:
        """Ask for the bytes from ``start`` to before ``stop``; with ``etag``, only if the file is still the same.

        Raises
        ------
        TryLater, NotHere, Refused
        """
        headers = {"Accept-Encoding": "identity"}
        if start or stop is not None:
            headers["Range"] = f"bytes={start}-{'' if stop is None else stop - 1}"
            if etag:
                headers["If-Range"] = etag
        try:
            response = self._pool.request("GET", self.name + key, headers=headers, preload_content=False, redirect=True)
        except self._broken as error:
            raise TryLater(f"no answer ({type(error).__name__})") from error
        is_whole = False
        try:
            yield self._answer(response, start)
            is_whole = True
        finally:
            if is_whole:
                response.release_conn()
            else:
                # Bytes that nobody read would be taken for the next answer.
                response.close()

    def _answer(self, response: Any, start: int) -> Answer:
        status, headers = int(response.status), response.headers
        if status in THROTTLING:
            after = retry_after(headers)
            raise TryLater(f"HTTP {status}", after=after, is_throttling=status in (429, 503))
        if status in ABSENT:
            raise NotHere(f"HTTP {status}")
        if status == 416:
            raise Refused("HTTP 416")
        if status not in (200, 206):
            raise Refused(f"HTTP {status}")
        length = _whole(headers.get("Content-Length"))
        begin, size = (0, length) if status == 200 else _content_range(headers)
        if status == 206 and begin != start:
            raise TryLater(f"bytes from {begin} in place of {start}")
        return Answer(begin, size, _strong(headers.get("ETag")), self._pieces(response, length))

    def _pieces(self, response: Any, length: int | None) -> Iterator[bytes]:
        got = 0
        try:
            for piece in response.stream(PIECE, decode_content=False):
                got += len(piece)
                yield piece
        except self._broken as error:
            raise TryLater(f"the connection broke after {got} bytes ({type(error).__name__})") from error
        if length is not None and got != length:
            raise TryLater(f"{got} of {length} bytes came")


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, from a Retry-After header in seconds or as a date."""
    value = headers.get("Retry-After")
    if value is None:
        return None
    if value.strip().isdigit():
        return float(value)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    except (TypeError, ValueError):
        return None


def pause(attempt: int, after: float | None, *, base: float, most: float) -> float:
    """Seconds to wait before another attempt: what the archive asks, else a random part of an exponential growth.

    References
    ----------
    M. Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog 2015 (full jitter).
    """
    growing = min(most, base * 2.0**attempt)
    if after is not None:
        return min(most, after) + random.uniform(0.0, base)
    return random.uniform(0.0, growing)


def _whole(text: str | None) -> int | None:
    return int(text) if text is not None and text.strip().isdigit() else None


def _content_range(headers: Mapping[str, str]) -> tuple[int, int | None]:
    """First byte and size of the whole file, of ``bytes 0-9/100``."""
    text = headers.get("Content-Range", "")
    span, _, size = text.removeprefix("bytes ").partition("/")
    first = span.partition("-")[0]
    if not first.strip().isdigit():
        raise TryLater(f"Content-Range is {text!r}")
    return int(first), _whole(size)


def _strong(etag: str | None) -> str | None:
    """Keep an ETag that stands for the very bytes; weak ones do not."""
    return None if etag is None or etag.startswith("W/") else etag
