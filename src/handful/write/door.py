"""The way to the library's own server: a UNIX socket, or on Windows a port on loopback with a key."""

from __future__ import annotations

import http.client
import json
import socket
from urllib.parse import urlsplit

__all__ = ["Door"]

HOST = "localhost"
PATIENCE = 10.0
"""Seconds for cutting a text into tokens, which takes a thousandth of one."""


class Door:
    """The way to the library's own socket; used only to cut texts into tokens."""

    def __init__(self, address: str, key: str) -> None:
        self._address = address
        self._headers = {"Content-Type": "application/json"} | (
            {"Authorization": f"Bearer {key}"} if key else {}
        )

    def tokens(self, text: str, *, special: bool = False, start: bool = False) -> list[int]:
        """The text's tokens; `special`: `<|im_end|>` and its like are marks; `start`: with the model's own opening."""
        body = json.dumps({"content": text, "parse_special": special, "add_special": start})
        connection = self._connection()
        try:
            connection.request("POST", "/tokenize", body, self._headers)
            tokens: list[int] = json.loads(connection.getresponse().read())["tokens"]
            return tokens
        finally:
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        if self._address.startswith("unix://"):
            return _SocketConnection(self._address.removeprefix("unix://"))
        place = urlsplit(self._address)
        return http.client.HTTPConnection(place.hostname or HOST, place.port, timeout=PATIENCE)


class _SocketConnection(http.client.HTTPConnection):
    """HTTP over a UNIX socket."""

    def __init__(self, path: str) -> None:
        super().__init__(HOST, timeout=PATIENCE)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(PATIENCE)
        self.sock.connect(self._path)
