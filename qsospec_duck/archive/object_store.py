"""A prefix of an object store: list, read, write, and create what must not exist yet.

Endpoint and credentials come from the environment, as for every tool of S3: ``AWS_ACCESS_KEY_ID``,
``AWS_SECRET_ACCESS_KEY``, ``AWS_SESSION_TOKEN``, ``AWS_REGION``, ``AWS_ENDPOINT_URL``; ``AWS_SKIP_SIGNATURE=true`` for
public buckets.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from qsospec_duck.errors import ConfigError, StoreError

TRANSFERS = 8
"""Files that are moved at a time."""


def is_remote(path: Path | str) -> bool:
    """Tell an address of remote storage from a path."""
    return "://" in str(path)


def split_address(address: str) -> tuple[str, str]:
    """Prefix and file name of an address."""
    prefix, _, name = address.rstrip("/").rpartition("/")
    return prefix, name


class ObjectStore:
    """One prefix, by its address such as ``s3://bucket/runs/hb``.

    Raises
    ------
    ConfigError
        ``obstore`` is not installed, or nothing answers to such an address.
    """

    def __init__(self, address: str) -> None:
        try:
            import obstore
            from obstore.store import from_url
        except ImportError:
            raise ConfigError(
                f"{address}: object stores are reached by obstore: pip install 'qsospec_duck[obstore]'."
            ) from None
        self.address = address.rstrip("/")
        self._client = obstore
        # A server in the own network may speak plain HTTP; whoever names such an endpoint means it.
        plain = os.environ.get("AWS_ENDPOINT_URL", os.environ.get("AWS_ENDPOINT", "")).startswith("http://")
        options: dict[str, Any] = {"client_options": {"allow_http": True}} if plain else {}
        try:
            self._store = from_url(self.address, **options)
        except (ValueError, obstore.exceptions.BaseError) as error:
            raise ConfigError(f"{address}: no object store ({error}); an address is s3://bucket/prefix.") from None

    def read(self, key: str) -> bytes:
        """Content of an object."""
        with self._told(key):
            return bytes(self._client.get(self._store, key).bytes())

    def read_many(self, keys: Iterable[str]) -> list[bytes]:
        """Contents of objects, several at a time."""
        with ThreadPoolExecutor(TRANSFERS) as pool:
            return list(pool.map(self.read, keys))

    def write(self, key: str, content: bytes | Path) -> None:
        """Write an object, whatever was there; a file in parts where it is large."""
        with self._told(key):
            self._client.put(self._store, key, content)

    def create(self, key: str, content: bytes) -> bool:
        """Write an object that must not exist yet (``If-None-Match: *``).

        Returns
        -------
        bool
            False where another writer was first. A request whose answer was lost and that was sent again finds its own
            content: that is no other writer.
        """
        try:
            with self._told(key):
                self._client.put(self._store, key, content, mode="create", use_multipart=False)
        except FileExistsError:
            return self.read(key) == content
        return True

    def sizes(self, prefix: str = "") -> dict[str, int]:
        """Keys below a prefix, with their sizes [byte]."""
        with self._told(prefix):
            pages = self._client.list(self._store, prefix or None)
            return {item["path"]: item["size"] for page in pages for item in page}

    def remove(self, keys: Iterable[str]) -> None:
        """Remove objects; one that is not there is removed already."""
        for key in keys:
            try:
                with self._told(key):
                    self._client.delete(self._store, key)
            except FileNotFoundError:
                continue

    def download(self, key: str, target: Path) -> None:
        """Copy an object to a file, which appears whole or not at all."""
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_name(f".{target.name}.{os.getpid()}")
        with self._told(key), temporary.open("wb") as file:
            for piece in self._client.get(self._store, key).stream():
                file.write(piece)
        temporary.replace(target)

    def size(self, key: str) -> int | None:
        """Size of an object [byte]; ``None`` where there is none."""
        try:
            with self._told(key):
                return int(self._client.head(self._store, key)["size"])
        except FileNotFoundError:
            return None

    def open(self, key: str) -> Ranges:
        """Open an object as a file to read; only the ranges that are asked for are fetched."""
        size = self.size(key)
        if size is None:
            raise FileNotFoundError(f"{self.address}/{key}: there is no such object.")
        return Ranges(self, key, size)

    def read_range(self, key: str, start: int, length: int) -> bytes:
        """Some bytes of an object."""
        with self._told(key):
            return bytes(self._client.get_range(self._store, key, start=start, length=length))

    @contextmanager
    def _told(self, key: str) -> Iterator[None]:
        errors = self._client.exceptions
        try:
            yield
        except (FileNotFoundError, errors.NotFoundError):
            raise FileNotFoundError(f"{self.address}/{key}: there is no such object.") from None
        except (FileExistsError, errors.AlreadyExistsError):
            raise FileExistsError(f"{self.address}/{key}") from None
        except errors.BaseError as error:
            first = str(error).strip().splitlines()[0]
            raise StoreError(f"{self.address}/{key}: {type(error).__name__}: {first}") from error


class Ranges(io.RawIOBase):
    """An object as a file: every read is one request for a range."""

    def __init__(self, store: ObjectStore, key: str, size: int) -> None:
        super().__init__()
        self._store, self._key, self._size, self._at = store, key, size, 0

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place; nothing is fetched."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = start + offset
        return self._at

    def tell(self) -> int:
        """Where the next read begins."""
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Fetch what fits into a buffer."""
        length = min(len(buffer), self._size - self._at)
        if length <= 0:
            return 0
        buffer[:length] = self._store.read_range(self._key, self._at, length)
        self._at += length
        return length
