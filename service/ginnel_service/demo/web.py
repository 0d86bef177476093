"""A file over HTTP each way, with hashes and times: `python -m ginnel_service.demo.web serve|get|put|browse`.

Runs as its own process inside a lab's host and knows nothing of the tunnel under it. `get` and `put` print
one line of JSON: octets, seconds and the SHA-256 of what arrived at the receiving end. `browse` goes on until
it is ended.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import http.client
import json
import random
import shutil
import socket
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

PORT = 8080
CHUNK = 256 * 1024
TIMEOUT_S = 60.0
#: What a person who reads the web fetches at once in octets, and then reads in seconds: from, to.
PAGE_OCTETS = (40_000, 1_500_000)
READING_S = (0.2, 1.8)
#: How long such a person waits for a server.
PATIENCE_S = 3.0


class Handler(BaseHTTPRequestHandler):
    """GET answers with the served file, PUT with the hash of what came."""

    served: Path
    timeout = TIMEOUT_S

    def do_GET(self) -> None:
        with self.served.open("rb") as file:
            self.send_response(200)
            self.send_header("Content-Length", str(self.served.stat().st_size))
            self.end_headers()
            shutil.copyfileobj(file, self.wfile, CHUNK)

    def do_PUT(self) -> None:
        octets, digest = hash_of(self.rfile, int(self.headers["Content-Length"]))
        body = json.dumps({"octets": octets, "sha256": digest}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Server(ThreadingHTTPServer):
    """Listens on both families."""

    address_family = socket.AF_INET6
    daemon_threads = True

    def server_bind(self) -> None:
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()


def hash_of(stream: BinaryIO | Any, length: int) -> tuple[int, str]:
    """How many of `length` octets came, and their SHA-256 in hex."""
    digest, got = hashlib.sha256(), 0
    while got < length and (data := stream.read(min(CHUNK, length - got))):
        digest.update(data)
        got += len(data)
    return got, digest.hexdigest()


def get(url: str) -> dict[str, Any]:
    """Download `url` and throw it away."""
    begun = time.perf_counter()
    connection, path = _connect(url)
    connection.request("GET", path)
    response = connection.getresponse()
    octets, digest = hash_of(response, int(response.headers["Content-Length"]))
    connection.close()
    return {"octets": octets, "seconds": time.perf_counter() - begun, "sha256": digest}


def put(url: str, source: Path) -> dict[str, Any]:
    """Upload `source`; the hash is the receiver's."""
    begun = time.perf_counter()
    connection, path = _connect(url)
    connection.blocksize = CHUNK
    with source.open("rb") as file:
        connection.request("PUT", path, body=file, headers={"Content-Length": str(source.stat().st_size)})
        answer: dict[str, Any] = json.loads(connection.getresponse().read())
    connection.close()
    return {**answer, "seconds": time.perf_counter() - begun}


def browse(url: str) -> None:
    """Fetch a part of `url` now and then, as a person does who reads. What fails is tried again later."""
    chance = random.Random()  # noqa: S311 - no secret
    while True:
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection, path = _connect(url, PATIENCE_S)
            with contextlib.closing(connection):
                connection.request("GET", path)
                connection.getresponse().read(chance.randint(*PAGE_OCTETS))
        time.sleep(chance.uniform(*READING_S))


def _connect(url: str, timeout_s: float = TIMEOUT_S) -> tuple[http.client.HTTPConnection, str]:
    parts = urlsplit(url)
    return http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=timeout_s), parts.path or "/"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("command", choices=("serve", "get", "put", "browse"))
    parser.add_argument("target", help="the file to serve, or a URL")
    parser.add_argument("source", nargs="?", type=Path, help="the file to put")
    arguments = parser.parse_args()
    match arguments.command:
        case "serve":
            Handler.served = Path(arguments.target)
            Server(("::", PORT), Handler).serve_forever()
        case "get":
            print(json.dumps(get(arguments.target)))
        case "put":
            print(json.dumps(put(arguments.target, arguments.source)))
        case "browse":
            browse(arguments.target)


if __name__ == "__main__":
    main()
