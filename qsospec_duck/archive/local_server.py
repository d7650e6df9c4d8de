"""A small archive on this machine that behaves, or misbehaves on purpose: for tests and reproducible benchmarks.

It serves a folder over HTTP on 127.0.0.1 with ranges and ETags as an object store does, with a latency, a rate for each
connection and for all together, and faults at random: 503 with or without Retry-After, dropped connections, short
bodies, wrong bytes, pages in place of files.
"""

from __future__ import annotations

import hashlib
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

_PIECE = 1 << 16


@dataclass(frozen=True)
class Manners:
    """How the server behaves; each chance is that of one request."""

    latency: float = 0.0
    """Seconds before an answer."""

    mb_per_s: float | None = None
    """Rate of one connection."""

    total_mb_per_s: float | None = None
    """Rate of all connections together."""

    slow_down: float = 0.0
    """Chance of 503 or 429."""

    retry_after: float | None = None
    """Seconds that those answers ask to wait."""

    drop: float = 0.0
    """Chance that the connection breaks within the body."""

    truncate: float = 0.0
    """Chance of a short body whose Content-Length agrees with it."""

    wrong_bytes: float = 0.0
    """Chance of a changed byte in the body."""

    page: float = 0.0
    """Chance of status 200 with a page that says the service is busy."""

    most_at_once: int | None = None
    """Requests at once beyond which 503 is answered."""

    seed: int = 0


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no news; anything else is told as usual."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class LocalServer:
    """The server; ``url`` is its base, ``counts`` what it did."""

    def __init__(self, folder: str | Path, manners: Manners | None = None) -> None:
        self.folder = Path(folder)
        self.manners = manners or Manners()
        self.counts: Counter[str] = Counter()
        self.requests: list[tuple[str, str | None]] = []
        self._asked: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._busy = 0
        self._etags: dict[tuple[int, bytes, bytes], str] = {}
        self._free_at = time.monotonic()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/"

    def __enter__(self) -> LocalServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def count(self, what: str) -> None:
        """Count something that was done."""
        with self._lock:
            self.counts[what] += 1

    def etag(self, content: bytes) -> str:
        """ETag of a file: its MD5, as an object store gives for what was uploaded in one piece."""
        key = (len(content), content[:4096], content[-4096:])
        if key not in self._etags:
            self._etags[key] = f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'
        return self._etags[key]

    def draws(self, path: str) -> random.Random:
        """Draws of one request.

        They follow from the seed, the path and how often that path was asked for, and not from which thread came first.
        """
        with self._lock:
            self._asked[path] += 1
            return random.Random(f"{self.manners.seed} {path} {self._asked[path]}")

    def wait_for(self, n_bytes: int) -> float:
        """Seconds to wait before these bytes may leave, for the rate of all connections."""
        if not self.manners.total_mb_per_s:
            return 0.0
        with self._lock:
            begin = max(self._free_at, time.monotonic())
            self._free_at = begin + n_bytes / 1e6 / self.manners.total_mb_per_s
            return max(0.0, self._free_at - time.monotonic())

    @contextmanager
    def at_work(self) -> Iterator[bool]:
        """Count a request that is being answered; gives whether there are too many."""
        with self._lock:
            self._busy += 1
            is_crowd = self.manners.most_at_once is not None and self._busy > self.manners.most_at_once
        try:
            yield is_crowd
        finally:
            with self._lock:
                self._busy -= 1


def _handler(server: LocalServer) -> type[BaseHTTPRequestHandler]:
    manners = server.manners

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

        def do_GET(self) -> None:
            with server.at_work() as is_crowd:
                try:
                    self._answer(is_crowd)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

        def _answer(self, is_crowd: bool) -> None:
            server.requests.append((self.path, self.headers.get("Range")))
            if manners.latency:
                time.sleep(manners.latency)
            draws = server.draws(self.path)
            if is_crowd or draws.random() < manners.slow_down:
                server.count("slow_down")
                self._short(503, b"<Error><Code>SlowDown</Code></Error>")
                return
            path = (server.folder / self.path.lstrip("/")).resolve()
            if server.folder.resolve() not in path.parents or not path.is_file():
                server.count("absent")
                self._short(404, b"<Error><Code>NoSuchKey</Code></Error>")
                return
            if draws.random() < manners.page:
                server.count("page")
                self._short(200, b"<html>The service is busy; come again.</html>")
                return
            self._file(path.read_bytes(), draws)

        def _short(self, status: int, body: bytes) -> None:
            self.send_response(status)
            if status == 503 and manners.retry_after is not None:
                self.send_header("Retry-After", f"{manners.retry_after:g}")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _file(self, content: bytes, draws: random.Random) -> None:
            etag = server.etag(content)
            span = self.headers.get("Range", "").removeprefix("bytes=")
            if_range = self.headers.get("If-Range")
            first, stop = 0, len(content)
            if span and if_range in (None, etag):
                start, _, end = span.partition("-")
                first, stop = int(start), min(len(content), int(end) + 1 if end else len(content))
                if first >= len(content):
                    self._short(416, b"")
                    return
                self.send_response(206)
                self.send_header("Content-Range", f"bytes {first}-{stop - 1}/{len(content)}")
            else:
                self.send_response(200)
            body = bytearray(content[first:stop])
            if body and draws.random() < manners.wrong_bytes:
                server.count("wrong_bytes")
                body[len(body) // 2] ^= 0x20
            if len(body) > 1 and draws.random() < manners.truncate:
                server.count("truncate")
                body = body[: len(body) // 2]
            cut = len(body)
            if len(body) > 1 and draws.random() < manners.drop:
                server.count("drop")
                cut = len(body) // 3
            self.send_header("ETag", etag)
            self.send_header("Accept-Ranges", "bytes")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self._send(body[:cut])
            if cut < len(body):
                self.close_connection = True
            else:
                server.count("sent")

        def _send(self, body: bytes | bytearray) -> None:
            for at in range(0, len(body), _PIECE):
                piece = body[at : at + _PIECE]
                waits = server.wait_for(len(piece))
                if manners.mb_per_s:
                    waits = max(waits, len(piece) / 1e6 / manners.mb_per_s)
                if waits:
                    time.sleep(waits)
                self.wfile.write(piece)

    return Handler
