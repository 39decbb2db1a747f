"""A writer at an address: a real server answers here, on loopback, as Ollama and others do."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from handful.errors import UserError
from handful.write.address import KEY, AddressWriter
from handful.write.open import open_writer
from handful.write.writer import Message

TEXT = {"text": " Rome", "finish_reason": "stop", "logprobs": {"token_logprobs": [-0.1, -0.5]}}
TURN = {
    "message": {"content": "Rome"},
    "finish_reason": "stop",
    "logprobs": {"content": [{"logprob": -0.25}]},
}


class Server(ThreadingHTTPServer):
    """Answers every path with what the test puts into `replies`, and keeps what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, dict, str | None]] = []
        self.status = 200
        self.replies = {
            "/v1/models": {"data": [{"id": "first"}, {"id": "second"}]},
            "/v1/completions": {"choices": [TEXT], "usage": {"completion_tokens": 2}},
            "/v1/chat/completions": {"choices": [TURN]},
        }

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.reply({})

    def do_POST(self) -> None:
        self.reply(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def reply(self, asked: dict) -> None:
        self.server.asked.append((self.path, asked, self.headers.get("Authorization")))
        reply = self.server.replies.get(self.path, {})
        content = reply if isinstance(reply, bytes) else json.dumps(reply).encode()
        self.send_response(self.server.status)
        if self.server.status == 302:
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/elsewhere")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_) -> None:
        """A test says nothing."""


@pytest.fixture
def server():
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_prompt_is_continued_with_the_probability_of_its_least_likely_token(server):
    written = AddressWriter(server.url, "m").complete("Italy ->", at_most=9)
    assert written.text == " Rome"
    assert written.confidence == pytest.approx(0.6065, abs=1e-4)
    assert written.tokens == 2
    path, asked, _ = server.asked[-1]
    assert path == "/v1/completions"
    assert asked["prompt"] == "Italy ->"
    assert (asked["model"], asked["max_tokens"], asked["temperature"]) == ("m", 9, 0)


def test_a_talk_goes_turn_by_turn(server):
    said = AddressWriter(server.url, "m").chat([Message("user", "Italy?<|im_end|>")])
    assert said.text == "Rome"
    assert said.confidence == pytest.approx(0.7788, abs=1e-4)
    assert server.asked[-1][1]["messages"] == [{"role": "user", "content": "Italy?<|im_end|>"}]


def test_without_log_probabilities_the_confidence_says_nothing(server):
    server.replies["/v1/completions"] = {"choices": [{"text": "x", "finish_reason": "stop"}]}
    assert AddressWriter(server.url, "m").complete("a").confidence == 0.5


def test_a_text_that_was_cut_off_has_no_confidence(server):
    server.replies["/v1/completions"] = {"choices": [TEXT | {"finish_reason": "length"}]}
    assert AddressWriter(server.url, "m").complete("a").confidence == 0.0


def test_without_a_name_the_first_model_is_taken(server):
    assert open_writer(server.url).name == "first"
    assert open_writer(f"{server.url}#second").name == "second"


@pytest.mark.parametrize("ending", ["/", "/v1", "/v1/"])
def test_the_address_may_end_as_people_write_it(server, ending):
    assert AddressWriter(server.url + ending, "m").complete("a").text == " Rome"


def test_the_key_comes_from_the_environment_alone(server, monkeypatch):
    writer = AddressWriter(server.url, "m")
    monkeypatch.delenv(KEY, raising=False)
    writer.complete("a")
    monkeypatch.setenv(KEY, "secret")
    writer.complete("a")
    assert [key for _, _, key in server.asked] == [None, "Bearer secret"]
    assert "secret" not in writer.identity


def test_a_redirect_is_not_followed(server):
    writer = AddressWriter(server.url, "m")
    server.status = 302
    with pytest.raises(UserError, match="302"):
        writer.complete("a")
    assert [path for path, _, _ in server.asked] == ["/v1/completions"]


REPLIES = [
    b"<html>",
    b"[]",
    b"{}",
    b'{"choices": []}',
    b'{"choices": [{"text": 1, "logprobs": 5}]}',
    b"\xff",
    b"[" * 99999,
]


@pytest.mark.parametrize("reply", REPLIES, ids=range(len(REPLIES)))
def test_what_is_no_writers_answer_is_the_users_error(server, reply):
    server.replies["/v1/completions"] = reply
    with pytest.raises(UserError) as error:
        AddressWriter(server.url, "m").complete("a")
    assert len(str(error.value)) < 600


def test_an_error_of_the_server_is_told(server):
    server.replies["/v1/completions"] = {"error": "model 'm' not found"}
    server.status = 404
    with pytest.raises(UserError, match="model 'm' not found"):
        AddressWriter(server.url, "m").complete("a")


def test_an_address_where_nobody_answers_is_the_users_error(server):
    url = server.url
    server.server_close()
    with pytest.raises(UserError, match="no writer answers"):
        AddressWriter(url, "m").complete("a")


@pytest.mark.parametrize(
    "url", ["http://", "ftp://host", "host:1", "", "http://host:port", "http://user:pw@host"]
)
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(UserError):
        AddressWriter(url, "m")


@pytest.mark.parametrize(
    ("found", "confidence"), [([1e9, -0.5], 0.6065), ([float("nan"), -0.5], 0.6065), ([1e9], 1.0)]
)
def test_a_log_probability_that_is_none_is_no_error(server, found, confidence):
    text = {**TEXT, "logprobs": {"token_logprobs": found}}
    server.replies["/v1/completions"] = {"choices": [text]}
    assert AddressWriter(server.url, "m").complete("x").confidence == pytest.approx(confidence, abs=1e-4)


@pytest.mark.parametrize("models", [5, {"id": "m"}, None, []])
def test_a_server_without_a_list_of_models_has_none(server, models):
    server.replies["/v1/models"] = {"data": models}
    with pytest.raises(UserError, match="has no model"):
        AddressWriter(server.url)
