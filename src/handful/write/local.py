"""A language model on this machine: a GGUF file, run by `xllamacpp`, reachable by this process alone.

The library always listens somewhere. Here it is a UNIX socket in a folder that only this user can enter, and no
network port; on Windows, which has no such socket, a port that the system picks on loopback, with a key that
lives as long as the process. Both end with `close()`, at the latest when Python ends.
"""

from __future__ import annotations

import math
import os
import secrets
import shutil
import sys
import tempfile
import time
import weakref
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from handful.errors import UserError
from handful.weights.manifest import file_hash, stated_hash
from handful.weights.place import needed_module
from handful.write.cores import free_threads
from handful.write.door import Door
from handful.write.writer import MOST_TOKENS, Completion, Message

__all__ = ["LocalWriter"]

_LONGEST_SOCKET = 100  # bytes of a UNIX socket's path; the systems take 104 to 108
_BATCH = 256  # tokens read at once: no slower than the library's 512, and takes less memory
_SECONDS = 60.0  # for one completion, whatever the machine: reading 4,000 tokens takes 20 s on one core
_ROOM = 1.2  # memory a model needs, as a share of its file: the weights, and what reading a prompt takes


class LocalWriter:
    """A GGUF file as a writer: loads in under a second, needs 250 to 350 MB for 135 million weights.

    The file's own chat template is never run: a template is a program of whoever made the file. Prompts and
    messages go in as tokens, with `<|im_end|>` and its like inside a text left as text: a cell cannot end a turn.
    """

    def __init__(self, path: Path, *, threads: int | None = None, context: int = 4096) -> None:
        self.path = _checked(Path(path))
        self.name = self.path.stem
        self.context = context
        library = needed_module("writer")
        folder = _private_folder()
        key = "" if _has_sockets() else secrets.token_urlsafe(32)
        settings = _settings(library, self.path, folder, key, threads or free_threads(), context)
        try:
            server = library.Server(settings)
        except RuntimeError as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise _unusable(
                self.path, "it is damaged, cut off, or of a kind the library does not know"
            ) from error
        self._door = Door(server.listening_address, key)
        self._held = [server]
        self._finish = weakref.finalize(self, _shut, self._held, folder)
        self.complete(" ", at_most=1)  # the library waits for ever where it is ended before it has begun

    @cached_property
    def identity(self) -> str:
        """The SHA-256 of the weights: as `handful get` noted it, else counted now, a gigabyte in a second."""
        return stated_hash(self.path) or file_hash(self.path)

    def complete(
        self, prompt: str, *, grammar: str = "", at_most: int = 64, stop: Sequence[str] = ("\n",)
    ) -> Completion:
        """The text that follows the prompt. Raises `UserError` where the prompt is longer than the context."""
        return self._write(self._tokens(prompt, start=True), grammar, at_most, stop)

    def chat(self, messages: Sequence[Message], *, grammar: str = "", at_most: int = 256) -> Completion:
        """The assistant's next turn, in the ChatML form; any turn's text stays text."""
        tokens: list[int] = []
        for message in messages:
            tokens += self._tokens(f"<|im_start|>{message.role}\n", special=True, start=not tokens)
            tokens += self._tokens(message.text)
            tokens += self._tokens("<|im_end|>\n", special=True)
        tokens += self._tokens("<|im_start|>assistant\n", special=True)
        return self._write(tokens, grammar, at_most, ("<|im_end|>",))

    def close(self) -> None:
        """Ends the library's server and removes its socket."""
        self._finish()

    def _tokens(self, text: str, *, special: bool = False, start: bool = False) -> list[int]:
        if not self._held:
            raise RuntimeError("the writer is closed")
        return self._door.tokens(text, special=special, start=start)

    def _write(self, prompt: list[int], grammar: str, at_most: int, stop: Sequence[str]) -> Completion:
        heard = _Heard(time.monotonic() + _SECONDS)
        asked = {
            "prompt": prompt,
            "n_predict": min(at_most, MOST_TOKENS),
            "temperature": 0,
            "n_probs": 1,
            "stop": list(stop),
            "cache_prompt": True,
            "stream": True,
        }
        self._held[0].handle_completions(asked | ({"grammar": grammar} if grammar else {}), heard)
        return heard.completion()


