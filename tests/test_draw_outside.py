"""Artists that the user names: at an address, where a real server answers on loopback, and in a folder."""

from __future__ import annotations

import base64
import io
import json
import shutil
import socket
import sys
import threading
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from handful.cli.main import run
from handful.draw import address
from handful.draw.address import KEY, AddressArtist
from handful.draw.artist import PIXELS, Artist, Example
from handful.draw.open import open_artist
from handful.draw.pipeline import PipelineArtist
from handful.draw.prompt import MOST_WORDS
from handful.errors import MissingError, UserError
from handful.weights.registry import WEIGHTS

PATH = "/v1/images/generations"
HANG_UP = "the server hangs up"
RED = np.zeros((3, 2, 4), np.uint8)
RED[1:] = 255, 0, 0, 128


def png(pixels: np.ndarray = RED) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def told(content: bytes) -> dict:
    return {"data": [{"b64_json": base64.b64encode(content).decode()}]}


class Server(ThreadingHTTPServer):
    """Answers each path with what the test puts into `replies`, and keeps what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, dict, str | None]] = []
        self.status = 200
        self.refused: set[str] = set()
        """Names in a request, and texts to draw, that are answered with `refusal`."""
        self.refusal = 400
        self.elsewhere = ""
        self.pause = 0.0
        """Seconds between two bytes of an answer."""
        self.replies: dict[str, dict | bytes] = {PATH: told(png())}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_) -> None:
        """Whoever asks may hang up."""


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.reply({})

    def do_POST(self) -> None:
        self.reply(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def reply(self, asked: dict) -> None:
        self.server.asked.append((self.path, asked, self.headers.get("Authorization")))
        if asked.get("prompt") == HANG_UP:
            self.connection.close()
            return
        reply = self.server.replies.get(asked.get("prompt", ""), self.server.replies.get(self.path, {}))
        content = reply if isinstance(reply, bytes) else json.dumps(reply).encode()
        refused = self.server.refused & {*asked, asked.get("prompt", ""), self.path}
        self.send_response(self.server.refusal if refused else self.server.status)
        if self.server.elsewhere:
            self.send_header("Location", self.server.elsewhere)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if not self.server.pause:
            self.wfile.write(content)
        for byte in content if self.server.pause else b"":
            time.sleep(self.server.pause)
            self.wfile.write(bytes([byte]))

    def log_message(self, *_) -> None:
        """A test says nothing."""


def serving():
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


server = pytest.fixture(serving)
other = pytest.fixture(serving)


def test_the_words_are_sent_as_they_are_and_what_comes_back_keeps_its_alpha(server):
    (drawn,) = open_artist(f"{server.url}#m").draw(["a red kettle"])
    assert np.array_equal(drawn.picture[1:], RED[1:])
    assert not drawn.picture[0, :, 3].any()
    assert drawn.sure == 1
    assert np.isnan(drawn.distance)
    form = {"n": 1, "size": "512x512", "response_format": "b64_json"}
    assert server.asked == [(PATH, {"prompt": "a red kettle", "model": "m", **form}, None)]


def test_examples_are_not_sent(server):
    AddressArtist(server.url).draw(["a cup"], [Example("secret", np.zeros((PIXELS, PIXELS, 4), np.uint8))])
    assert "secret" not in json.dumps(server.asked)


def test_drawings_come_in_order_and_say_how_far_they_are(server):
    done: list[float] = []
    drawn = AddressArtist(server.url).draw(["one", "two"], progress=done.append)
    assert (len(drawn), done) == (2, [0.5, 1.0])
    assert [asked["prompt"] for _, asked, _ in server.asked] == ["one", "two"]


def test_seeds_are_sent_where_they_were_given(server):
    artist = AddressArtist(server.url)
    artist.draw(["one"])
    artist.draw(["one", "two"], seeds=[7, 8])
    assert [asked.get("seed") for _, asked, _ in server.asked] == [None, 7, 8]


def test_seeds_that_are_too_few_are_not_taken_for_none(server):
    for artist in (AddressArtist(server.url), object.__new__(PipelineArtist)):
        with pytest.raises(ValueError, match="argument 2 is shorter"):
            artist.draw(["one"], seeds=[])
    assert not server.asked


@pytest.mark.parametrize("ending", ["/", "/v1", "/v1/"])
def test_the_address_may_end_as_people_write_it(server, ending):
    assert AddressArtist(server.url + ending).draw(["a"])[0].picture.shape == RED.shape


def test_the_key_comes_from_the_environment_alone(server, monkeypatch):
    artist = AddressArtist(server.url)
    monkeypatch.delenv(KEY, raising=False)
    artist.draw(["a"])
    monkeypatch.setenv(KEY, "secret")
    artist.draw(["a"])
    assert [key for _, _, key in server.asked] == [None, "Bearer secret"]
    assert "secret" not in artist.identity


@pytest.mark.parametrize("key", ["secret\nX: y", "secr\u20act"])
def test_a_key_that_cannot_be_sent_is_not_told(server, monkeypatch, key):
    monkeypatch.setenv(KEY, key)
    with pytest.raises(UserError, match=KEY) as error:
        AddressArtist(server.url).draw(["a"])
    assert "secr" not in str(error.value)
    assert not server.asked


def test_nobody_is_asked_before_there_is_something_to_draw(server):
    open_artist(f"{server.url}#m").close()
    for words in ("", " \n", "x" * (MOST_WORDS + 1)):
        with pytest.raises(UserError):
            AddressArtist(server.url).draw(["a red kettle", words])
    assert not server.asked


def test_without_an_address_no_network_is_used(monkeypatch, tmp_path):
    def refuse(*_):
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    with pytest.raises(MissingError, match="not installed"):
        open_artist()
    with pytest.raises(UserError, match="is no artist"):
        open_artist(str(tmp_path))


def test_damaged_weights_that_are_on_no_index_come_with_the_way_to_make_them(monkeypatch, tmp_path, capfd):
    monkeypatch.setenv("HANDFUL_DATA", str(tmp_path))
    folder = tmp_path / "weights" / "artist" / WEIGHTS["artist"].version
    folder.mkdir(parents=True)
    (folder / "draw.onnx").write_bytes(b"")
    assert run(["get", "--list"]) == 0
    told = capfd.readouterr().err
    assert WEIGHTS["artist"].by_hand in told
    assert "; handful get artist\n" not in told


def test_a_redirect_is_not_followed(server, other):
    server.status, server.elsewhere = 302, other.url + PATH
    with pytest.raises(UserError, match="302"):
        AddressArtist(server.url).draw(["a"])
    assert [path for path, *_ in server.asked] == [PATH]
    assert not other.asked


@pytest.mark.parametrize("place", ["{}/made/1.png", "/made/1.png"])
def test_a_picture_at_an_address_is_fetched_from_the_same_server(server, place):
    server.replies = {PATH: {"data": [{"url": place.format(server.url)}]}, "/made/1.png": png()}
    assert AddressArtist(server.url).draw(["a"])[0].picture.shape == RED.shape


def test_a_picture_is_not_fetched_from_another_server(server, other):
    server.replies[PATH] = {"data": [{"url": f"{other.url}/made/1.png"}]}
    with pytest.raises(UserError, match="another server"):
        AddressArtist(server.url).draw(["a"])
    assert not other.asked


@pytest.mark.parametrize("status", [400, 422])
@pytest.mark.parametrize("name", ["response_format", "seed"])
def test_a_model_that_is_not_told_a_form_or_a_seed_draws_in_its_own(server, name, status):
    server.refused, server.refusal = {name}, status
    assert AddressArtist(server.url, "m").draw(["a"], seeds=[7])[0].picture.shape == RED.shape
    assert server.asked[-1][1] == {"prompt": "a", "model": "m"}


@pytest.mark.parametrize("status", [400, 422])
@pytest.mark.parametrize("words", [["bad", "one", "two"], ["one", "bad", "two"], ["bad"]])
def test_a_text_that_the_server_refuses_is_a_clear_picture_with_that_doubt(server, words, status):
    server.refused, server.refusal = {"bad"}, status
    server.replies["bad"] = {"error": {"message": "not allowed\x1b[2J\n" + "x" * 500}}
    drawn = dict(zip(words, AddressArtist(server.url).draw(words), strict=True))
    refused = drawn.pop("bad")
    assert refused.picture.shape == (PIXELS, PIXELS, 4)
    assert not refused.picture.any()
    assert (refused.sure, refused.doubt[:38]) == (0, "the artist refused: not allowed[2J xxx")
    assert len(refused.doubt) == address.LONGEST
    assert all(each.picture.shape == RED.shape and not each.doubt for each in drawn.values())


def test_what_is_drawn_is_kept_where_the_connection_breaks_and_nobody_is_asked_again(server):
    done: list[float] = []
    one, *rest = AddressArtist(server.url).draw(["one", HANG_UP, "two", "three"], progress=done.append)
    assert one.picture.shape == RED.shape
    assert [each.sure for each in rest] == [0, 0, 0]
    assert all("no artist answers" in each.doubt and not each.picture.any() for each in rest)
    assert [asked["prompt"] for _, asked, _ in server.asked] == ["one", HANG_UP]
    assert done == [0.25, 1.0]


def test_an_answer_without_a_picture_leaves_the_other_rows_theirs(server):
    server.replies["bad"] = {"data": []}
    one, bad, two = AddressArtist(server.url).draw(["one", "bad", "two"])
    assert (one.doubt, two.doubt) == ("", "")
    assert "without a picture" in bad.doubt


@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_an_error_that_is_not_of_the_text_is_told_at_once_where_nothing_is_drawn(server, status):
    server.refused, server.refusal = {"bad"}, 400
    server.status = status
    with pytest.raises(UserError, match=str(status)):
        AddressArtist(server.url).draw(["bad", "one", "two"])
    assert [asked["prompt"] for _, asked, _ in server.asked] == ["bad", "bad", "one"]


def test_a_key_that_is_refused_later_keeps_what_was_drawn(server):
    server.refused, server.refusal = {"bad"}, 401
    drawn = AddressArtist(server.url).draw(["one", "bad", "two"])
    assert [each.sure for each in drawn] == [1, 0, 0]
    assert [asked["prompt"] for _, asked, _ in server.asked] == ["one", "bad"]


def test_a_path_in_any_writing_is_quoted_once(server):
    server.replies = {
        f"/k%C3%BCche/a%20b{PATH}": {"data": [{"url": "/g\u00e9 %20.png?s=\u00fc&t=1"}]},
        "/g%C3%A9%20%20.png?s=%C3%BC&t=1": png(),
    }
    assert AddressArtist(f"{server.url}/k\u00fcche/a%20b").draw(["a"])[0].picture.shape == RED.shape


def test_a_host_that_cannot_be_asked_is_not_told_as_a_key():
    with pytest.raises(UserError, match="cannot be asked") as error:
        AddressArtist("http://" + "\u00fc" * 80).draw(["a"])
    assert KEY not in str(error.value)


@pytest.mark.parametrize("url", [None, "", 5, ["/made/1.png"]])
def test_a_picture_without_an_address_is_not_fetched(server, url):
    server.replies[PATH] = {"data": [{"b64_json": None, "url": url}]}
    with pytest.raises(UserError, match="answers without a picture"):
        AddressArtist(server.url).draw(["a"])
    assert [path for path, *_ in server.asked] == [PATH]


def test_a_made_picture_that_is_not_there_leaves_the_other_rows_theirs(server):
    server.replies["bad"] = {"data": [{"url": "/gone"}]}
    server.refused, server.refusal = {"/gone"}, 404
    one, bad, two = AddressArtist(server.url).draw(["one", "bad", "two"])
    assert (one.doubt, two.doubt) == ("", "")
    assert "/gone" in bad.doubt


WRONG = [
    b"<html>",
    b"[]",
    b"{}",
    b'{"data": []}',
    b'{"data": 5}',
    b'{"data": [5]}',
    b'{"data": [{}]}',
    b'{"data": [{"b64_json": 5}]}',
    b'{"data": [{"b64_json": "%%%"}]}',
    b'{"data": [{"url": "http://[::1/x"}]}',
    b'{"data": [{"url": "/a b\\n"}]}',
    json.dumps(told(b"GIF89a")).encode(),
    json.dumps(told(png()[:40])).encode(),
    json.dumps(told(b"<svg/>")).encode(),
    b"\xff",
    b"[" * 99999,
]


@pytest.mark.parametrize("reply", WRONG, ids=range(len(WRONG)))
def test_what_is_no_artists_answer_is_the_users_error(server, reply):
    server.replies[PATH] = reply
    with pytest.raises(UserError) as error:
        AddressArtist(server.url).draw(["a"])
    assert len(str(error.value)) < 600


def test_an_answer_that_is_too_large_is_not_read_to_its_end(server, monkeypatch):
    monkeypatch.setattr(address, "_ARTIST", replace(address._ARTIST, most_bytes=1000))
    server.replies[PATH] = told(bytes(800))
    with pytest.raises(UserError, match="more than"):
        AddressArtist(server.url).draw(["a"])


def test_a_picture_of_too_many_pixels_is_refused_by_its_header(server):
    file = io.BytesIO()
    Image.new("1", (8_000, 8_000)).save(file, "PNG")
    server.replies[PATH] = told(file.getvalue())
    with pytest.raises(UserError, match="million pixels"):
        AddressArtist(server.url).draw(["a"])


def test_a_server_that_trickles_is_not_waited_for(server, monkeypatch):
    monkeypatch.setattr(address, "_ARTIST", replace(address._ARTIST, seconds=0.2))
    server.pause = 0.05
    with pytest.raises(UserError, match="timed out"):
        AddressArtist(server.url).draw(["a"])


def test_an_error_of_the_server_is_told(server):
    server.replies[PATH] = {"error": "model 'm' not found"}
    server.status = 404
    with pytest.raises(UserError, match="model 'm' not found"):
        AddressArtist(server.url, "m").draw(["a"])


def test_an_address_where_nobody_answers_is_the_users_error(server):
    server.server_close()
    with pytest.raises(UserError, match="no artist answers") as error:
        AddressArtist(server.url).draw(["a"])
    assert KEY in error.value.hint


@pytest.mark.parametrize(
    "url", ["http://", "ftp://host", "host:1", "", "http://host:port", "http://user:pw@host"]
)
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(UserError):
        AddressArtist(url)


def test_a_password_in_an_address_is_refused_and_not_told(server):
    with pytest.raises(UserError, match="password") as error:
        open_artist(server.url.replace("//", "//me:secret@"))
    assert "secret" not in str(error.value)
    assert KEY in error.value.hint


def test_a_pipeline_without_its_library_comes_with_the_command_that_installs_it(tmp_path, monkeypatch):
    (tmp_path / "model_index.json").write_text("{}")
    monkeypatch.setitem(sys.modules, "diffusers", None)
    with pytest.raises(MissingError, match="diffusers") as error:
        open_artist(str(tmp_path))
    assert error.value.hint == "pip install diffusers torch"


@pytest.fixture(scope="module")
def pipelines(tmp_path_factory):
    """A folder of tiny ones: `words` draws from words, `blind` from nothing, `pickled` has its weights in pickles."""
    diffusers = pytest.importorskip("diffusers", reason="diffusers runs pipelines")
    transformers = pytest.importorskip("transformers", reason="transformers reads words")
    pytest.importorskip("torch", reason="torch runs pipelines").manual_seed(0)
    folder = tmp_path_factory.mktemp("pipelines")
    drawing = _drawing(folder, diffusers, transformers)
    drawing.save_pretrained(folder / "words")
    drawing.save_pretrained(folder / "pickled", safe_serialization=False)
    _blind(diffusers).save_pretrained(folder / "blind")
    return folder


def _drawing(folder: Path, diffusers, transformers):
    marks = [chr(code) for code in range(97, 123)]
    known = [*marks, *(f"{mark}</w>" for mark in marks), "<|startoftext|>", "<|endoftext|>"]
    (folder / "vocab.json").write_text(json.dumps({text: number for number, text in enumerate(known)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    reader = transformers.CLIPTextConfig(
        vocab_size=len(known),
        hidden_size=32,
        intermediate_size=32,
        num_attention_heads=4,
        num_hidden_layers=1,
        bos_token_id=len(known) - 2,
        eos_token_id=len(known) - 1,
        pad_token_id=len(known) - 1,
    )
    return diffusers.StableDiffusionPipeline(
        vae=diffusers.AutoencoderKL(
            block_out_channels=[32, 64],
            down_block_types=["DownEncoderBlock2D"] * 2,
            up_block_types=["UpDecoderBlock2D"] * 2,
        ),
        text_encoder=transformers.CLIPTextModel(reader),
        tokenizer=transformers.CLIPTokenizer.from_pretrained(str(folder), model_max_length=20),
        unet=diffusers.UNet2DConditionModel(
            sample_size=8,
            block_out_channels=(32, 64),
            layers_per_block=1,
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
            cross_attention_dim=32,
        ),
        scheduler=diffusers.DDIMScheduler(clip_sample=False, steps_offset=1),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


def _blind(diffusers):
    network = diffusers.UNet2DModel(
        sample_size=8,
        block_out_channels=(32, 64),
        down_block_types=("DownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "UpBlock2D"),
    )
    return diffusers.DDPMPipeline(unet=network, scheduler=diffusers.DDPMScheduler())


def copied(pipelines: Path, folder: Path) -> Path:
    return shutil.copytree(pipelines / "words", folder / "copy")


of_libraries = pytest.mark.filterwarnings("default")  # theirs


@of_libraries
def test_a_pipeline_in_a_folder_draws_the_same_from_the_same_words_and_seed(pipelines):
    artist: Artist = open_artist(str(pipelines / "words"))
    assert isinstance(artist, PipelineArtist)
    one, other = artist.draw(["a red kettle", "a blue cup"], seeds=[1, 2])
    (again,) = artist.draw(["a blue cup"], seeds=[2])
    assert one.picture.shape == (16, 16, 4)
    assert (one.picture[..., 3] == 255).all()
    assert np.array_equal(again.picture, other.picture)
    assert not np.array_equal(one.picture, other.picture)
    assert artist.name == "words"


@of_libraries
def test_the_identity_of_a_pipeline_is_that_of_its_weights(pipelines, tmp_path):
    folder = copied(pipelines, tmp_path)
    assert PipelineArtist(folder).identity == PipelineArtist(pipelines / "words").identity
    (folder / "scheduler" / "scheduler_config.json").write_text('{"beta_start": 0.001}')
    assert PipelineArtist(folder).identity != PipelineArtist(pipelines / "words").identity


@of_libraries
@pytest.mark.parametrize(("name", "why"), [("blind", "does not draw from words"), ("pickled", "safetensors")])
def test_a_pipeline_that_cannot_be_used_says_why(pipelines, name, why):
    with pytest.raises(UserError, match=why):
        open_artist(str(pipelines / name))


@of_libraries
def test_pickled_weights_of_the_reader_of_words_are_not_read_either(pipelines, tmp_path):
    torch = pytest.importorskip("torch", reason="torch makes pickles")
    folder = copied(pipelines, tmp_path)
    (folder / "text_encoder" / "model.safetensors").unlink()
    torch.save({}, folder / "text_encoder" / "pytorch_model.bin")
    with pytest.raises(UserError, match="cannot be used as an artist"):
        PipelineArtist(folder)


@of_libraries
def test_code_in_the_folder_of_a_pipeline_is_never_run(pipelines, tmp_path):
    folder = copied(pipelines, tmp_path)
    (folder / "mine.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\nclass Mine: pass\n")
    about = json.loads((folder / "model_index.json").read_text())
    (folder / "model_index.json").write_text(json.dumps({**about, "_class_name": ["mine", "Mine"]}))
    with pytest.raises(UserError, match=r"mine\.py, which is never run"):
        PipelineArtist(folder)
    assert not (tmp_path / "ran").exists()


@of_libraries
@pytest.mark.parametrize(
    "index", ["", "[]", "{}", '{"_class_name": 5}', '{"_class_name": "Nobody"}', "[" * 99999]
)
def test_an_index_that_names_no_pipeline_is_told(pipelines, tmp_path, index):
    folder = copied(pipelines, tmp_path)
    (folder / "model_index.json").write_text(index)
    with pytest.raises(UserError, match="names no pipeline"):
        PipelineArtist(folder)


@of_libraries
def test_a_pipeline_that_would_fetch_others_is_refused(pipelines, tmp_path):
    folder = copied(pipelines, tmp_path)
    (folder / "model_index.json").write_text('{"_class_name": "KandinskyCombinedPipeline"}')
    with pytest.raises(UserError, match="fetches other pipelines"):
        PipelineArtist(folder)
