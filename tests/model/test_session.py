"""The shipped model starts only if every byte is right, and answers alike in whatever portions it is asked."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import fields

import numpy as np
import pytest

from handful.errors import ModelFileError
from handful.model import session as module
from handful.model.card import CARD, FILES, WEIGHTS, read_card
from handful.model.heads import Outputs
from handful.model.session import SHIPPED, Session, session
from tests.model.contexts import context, table

shipped = pytest.mark.skipif(not (SHIPPED / CARD).exists(), reason="no weights are shipped yet")


def answer(started, given, x):
    own, queries = given.shown(np), given.shown_queries(x, np)
    cache = started.encode(own.cells, own.guesses, given.told(np))
    return started.answer(cache, queries.cells, queries.guesses, given.asked(np))


def furthest(one: Outputs, other: Outputs) -> float:
    return max(np.abs(getattr(one, part.name) - getattr(other, part.name)).max() for part in fields(Outputs))


def test_a_folder_without_a_card_is_refused_and_says_what_to_do(tmp_path):
    with pytest.raises(ModelFileError, match=r"card\.json cannot be read[\s\S]*hint"):
        Session(tmp_path)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "3", '{"format": 1}', "\0", '{"format": 99, "seal": ""}', "[" * 10**5]
)
def test_what_is_no_card_is_refused(tmp_path, text):
    (tmp_path / CARD).write_text(text)
    with pytest.raises(ModelFileError, match=r"card\.json"):
        read_card(tmp_path)


def test_onnxruntime_is_loaded_by_the_first_session_and_no_sooner():
    code = "import sys, handful.model.session; sys.exit('onnxruntime' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


@shipped
def test_the_shipped_model_is_started_once_and_bears_the_hash_of_its_weights():
    assert session() is session()
    assert session().hash == read_card(SHIPPED).sha256[WEIGHTS]
    assert read_card(SHIPPED).licence == "Apache-2.0"


@shipped
@pytest.mark.parametrize("name", [*FILES, CARD])
def test_a_changed_byte_is_refused(tmp_path, name):
    shutil.copytree(SHIPPED, tmp_path / "weights")
    path = tmp_path / "weights" / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(ModelFileError, match=name):
        Session(tmp_path / "weights")


@shipped
@pytest.mark.parametrize("name", FILES)
def test_a_missing_or_shortened_file_is_refused(tmp_path, name):
    shutil.copytree(SHIPPED, tmp_path / "weights")
    path = tmp_path / "weights" / name
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ModelFileError, match="damaged"):
        Session(tmp_path / "weights")
    path.unlink()
    with pytest.raises(ModelFileError, match="cannot be read"):
        Session(tmp_path / "weights")


@shipped
def test_a_few_rows_at_a_time_are_answered_as_all_at_once(monkeypatch):
    given, (x, _) = context(0), table(1)
    whole = answer(session(), given, x)
    monkeypatch.setattr(module, "AT_ONCE", 1)
    assert furthest(whole, answer(session(), given, x)) < 1e-5


@shipped
def test_weights_and_mix_sum_to_one_and_quantiles_never_fall():
    outputs = answer(session(), context(2), table(3)[0])
    np.testing.assert_allclose(outputs.weights.sum(-1), 1, atol=1e-5)
    np.testing.assert_allclose(outputs.mix.sum(-1), 1, atol=1e-5)
    assert (np.diff(outputs.offsets) >= 0).all()


@shipped
@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system cannot fork")
def test_a_forked_process_starts_a_session_of_its_own_and_answers():
    code = (
        "import os\n"
        "from handful.model.session import session\n"
        "from tests.model.test_session import answer, context, table\n"
        "one = answer(session(), context(0), table(1)[0]).weights\n"
        "if child := os.fork(): raise SystemExit(os.waitpid(child, 0)[1])\n"
        "os._exit(int(abs(answer(session(), context(0), table(1)[0]).weights - one).max() > 1e-5))"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True, timeout=60)
