"""An S3 server in a thread: the calls that a run in an object store makes, by the published API, in memory.

Source: Amazon S3 API reference (PutObject with If-None-Match, GetObject with Range, ListObjectsV2, DeleteObjects,
multipart uploads). A lock makes every request one step, as S3 promises for a single key. Requests can be made to fail.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit
from xml.etree import ElementTree
from xml.sax.saxutils import escape

ACCESS_KEY = "made-access-key"


class LocalS3:
    """Buckets in memory; ``url`` is the endpoint."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        """By ``bucket/key``."""
        self.requests: list[str] = []
        """Method and path of each request."""
        self.refuse: Callable[[str, str], int | None] = lambda method, path: None
        """Status with which a request is refused before anything happens; ``None`` lets it happen."""
        self.lose: Callable[[str, str], bool] = lambda method, path: False
        """Whether a request takes place and its answer is lost on the way."""
        self.lock = threading.RLock()
        self.uploads: dict[str, dict[int, bytes]] = {}

    def __enter__(self) -> LocalS3:
        handler = type("Handler", (_Handler,), {"s3": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def keys(self, prefix: str) -> list[str]:
        """Objects whose ``bucket/key`` begins so."""
        with self.lock:
            return sorted(key for key in self.objects if key.startswith(prefix))


def lead_to(url: str, tmp_path: Path, monkeypatch) -> None:
    """Have every process find this server, and copies of runs a cache of their own."""
    for name, value in {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": "made-secret",
        "AWS_REGION": "us-east-1",
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }.items():
        monkeypatch.setenv(name, value)


def local_s3(tmp_path: Path, monkeypatch) -> Iterator[LocalS3]:
    """An S3 server that the environment leads to; a fixture."""
    with LocalS3() as server:
        lead_to(server.url, tmp_path, monkeypatch)
        yield server


class _Handler(BaseHTTPRequestHandler):
    s3: LocalS3
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_any(self) -> None:
        path, query = unquote(urlsplit(self.path).path).strip("/"), parse_qs(urlsplit(self.path).query, True)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if "aws-chunked" in self.headers.get("Content-Encoding", ""):
            raise AssertionError("this server takes plain bodies only")
        with self.s3.lock:
            self.s3.requests.append(f"{self.command} {path}")
            status = self.s3.refuse(self.command, path)
            if ACCESS_KEY not in self.headers.get("Authorization", ""):
                status = 403
            if status is not None:
                self.answer(status, b"<Error><Code>Refused</Code></Error>")
                return
            answer = self.act(path, query, body)
            if self.s3.lose(self.command, path):
                self.close_connection = True
                self.connection.close()
                return
        self.answer(*answer)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = do_any  # noqa: N815

    def act(self, path: str, query: dict[str, list[str]], body: bytes) -> tuple[int, bytes, dict[str, str]]:
        objects = self.s3.objects
        if "list-type" in query:
            return 200, self.listing(path, query), {}
        if self.command == "POST" and "delete" in query:
            keys = [node.text or "" for node in ElementTree.fromstring(body).iter() if node.tag.endswith("Key")]
            for key in keys:
                objects.pop(f"{path}/{key}", None)
            gone = "".join(f"<Deleted><Key>{escape(key)}</Key></Deleted>" for key in keys)
            return 200, f"<DeleteResult>{gone}</DeleteResult>".encode(), {}
        if self.command == "POST" and "uploads" in query:
            name = f"upload-{len(self.s3.uploads)}"
            self.s3.uploads[name] = {}
            return 200, f"<R><UploadId>{name}</UploadId></R>".encode(), {}
        if self.command == "PUT" and "uploadId" in query:
            self.s3.uploads[query["uploadId"][0]][int(query["partNumber"][0])] = body
            return 200, b"", {"ETag": etag(body)}
        if self.command == "POST" and "uploadId" in query:
            parts = self.s3.uploads.pop(query["uploadId"][0])
            objects[path] = b"".join(parts[number] for number in sorted(parts))
            return 200, f"<R><ETag>{etag(objects[path])}</ETag></R>".encode(), {}
        if self.command == "PUT":
            if self.headers.get("If-None-Match") == "*" and path in objects:
                return 412, b"<Error><Code>PreconditionFailed</Code></Error>", {}
            objects[path] = body
            return 200, b"", {"ETag": etag(body)}
        if self.command == "DELETE":
            objects.pop(path, None)
            return 204, b"", {}
        return self.read(path)

    def read(self, path: str) -> tuple[int, bytes, dict[str, str]]:
        content = self.s3.objects.get(path)
        if content is None:
            return 404, b"<Error><Code>NoSuchKey</Code></Error>", {}
        about = {"ETag": etag(content), "Last-Modified": "Thu, 01 Jan 2026 00:00:00 GMT"}
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if not asked:
            return 200, content, about
        start, stop = int(asked[1]), min(int(asked[2] or len(content)) + 1, len(content))
        return 206, content[start:stop], {**about, "Content-Range": f"bytes {start}-{stop - 1}/{len(content)}"}

    def listing(self, bucket: str, query: dict[str, list[str]]) -> bytes:
        """Four keys a page, so that pages are turned in every test."""
        prefix, after = query.get("prefix", [""])[0], query.get("continuation-token", [""])[0]
        keys = [key.partition("/")[2] for key in sorted(self.s3.objects) if key.startswith(f"{bucket}/{prefix}")]
        keys = [key for key in keys if key > after]
        page, more = keys[:4], len(keys) > 4
        items = "".join(
            f"<Contents><Key>{escape(key)}</Key><Size>{len(self.s3.objects[f'{bucket}/{key}'])}</Size>"
            "<LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>e</ETag></Contents>"
            for key in page
        )
        token = f"<NextContinuationToken>{escape(page[-1])}</NextContinuationToken>" if more else ""
        state = f"<IsTruncated>{str(more).lower()}</IsTruncated>{token}"
        return f"<ListBucketResult>{items}{state}</ListBucketResult>".encode()

    def answer(self, status: int, content: bytes, about: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (about or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


def etag(content: bytes) -> str:
    return f'"{hashlib.md5(content).hexdigest()}"'
