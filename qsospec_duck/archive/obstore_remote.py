"""The optional ``obstore`` client as a `Remote`: S3, HTTP, local folders and memory through one library."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from qsospec_duck.archive.remote import PIECE, Answer, NotHere, TryLater
from qsospec_duck.errors import ConfigError


class ObstoreRemote:
    """One store, by its URL such as ``s3://desidata`` or ``file:///data/public``.

    Raises
    ------
    ConfigError
        ``obstore`` is not installed.
    """

    def __init__(self, url: str, **options: Any) -> None:
        try:
            import obstore
            from obstore.store import from_url
        except ImportError as error:
            raise ConfigError(
                f"{url}: obstore is not installed; pip install 'qsospec_duck[obstore]', or give an https:// mirror."
            ) from error
        self.name = url
        if url.startswith("s3://"):
            options = {"skip_signature": True, "region": "us-west-2", **options}
        self._client = obstore
        self._store = from_url(url, **options)

    @contextmanager
    def open(self, key: str, start: int = 0, stop: int | None = None, etag: str | None = None) -> Iterator[Answer]:
        """As `qsospec_duck.archive.remote.HttpRemote.open`."""
        try:
            found = self._client.head(self._store, key)
            same = etag is None or found["e_tag"] == etag
            begin = start if same else 0
            if stop is None and begin == 0:
                result = self._client.get(self._store, key)
                yield Answer(0, found["size"], found["e_tag"], (bytes(piece) for piece in result.stream(PIECE)))
            else:
                yield Answer(begin, found["size"], found["e_tag"], self._span(key, begin, stop or found["size"]))
        except FileNotFoundError as error:
            raise NotHere(str(error)) from error
        except (OSError, self._client.exceptions.BaseError) as error:
            raise TryLater(str(error)) from error

    def _span(self, key: str, start: int, stop: int) -> Iterator[bytes]:
        for at in range(start, stop, 16 * PIECE):
            yield bytes(self._client.get_range(self._store, key, start=at, end=min(stop, at + 16 * PIECE)))