class _Heard:
    """Collects what the library writes, token by token, and stops it where its time is over."""

    def __init__(self, until: float) -> None:
        self._until = until
        self._texts: list[str] = []
        self._surenesses: list[float] = []
        self._end = ""
        self._error: dict[str, Any] | None = None

    def __call__(self, part: dict[str, Any]) -> bool:
        """Takes one part; true ends the writing."""
        if "error" in part:
            self._error = part["error"]
            return True
        choice = part["choices"][0]
        self._texts.append(choice["text"])
        self._surenesses += [token["logprob"] for token in (choice.get("logprobs") or {}).get("content", ())]
        self._end = choice.get("finish_reason") or self._end
        return time.monotonic() > self._until

    def completion(self) -> Completion:
        if self._error is not None:
            raise _refusal(self._error)
        whole = self._end == "stop"
        sureness = math.exp(min(self._surenesses, default=-math.inf)) if whole else 0.0
        return Completion("".join(self._texts), min(1.0, sureness), len(self._surenesses))


def _settings(library: Any, path: Path, folder: Path, key: str, threads: int, context: int) -> Any:
    settings = library.CommonParams()
    settings.model.path = str(path)
    settings.n_ctx = context
    settings.n_parallel = 1
    settings.cpuparams.n_threads = threads
    settings.n_gpu_layers = 0  # the same answers on every machine
    settings.n_batch = settings.n_ubatch = _BATCH
    settings.cache_ram_mib = (
        0  # the current prompt is kept in any case; the library would keep 8 GiB of others
    )
    settings.fit_params = False
    settings.warmup = False
    settings.verbosity = -1  # no word on the terminal
    settings.use_jinja = False
    settings.chat_template = "chatml"  # in place of the file's own, which then is never read
    settings.ui = False
    settings.endpoint_slots = False
    if _has_sockets():
        settings.hostnames = [str(folder / "writer.sock")]
    else:
        settings.hostnames = ["127.0.0.1"]
        settings.port = 0
        settings.api_keys = [key]
    return settings


def _has_sockets() -> bool:
    return sys.platform != "win32"


def _private_folder() -> Path:
    """A new folder that only this user can enter, with a path short enough for a socket."""
    folder = Path(tempfile.mkdtemp(prefix="handful-"))
    if len(os.fsencode(folder)) < _LONGEST_SOCKET - len("/writer.sock") or not _has_sockets():
        return folder
    folder.rmdir()
    return Path(tempfile.mkdtemp(prefix="handful-", dir="/tmp"))


def _shut(held: list[Any], folder: Path) -> None:
    held.clear()  # the library's server ends with its last reference
    shutil.rmtree(folder, ignore_errors=True)


def _checked(path: Path) -> Path:
    """The path, if a GGUF file lies there that fits into this machine's memory."""
    try:
        with path.open("rb") as file:
            begins = file.read(4)
        size = path.stat().st_size
    except OSError as error:
        raise _unusable(path, f"it cannot be read: {error.strerror}") from error
    if begins != b"GGUF":
        raise _unusable(path, "it does not begin as a GGUF file does")
    free = _free_memory()
    if free is not None and size * _ROOM > free:
        raise _unusable(
            path, f"it needs {size * _ROOM / 1e9:.1f} GB of memory, and {free / 1e9:.1f} GB are free"
        )
    return path


def _free_memory() -> int | None:
    """Bytes of memory that programs can still have; None where the system does not say."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    found = [line.split()[1] for line in lines if line.startswith("MemAvailable:")]
    return int(found[0]) * 1024 if found else None


def _unusable(path: Path, why: str) -> UserError:
    return UserError(
        f"{str(path)!r} cannot be used as a writer: {why}.",
        hint="give a language model as a GGUF file, or fetch the default one: handful get writer",
    )


def _refusal(error: dict[str, Any]) -> Exception:
    """The library's refusal: a prompt too long is the user's, a grammar that does not parse is ours."""
    if error.get("type") == "exceed_context_size_error":
        return UserError(
            f"the text has {error.get('n_prompt_tokens')} tokens, and the writer reads {error.get('n_ctx')} at once.",
            hint="shorten the longest cells",
        )
    return ValueError(str(error.get("message", error)))
