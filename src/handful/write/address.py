"""A language model at an address that the user gave: Ollama, or any server that speaks OpenAI's protocol.

A server knows no grammars: what it wrote is checked by the caller.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from handful.errors import UserError
from handful.server import Role, Server
from handful.write.writer import MOST_TOKENS, Completion, Message

__all__ = ["KEY", "AddressWriter"]

KEY = "HANDFUL_WRITER_KEY"
_WRITER = Role(
    name="writer",
    key=KEY,
    seconds=120.0,  # a large model on a slow machine loads first
    most_bytes=4_000_000,
    usual={11434: "is it running? ollama serve"},
)
_NO_WORD = (
    0.5  # the confidence where a server gives no log-probabilities: the held-out rows say what it is worth
)


class AddressWriter:
    """The model of that name at an http(s) address; "" takes the first that the server has.

    Raises UserError where nobody answers, or answers with an error.
    """

    def __init__(self, url: str, model: str = "") -> None:
        self._server = Server(url, _WRITER)
        self._model = model or self._first_model()
        self.name = self._model
        self.identity = f"{self._server.place}#{self._model}"

    def complete(
        self, prompt: str, *, grammar: str = "", at_most: int = 64, stop: Sequence[str] = ("\n",)
    ) -> Completion:
        """The text that follows the prompt; the grammar is left to the caller to check."""
        asked = {"prompt": prompt, "stop": list(stop), "logprobs": 1} | self._always(at_most)
        return _completion(self._server.ask("/v1/completions", asked))

    def chat(self, messages: Sequence[Message], *, grammar: str = "", at_most: int = 256) -> Completion:
        """The assistant's next turn, in the form that the server gives to a talk."""
        turns = [{"role": message.role, "content": message.text} for message in messages]
        asked = {"messages": turns, "logprobs": True} | self._always(at_most)
        return _completion(self._server.ask("/v1/chat/completions", asked))

    def close(self) -> None:
        """Nothing is held between two answers."""

    def _always(self, at_most: int) -> dict[str, Any]:
        return {"model": self._model, "max_tokens": min(at_most, MOST_TOKENS), "temperature": 0, "seed": 0}

    def _first_model(self) -> str:
        found = self._server.ask("/v1/models").get("data")
        found = found if isinstance(found, list) else []
        names = [str(each.get("id", "")) for each in found if isinstance(each, Mapping)]
        if not names:
            raise UserError(f"the server at {self._server.place} has no model", hint="give ADDRESS#MODEL")
        return names[0]


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
