"""A server that the user named by its address, and that speaks OpenAI's protocol: one way there for all that ask one.

What is in the cells goes there, so no address is ever used without being asked for. The key, where one is needed, is
read from the environment, never from an argument, where other users of the machine could see it.
"""

from __future__ import annotations

import http.client
import json
import os
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from handful.errors import UserError
from handful.plain import one_line

__all__ = ["Refused", "Role", "Server", "Silent"]

BLOCK = 1 << 16
SHOWN = 200
"""Characters of what a server says for itself that are told."""
PORTS = {"http": 80, "https": 443}
AS_IT_IS = "%/?:@!$&'()*+,;="
"""Beside letters and digits, what RFC 3986 lets stand in a path with its query; "%" for what is quoted already."""


@dataclass(frozen=True, slots=True)
class Role:
    """What a server is asked for, and how much of it is waited for and read."""

    name: str
    """What it is called in messages: "writer"."""
    key: str
    """The environment variable that holds its key."""
    seconds: float
    """For one answer."""
    most_bytes: int
    """Of one answer."""
    usual: Mapping[int, str]
    """What to do where a server on one of these ports, each the usual one of a program, does not answer."""


class Refused(UserError):
    """An answer that is an error; `status` is HTTP's, and `said` are the server's own words, on one line."""

    def __init__(self, message: str, *, status: int, said: str, hint: str) -> None:
        super().__init__(message, hint=hint)
        self.status, self.said = status, said


class Silent(UserError):
    """Nobody answers at the address, or not to the end, or not in time."""


class Server:
    """The server at an http(s) address, with or without `/v1` at its end.

    The certificate of an https address is checked, redirects are not followed: what is sent goes where the user
    said, and nowhere else. Raises UserError where that is no address, or one with a password in it.
    """

    def __init__(self, url: str, role: Role) -> None:
        parts, port = _parts(url)
        if parts.scheme not in PORTS or not parts.hostname:
            raise UserError(
                f"{url!r} is not the address of {_a(role.name)}", hint="give http://HOST:PORT or https://HOST"
            )
        if parts.username or parts.password:
            raise UserError(
                f"the address of {_a(role.name)} holds a password", hint=f"give the key by {role.key}"
            )
        self._secure, self._host, self._port = parts.scheme == "https", parts.hostname, port
        self._path = parts.path.rstrip("/").removesuffix("/v1")
        self._role = role
        self.place = f"{parts.scheme}://{parts.netloc}{self._path}"
        """The address as it is told."""

    def ask(self, path: str, asked: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """The answer as the JSON object that it is, to a POST of `asked`, or to a GET without.

        Raises UserError where the answer is none, Silent where nobody answers, Refused where it is an error.
        """
        status, content = self._exchange(self._path + path, asked)
        try:
            found = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise UserError(
                f"what answers at {self.place} is no {self._role.name}", hint=self._hint()
            ) from error
        if status != http.HTTPStatus.OK or not isinstance(found, Mapping):
            raise self._refusal(status, _said(found))
        return found

    def fetch(self, url: str) -> bytes:
        """The content at another address of this server. Raises UserError where that is elsewhere or has none."""
        parts, port = _parts(url, self.place + "/")
        if (parts.hostname, port or PORTS.get(parts.scheme)) != (self._host, self._real_port()):
            raise UserError(
                f"the {self._role.name} at {self.place} sends to another server: {url[:SHOWN]!r}",
                hint="nothing is fetched from there; have it put what it makes into its answer",
            )
        path = parts.path or "/"
        status, content = self._exchange(f"{path}?{parts.query}" if parts.query else path, None)
        if status != http.HTTPStatus.OK:
            said = one_line(content[:SHOWN].decode(errors="replace"))
            raise UserError(
                f"the {self._role.name} at {self.place} does not hand out {url[:SHOWN]!r} ({status}): {said}",
                hint=self._hint(),
            )
        return content

    def _real_port(self) -> int:
        return self._port or PORTS["https" if self._secure else "http"]

    def _exchange(self, path: str, asked: Mapping[str, Any] | None) -> tuple[int, bytes]:
        headers = {"Content-Type": "application/json", **self._authorization()}
        path = quote(path, safe=AS_IT_IS, errors="replace")
        body = None if asked is None else json.dumps(asked)
        connection = self._connection()
        try:
            connection.request("GET" if asked is None else "POST", path, body, headers)
            answer = connection.getresponse()
            return answer.status, self._read(answer)
        except UserError:
            raise
        except (OSError, http.client.HTTPException) as error:
            raise Silent(
                f"no {self._role.name} answers at {self.place}: {error}", hint=self._hint()
            ) from error
        except ValueError as error:  # of a host's name, which has an encoding of its own
            raise UserError(
                f"{self.place!r} cannot be asked: {error}", hint="give http://HOST:PORT"
            ) from error
        finally:
            connection.close()

    def _authorization(self) -> dict[str, str]:
        """The header with the key; none without. Raises UserError, which does not tell it, where it cannot be sent."""
        key = os.environ.get(self._role.key, "")
        if not (key.isascii() and key.isprintable()):
            raise UserError(f"what {self._role.key} holds is no key: it cannot be sent")
        return {"Authorization": f"Bearer {key}"} if key else {}

    def _read(self, answer: http.client.HTTPResponse) -> bytes:
        """The whole answer. Raises UserError where it is too large, TimeoutError where it trickles."""
        content, until = bytearray(), time.monotonic() + self._role.seconds
        while block := answer.read1(BLOCK):
            content += block
            if len(content) > self._role.most_bytes:
                most = f"{self._role.most_bytes / 1e6:.0f} MB"
                raise UserError(
                    f"the {self._role.name} at {self.place} answers with more than {most}", hint=self._hint()
                )
            if time.monotonic() > until:
                raise TimeoutError("timed out")
        return bytes(content)

    def _connection(self) -> http.client.HTTPConnection:
        if self._secure:
            verified = ssl.create_default_context()
            return http.client.HTTPSConnection(
                self._host, self._port, timeout=self._role.seconds, context=verified
            )
        return http.client.HTTPConnection(self._host, self._port, timeout=self._role.seconds)

    def _refusal(self, status: int, said: str) -> Refused:
        message = f"the {self._role.name} at {self.place} refuses ({status}): {said[:SHOWN]}"
        return Refused(message, status=status, said=said, hint=self._hint())

    def _hint(self) -> str:
        return self._role.usual.get(self._real_port(), f"look at the address, the model and {self._role.key}")


def _parts(url: str, base: str = "") -> tuple[SplitResult, int | None]:
    """Of an address, which may be told from another one, and its port. Raises UserError where it is none."""
    try:
        parts = urlsplit(urljoin(base, url))
        return parts, parts.port
    except ValueError as error:
        raise UserError(
            f"{url[:SHOWN]!r} is not an address: {error}", hint="give http://HOST:PORT"
        ) from error


def _said(found: Any) -> str:
    """The message in an error of OpenAI's protocol, on one line; the whole answer where none stands where it should."""
    error = found.get("error", found) if isinstance(found, Mapping) else found
    message = error.get("message") if isinstance(error, Mapping) else error
    return one_line(message if message and isinstance(message, str) else json.dumps(found))


def _a(name: str) -> str:
    return f"an {name}" if name[0] in "aeiou" else f"a {name}"
