"""A learner survives the file as it is; a file that is not one, or not whole, is refused and does no harm."""

import io
import json
import pickle
import zipfile
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handful import Learner
from handful.errors import HandfulError, ModelFileError
from handful.experts.in_context import FittedInContext
from tests.tables import flowers

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="module")
def saved(tmp_path_factory) -> Path:
    return Learner("kind").fit(flowers()).save(tmp_path_factory.mktemp("saved") / "kind.handful")


@pytest.mark.parametrize("target", ["kind", "weight", "day"])
def test_a_loaded_learner_gives_the_same_answers_to_the_bit(target, tmp_path):
    frame = flowers().with_columns(
        pl.Series("note", [f"bed {row % 5}, shelf {row % 3}" for row in range(48)])
    )
    learner = Learner(target, kinds={"note": "text"}).fit(frame)
    loaded = Learner.load(learner.save(tmp_path / "it.handful"))
    before, after = learner.predict(frame), loaded.predict(frame)
    assert after.distribution.values.tobytes() == before.distribution.values.tobytes()
    assert after.values.tolist() == before.values.tolist()
    assert loaded.evaluate().to_dict() == learner.evaluate().to_dict()
    assert (loaded.classes_, loaded.target_kind_, loaded.notes_) == (
        learner.classes_, learner.target_kind_, learner.notes_,
    )  # fmt: skip


@pytest.mark.parametrize("target", ["kind", "weight"])
def test_the_in_context_model_answers_the_same_to_the_bit_after_loading(target, tmp_path):
    learner = Learner(target).fit(flowers())
    loaded = Learner.load(learner.save(tmp_path / "it.handful"))
    before, after = _in_context(learner), _in_context(loaded)
    assert after.weights == before.weights
    assert after.predict(before.features).tobytes() == before.predict(before.features).tobytes()


def test_a_learner_of_other_model_weights_is_refused_by_their_name_and_not_as_damage(saved, tmp_path):
    other = "0123456789abcdef" * 4
    now = _in_context(Learner.load(saved)).weights

    def renamed(manifest):
        return json.loads(json.dumps(manifest).replace(now, other))

    learner = Learner.load(_changed(saved, tmp_path, renamed))
    with pytest.raises(ModelFileError, match=r"model weights 0123456789ab.* does not have") as caught:
        learner.predict(flowers())
    assert "damaged" not in str(caught.value)
    assert "fit again" in caught.value.hint


def test_boosted_trees_survive_the_file_and_answer_as_scikit_learn_does(tmp_path):
    from sklearn.ensemble import HistGradientBoostingClassifier

    from handful.experts.trees import Boosting
    from handful.features import Features, Labels

    rng = np.random.default_rng(0)
    values = rng.normal(size=(300, 4)).astype(np.float32)
    values[rng.random(values.shape) < 0.1] = np.nan
    labels = Labels((np.nan_to_num(values[:, 0]) + rng.normal(0, 0.3, 300) > 0).astype(np.float64), 2)
    features = Features(values, np.zeros(4, dtype=np.bool_), tuple("abcd"), np.full(4, -1))
    ours = Boosting().fit(features, labels)
    matrix = ours.input.matrix(features)
    theirs = HistGradientBoostingClassifier(
        learning_rate=0.08, max_iter=80, max_leaf_nodes=12, min_samples_leaf=8, l2_regularization=1.0,
        early_stopping=False, random_state=0,
    ).fit(matrix, labels.values)  # fmt: skip
    np.testing.assert_allclose(ours.predict(features), theirs.predict_proba(matrix), atol=1e-6)


def test_the_golden_files_still_give_their_answers():
    """Files written by version 0.1.0: same labels, probabilities within 1e-4, in every later version."""
    queries = pl.read_csv(GOLDEN / "queries.csv", try_parse_dates=True)
    expected = json.loads((GOLDEN / "answers.json").read_text())
    for name, want in expected.items():
        answers = Learner.load(GOLDEN / f"{name}.handful").predict(queries)
        np.testing.assert_allclose(answers.distribution.values, want["distribution"], atol=1e-4, rtol=1e-4)
        if want["values"]:
            assert answers.values.tolist() == want["values"]


def test_only_its_owner_may_read_the_file(saved):
    assert saved.stat().st_mode & 0o777 == 0o600


