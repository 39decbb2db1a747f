"""A language model at an address that the user gave: Ollama, or any server that speaks OpenAI's protocol.

The cells go to that address, so it is never used without being asked for. A server knows no grammars: what it wrote
is checked by the caller. The key, where one is needed, is read from the environment, never from an argument, where
other users of the machine could see it.
"""

from __future__ import annotations

import http.client
import json
import math
import os
import ssl
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import SplitResult, urlsplit

from handful.errors import UserError
from handful.write.writer import MOST_TOKENS, Completion, Message

__all__ = ["KEY", "AddressWriter"]

KEY = "HANDFUL_WRITER_KEY"
_SECONDS = 120.0  # for one answer: a large model on a slow machine loads first
_MOST_BYTES = 4_000_000  # of one answer
_OLLAMA = 11434  # its port
_NO_WORD = (
    0.5  # the confidence where a server gives no log-probabilities: the held-out rows say what it is worth
)


class AddressWriter:
    """The model of that name at an http(s) address; "" takes the first that the server has.

    The certificate of an https address is checked, redirects are not followed: what is in the cells goes where
    the user said, and nowhere else. Raises UserError where nobody answers, or answers with an error.
    """

    def __init__(self, url: str, model: str = "") -> None:
        parts, port = _parts(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UserError(
                f"{url!r} is not the address of a writer", hint="give http://HOST:PORT or https://HOST"
            )
        if parts.username or parts.password:
            raise UserError("the address of a writer holds a password", hint=f"give the key by {KEY}")
        self._secure, self._host, self._port = parts.scheme == "https", parts.hostname, port
        self._path = parts.path.rstrip("/").removesuffix("/v1")
        self._place = f"{parts.scheme}://{parts.netloc}{self._path}"
        self._model = model or self._first_model()
        self.name = self._model
        self.identity = f"{self._place}#{self._model}"

    def complete(
        self, prompt: str, *, grammar: str = "", at_most: int = 64, stop: Sequence[str] = ("\n",)
    ) -> Completion:
        """The text that follows the prompt; the grammar is left to the caller to check."""
        asked = {"prompt": prompt, "stop": list(stop), "logprobs": 1} | self._always(at_most)
        return _completion(self._ask("/v1/completions", asked))

    def chat(self, messages: Sequence[Message], *, grammar: str = "", at_most: int = 256) -> Completion:
        """The assistant's next turn, in the form that the server gives to a talk."""
        turns = [{"role": message.role, "content": message.text} for message in messages]
        asked = {"messages": turns, "logprobs": True} | self._always(at_most)
        return _completion(self._ask("/v1/chat/completions", asked))

    def close(self) -> None:
        """Nothing is held between two answers."""

    def _always(self, at_most: int) -> dict[str, Any]:
        return {"model": self._model, "max_tokens": min(at_most, MOST_TOKENS), "temperature": 0, "seed": 0}

    def _first_model(self) -> str:
        found = self._ask("/v1/models").get("data")
        found = found if isinstance(found, list) else []
        names = [str(each.get("id", "")) for each in found if isinstance(each, Mapping)]
        if not names:
            raise UserError(f"the server at {self._place} has no model", hint="give ADDRESS#MODEL")
        return names[0]

    def _ask(self, path: str, asked: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """The server's answer, as the JSON object that it is."""
        try:
            status, content = self._exchange(path, asked)
            found = json.loads(content)
        except (OSError, http.client.HTTPException) as error:
            raise UserError(f"no writer answers at {self._place}: {error}", hint=_hint(self._port)) from error
        except (ValueError, RecursionError) as error:
            raise UserError(f"what answers at {self._place} is no writer", hint=_hint(self._port)) from error
        if status != http.HTTPStatus.OK or not isinstance(found, Mapping):
            said = json.dumps(found)[:200]
            raise UserError(f"the writer at {self._place} refuses ({status}): {said}", hint=_hint(self._port))
        return found

    def _exchange(self, path: str, asked: Mapping[str, Any] | None) -> tuple[int, bytes]:
        connection = self._connection()
        headers = {"Content-Type": "application/json"}
        if key := os.environ.get(KEY, ""):
            headers["Authorization"] = f"Bearer {key}"
        try:
            body = None if asked is None else json.dumps(asked)
            connection.request("GET" if asked is None else "POST", self._path + path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read(_MOST_BYTES)
        finally:
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        if self._secure:
            verified = ssl.create_default_context()
            return http.client.HTTPSConnection(self._host, self._port, timeout=_SECONDS, context=verified)
        return http.client.HTTPConnection(self._host, self._port, timeout=_SECONDS)


def _parts(url: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(url)
        return parts, parts.port
    except ValueError as error:
        raise UserError(f"{url!r} is not an address: {error}", hint="give http://HOST:PORT") from error


def _completion(answer: Mapping[str, Any]) -> Completion:
    """What was written. Raises UserError where the answer is not of the protocol's form."""
    try:
        choice = answer["choices"][0]
        text = choice["message"]["content"] if "message" in choice else choice["text"]
        sureness = _sureness(choice.get("logprobs"))
        whole = choice.get("finish_reason") == "stop"
        tokens = int((answer.get("usage") or {}).get("completion_tokens", 0))
        return Completion(str(text or ""), sureness if whole else 0.0, tokens)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise UserError("the writer's answer is not of the form that OpenAI's protocol says") from error


def _sureness(logprobs: Any) -> float:
    """The probability of the least likely token, in any of the two forms in use; _NO_WORD where there is none."""
    if not logprobs:
        return _NO_WORD
    found = (
        [token["logprob"] for token in logprobs.get("content") or ()] or logprobs.get("token_logprobs") or []
    )
    known = [float(each) for each in found if each is not None and not math.isnan(each)]
    return math.exp(min(0.0, *known)) if known else _NO_WORD


def _hint(port: int | None) -> str:
    return "is it running? ollama serve" if port == _OLLAMA else f"look at the address, the model and {KEY}"
