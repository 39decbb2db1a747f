"""Every encoder keeps the contract of features, and says what its kind has to say."""

from dataclasses import replace

import numpy as np
import pytest

from handful.encode.embed import embed
from handful.encode.features import fit_encoder, says_something
from handful.errors import ColumnError
from handful.table.column import Column, Kind
from handful.table.table import Table

DAY = 86_400.0
VALUES = {
    Kind.NUMBER: np.array([1.0, 2.0, np.nan, 4.0, 8.0, 16.0]),
    Kind.CATEGORY: np.array(["a", "b", None, "a", "c", "b"], dtype=object),
    Kind.DATE: np.array([0.0, 40 * DAY, np.nan, 400 * DAY + 3600, 0.0, 7 * DAY]),
    Kind.TEXT: np.array(
        ["a red door", "a blue door", None, "the red wall", "the blue wall", "a red wall"], dtype=object
    ),
}


def embedded(column: Column) -> Table:
    return embed(Table((column,), len(column)))


@pytest.mark.parametrize("kind", VALUES)
def test_features_are_float32_traceable_and_blank_where_the_cell_is(kind):
    table = embedded(Column("it", kind, VALUES[kind]))
    features = fit_encoder(table).encode(table)
    assert features.values.dtype == np.float32
    assert set(features.column) == {"it"}
    assert features.values.shape == (6, len(features.column)) == (6, len(features.is_category))
    assert np.isnan(features.values[2]).all()
    assert not np.isnan(np.delete(features.values, 2, axis=0)).any()
    assert features.is_category.all() == (kind is Kind.CATEGORY)


@pytest.mark.parametrize("kind", VALUES)
def test_a_row_is_encoded_by_itself(kind):
    table = embedded(Column("it", kind, VALUES[kind]))
    encoder = fit_encoder(table)
    whole = encoder.encode(table).values
    for row in range(6):
        alone = encoder.encode(table.take(np.array([row]))).values
        np.testing.assert_allclose(alone[0], whole[row], atol=1e-6)


def test_an_unknown_category_is_blank_and_a_missing_column_is_named():
    column = Column("colour", Kind.CATEGORY, VALUES[Kind.CATEGORY])
    encoder = fit_encoder(Table((column,), 6))
    new = Column("colour", Kind.CATEGORY, np.array(["violet", "a"], dtype=object))
    assert np.isnan(encoder.encode(Table((new,), 2)).values[0, 0])
    with pytest.raises(ColumnError, match="colour"):
        encoder.encode(Table((), 2))


def test_texts_with_the_same_words_are_closer_than_texts_with_others():
    texts = [f"the {colour} {thing}" for colour in ("red", "blue") for thing in ("door", "wall", "roof")] * 4
    column = Column("note", Kind.TEXT, np.array([*texts, None], dtype=object)[:-1])
    table = embedded(column)
    features = fit_encoder(table).encode(table).values[:, 1:]
    same = np.linalg.norm(features[0] - features[1])  # red door, red wall
    other = np.linalg.norm(features[0] - features[4])  # red door, blue wall
    assert same < other


@pytest.mark.parametrize("kind", [Kind.NUMBER, Kind.DATE])
def test_a_constant_says_nothing_but_being_blank_at_times_does(kind):
    assert not says_something(Column("x", kind, np.array([3.0, 3.0])))
    assert not says_something(Column("x", kind, np.array([np.nan, np.nan])))
    assert says_something(Column("x", kind, np.array([3.0, np.nan])))


def test_two_files_of_one_content_say_nothing():
    column = Column(
        "x", Kind.IMAGE, np.array(["a.png", "b.png"], dtype=object), vectors=np.ones((2, 3), np.float32)
    )
    assert not says_something(column)
    assert says_something(replace(column, vectors=np.eye(2, dtype=np.float32)))