def test_an_older_file_stays_whole_when_writing_fails(tmp_path, monkeypatch):
    path = Learner("kind").fit(flowers()).save(tmp_path / "kind.handful")
    before = path.read_bytes()
    monkeypatch.setattr(
        "os.fsync", lambda handle: (_ for _ in ()).throw(OSError(28, "No space left on device"))
    )
    with pytest.raises(HandfulError, match="No space"):
        Learner("kind").fit(flowers(seed=1)).save(path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["kind.handful"]


def test_what_is_no_model_file_is_refused_with_a_hint(tmp_path, saved):
    canary = tmp_path / "ran"

    class Payload:
        def __reduce__(self):
            return (canary.write_text, ("x",))

    foreign = {
        "pickle": pickle.dumps(Payload()),
        "empty": b"",
        "text": b"a,b\n1,2\n",
        "zip": _zip({"hello.txt": b"hi"}),
        "cut": saved.read_bytes()[:-200],
    }
    for name, content in foreign.items():
        path = tmp_path / f"{name}.handful"
        path.write_bytes(content)
        with pytest.raises(ModelFileError) as caught:
            Learner.load(path)
        assert caught.value.hint
    with pytest.raises(ModelFileError, match="cannot be read"):
        Learner.load(tmp_path / "absent.handful")
    with pytest.raises(ModelFileError, match="cannot be read"):
        Learner.load(tmp_path)
    assert not canary.exists()


def test_a_later_format_is_refused_by_number(tmp_path, saved):
    with pytest.raises(ModelFileError, match="format 99"):
        Learner.load(_changed(saved, tmp_path, lambda manifest: manifest | {"format": 99}))


def test_an_array_that_was_tampered_with_is_refused(tmp_path, saved):
    def swap(members):
        return members | {"0.npy": members["1.npy"]}

    with pytest.raises(ModelFileError, match="hash"):
        Learner.load(_rewritten(saved, tmp_path, swap))


@pytest.mark.parametrize(
    ("member", "match"),
    [
        (lambda: _npy_bytes(np.array([{"a": 1}], dtype=object)), "type object"),
        (lambda: _npy_header("(1073741824, 1073741824)"), "shape"),
        (lambda: _npy_header("(-1,)"), "damaged"),
        (lambda: b"not numpy", "damaged"),
    ],
)
def test_an_array_that_is_not_what_its_header_says_is_refused(tmp_path, saved, member, match):
    import hashlib

    content = member()

    def swap(members):
        manifest = json.loads(members["handful.json"])
        manifest["sha256"][0] = hashlib.sha256(content).hexdigest()
        return members | {"0.npy": content, "handful.json": json.dumps(manifest).encode()}

    with pytest.raises(ModelFileError, match=match):
        Learner.load(_rewritten(saved, tmp_path, swap))


def test_only_listed_classes_are_ever_built(tmp_path, saved):
    def foreign(manifest):
        return manifest | {"state": {"class": "Popen", "fields": {"args": "true"}}}

    with pytest.raises(ModelFileError, match="damaged"):
        Learner.load(_changed(saved, tmp_path, foreign))


def test_a_constant_target_of_many_rows_can_be_loaded_again(tmp_path):
    """Its labels and answers are all alike, so the file is packed tighter than a suspicious one would be."""
    frame = pl.DataFrame({"x": np.arange(20_000.0), "y": ["same"] * 20_000})
    path = Learner("y").fit(frame).save(tmp_path / "flat.handful")
    assert Learner.load(path).predict(frame.head(1)).values.tolist() == ["same"]


@given(data=st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_tree_changed_anywhere_is_refused_or_loads_as_a_learner(data, tmp_path, saved):
    """One value somewhere in the JSON tree becomes another value of JSON."""

    def places(tree, path=()):
        yield path
        children = (
            tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
        )
        for key, child in children:
            yield from places(child, (*path, key))

    def change(manifest):
        found = [path for path in places(manifest["state"]) if path]
        *way, last = found[data.draw(st.integers(0, len(found) - 1))]
        node = manifest["state"]
        for key in way:
            node = node[key]
        junk = (
            st.none() | st.integers(-3, 99_999) | st.text(max_size=3) | st.just([1]) | st.just({"array": 999})
        )
        node[last] = data.draw(junk | st.just({"class": "Blend", "fields": {}}))
        return manifest

    try:
        learner = Learner.load(_changed(saved, tmp_path, change))
    except ModelFileError:
        return
    assert isinstance(learner.state_.blend.classes, int)


def test_trees_with_links_out_of_bounds_are_refused():
    from handful.experts.trees import Forest

    node, leaf = np.zeros(1, np.int32), np.zeros((1, 1), np.float32)
    with pytest.raises(ValueError, match="links"):
        Forest(node, np.zeros(1, np.float32), node + 5, node, leaf, node, 0)


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path):
    path = tmp_path / "bomb.handful"
    path.write_bytes(_zip({"handful.json": b"0" * 50_000_000}))
    with pytest.raises(ModelFileError, match="50000000 bytes"):
        Learner.load(path)


def test_a_file_cut_or_changed_anywhere_is_refused_or_answers_the_same(tmp_path, saved):
    """Every 97th byte: a bit flipped, or the rest missing."""
    whole, path = saved.read_bytes(), tmp_path / "broken.handful"
    expected = Learner.load(saved).predict(flowers()).values.tolist()
    for place in range(0, len(whole), max(1, len(whole) // 97)):
        for content in (whole[:place], whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :]):
            path.write_bytes(content)
            try:
                answers = Learner.load(path).predict(flowers()).values.tolist()
            except ModelFileError:
                continue
            assert answers == expected


def _in_context(learner: Learner) -> FittedInContext:
    (found,) = (each for each in learner.state_.blend.panel.experts if isinstance(each, FittedInContext))
    return found


def _zip(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, content in members.items():
            bundle.writestr(name, content)
    return stream.getvalue()


def _rewritten(saved: Path, folder: Path, change) -> Path:
    with zipfile.ZipFile(saved) as bundle:
        members = {name: bundle.read(name) for name in bundle.namelist()}
    path = folder / "changed.handful"
    path.write_bytes(_zip(change(members)))
    return path


def _changed(saved: Path, folder: Path, change) -> Path:
    def rewrite(members):
        manifest = change(json.loads(members["handful.json"]))
        return members | {"handful.json": json.dumps(manifest).encode()}

    return _rewritten(saved, folder, rewrite)


def _npy_bytes(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=True)
    return stream.getvalue()


def _npy_header(shape: str) -> bytes:
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}".encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + b"\0" * 64
