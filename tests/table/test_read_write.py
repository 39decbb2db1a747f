"""Files come in whole or not at all, and go out as they came."""

from __future__ import annotations

import io
import os
import stat
import struct
import subprocess
import sys
import zipfile
from contextlib import suppress
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from handful.errors import TableError
from handful.table.layout import Layout
from handful.table.read import read_file
from handful.table.workbook import _TAG
from handful.table.write import write_aside, write_file
from tests.strategies import frames, text_frames

DATA = Path("../shared/data")


def read(folder: Path, content: bytes | str, name: str = "t.csv"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_file(path)


def refusal(folder: Path, content: bytes | str, name: str = "t.csv") -> str:
    with pytest.raises(TableError) as caught:
        read(folder, content, name)
    assert caught.value.hint
    return str(caught.value)


@given(
    frame=text_frames(min_columns=2),
    layout=st.builds(
        Layout,
        delimiter=st.sampled_from([",", ";", "\t", "|"]),
        encoding=st.sampled_from(["utf-8", "utf-16-le"]),
        newline=st.sampled_from(["\n", "\r\n"]),
        bom=st.just(True),
    ),
)
def test_a_text_table_that_was_written_is_read_back_cell_for_cell(tmp_path_factory, frame, layout):
    path = tmp_path_factory.mktemp("t") / "t.csv"
    frame = frame.rename(
        {name: f"{name}{i}" for i, name in enumerate(frame.columns)}
    )  # the header tells the width
    frame = frame.with_columns(pl.Series("last", ["x"] * frame.height))
    write_file(frame, path, layout)
    again = read_file(path)
    if again.layout.delimiter == layout.delimiter:  # a few odd tables look better under another one
        assert again.frame.equals(frame)
        assert again.layout == layout
        write_file(again.frame, path, again.layout, force=True)
        assert read_file(path).frame.equals(frame)


@given(frames())
@pytest.mark.parametrize("suffix", [".parquet", ".jsonl"])
def test_a_typed_table_keeps_its_values(tmp_path_factory, suffix, frame):
    path = tmp_path_factory.mktemp("t") / f"t{suffix}"
    if suffix == ".jsonl":  # JSON knows no dates, no infinity, and of a table without rows no columns
        frame = frame.select(pl.col(pl.Int64, pl.String, pl.Boolean))
        if not frame.height or not frame.width:
            return
    write_file(frame, path, Layout())
    again = read_file(path).frame
    assert again.to_dicts() == frame.to_dicts()


def test_a_workbook_keeps_texts_numbers_and_dates(tmp_path):
    frame = pl.DataFrame(
        {
            "text": ["=1+1", "007", "http://a.b/c"],
            "n": [1.5, None, -2.0],
            "d": ["2020-01-31", None, "1999-12-01"],
        }
    ).with_columns(pl.col("d").str.to_date())
    write_file(frame, tmp_path / "t.xlsx", Layout())
    file = read_file(tmp_path / "t.xlsx")
    assert file.frame.equals(frame)
    assert file.layout.format == "xlsx"


def test_a_workbook_is_read_from_where_it_starts_and_keeps_empty_rows_between(tmp_path):
    path = tmp_path / "t.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        workbook.add_worksheet()
        for row, cells in {3: ["a", None, "c"], 4: [1, "x", 2.5], 6: [3, "y"]}.items():
            sheet.write_row(row, 2, cells)
    file = read_file(path)
    assert file.frame.rows() == [(1, "x", 2.5), (None, None, None), (3, "y", None)]
    assert file.frame.columns == ["a", "column 2", "c"]
    assert file.notes == ("the first of 2 sheets was read", "columns without a name are called 'column 2'")
    write_file(file.frame, tmp_path / "again.xlsx", file.layout)
    assert read_file(tmp_path / "again.xlsx").layout == file.layout


def test_a_workbook_with_two_columns_of_one_name_is_refused(tmp_path):
    path = tmp_path / "t.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        workbook.add_worksheet().write_row(0, 0, ["a", "a"])
    with pytest.raises(TableError, match="more than one column has the name 'a'"):
        read_file(path)


@pytest.mark.parametrize(
    ("content", "layout"),
    [
        (b"a,b\n1,2\n", Layout()),
        (b"a;b\n1,5;2\n", Layout(delimiter=";")),
        (b"a\tb\r\n1\t2\r\n", Layout(delimiter="\t", newline="\r\n")),
        (b"a|b\n1|2\n", Layout(delimiter="|")),
        (b"\xef\xbb\xbfa,b\n1,2\n", Layout(bom=True)),
        ("\ufeffa,b\n1,2\n".encode("utf-16-le"), Layout(encoding="utf-16-le", bom=True)),
        ("\ufeffa,b\n1,2\n".encode("utf-16-be"), Layout(encoding="utf-16-be", bom=True)),
        ("a,b\n1,2\n".encode("utf-16-le"), Layout(encoding="utf-16-le")),
        ("a,b\nÄ,€\n".encode("cp1252"), Layout(encoding="cp1252")),
        (b"a,b\n\x81,2\n", Layout(encoding="latin-1")),
        (b"a,b\n'1,5',2\n", Layout(quote="'")),
        (b',b\n1,"x\ny"\n', Layout(unnamed=("column 1",))),
    ],
)
def test_a_layout_is_found_and_written_back_byte_for_byte(tmp_path, content, layout):
    file = read(tmp_path, content)
    assert file.layout == layout
    write_file(file.frame, tmp_path / "again.csv", file.layout)
    assert (tmp_path / "again.csv").read_bytes() == content


@pytest.mark.skipif(not DATA.exists(), reason="the real data are not here")
def test_real_files_are_written_back_byte_for_byte(tmp_path):
    for path in sorted(DATA.glob("*/data.csv")):
        file = read_file(path)
        write_file(file.frame, tmp_path / "t.csv", file.layout, force=True)
        assert (tmp_path / "t.csv").read_bytes() == path.read_bytes(), path


def test_what_was_guessed_is_said(tmp_path):
    said = read(tmp_path, "a;;c\n1;Ä;3\n\n4;5;6\n".encode("cp1252")).notes
    assert said == (
        "delimiter: semicolon",
        "encoding: cp1252",
        "columns without a name are called 'column 2'",
        "1 empty line left out",
    )
    assert read(tmp_path, "a,b\n1,2\n").notes == ()
    assert "only numbers" in read(tmp_path, "1,2\n3,4\n").notes[0]


def test_no_row_and_no_cell_is_lost(tmp_path):
    frame = read(tmp_path, 'a,b\n"x, ""y""\nz",\n , "\n'.replace(' , "', ' ," "')).frame
    assert frame.rows() == [('x, "y"\nz', None), (" ", " ")]
    many = "a,b\n" + "".join(f"{i},{i % 7}\n" for i in range(120_000))
    assert read(tmp_path, many).frame["a"].to_list() == [str(i) for i in range(120_000)]


def test_standard_input_is_read_as_csv(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a;b\n1;2\n")))
    assert read_file("-").frame.rows() == [("1", "2")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\n \n", "is empty"),
        (b"a,b\n1,2\n3,\x004\n", "line 3: a NUL byte"),
        (b'a,b\n1,2\n"3,4\n5,6\n', "line 3: a quote that is opened and not closed"),
        (b'a,b\n1,"2"x\n', "line 2: text after a closing quote"),
        (b"a,b\n1,2\n3,4,5\n", "line 3: 3 cells where the header has 2"),
        (b"a,b\n1,2\n3\n", "line 3: 1 cell where the header has 2"),
        (b"a,b,a\n1,2,3\n", "more than one column has the name 'a'"),
        (b"column 2,\n1,2\n", "more than one column has the name 'column 2'"),
        (b"\x1f\x8b123", "is gzip-compressed, whatever its suffix says"),
        (b"PK\x03\x04123", "zip archive or Excel workbook"),
        (b"PAR1....", "is a Parquet file"),
        (b"\xff\xfea", "starts like UTF-16-LE text"),
    ],
)
def test_a_broken_csv_is_refused_with_the_line(tmp_path, content, said):
    assert said in refusal(tmp_path, content)


def test_a_line_without_end_is_refused_and_not_held(tmp_path, monkeypatch):
    monkeypatch.setattr("handful.table.read.MOST_LINE", 1000)
    assert "line 2 has more than 1,000 characters" in refusal(tmp_path, "a,b\n" + "x" * 2000 + ",1\n")


def test_a_file_over_the_cap_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "t.csv"
    with path.open("wb") as file:
        file.truncate((2 << 30) + 1)  # sparse: takes no room
    with pytest.raises(TableError, match="more than 2 GiB"):
        read_file(path)


def test_what_is_no_ordinary_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "patients.csv").write_text("a,b\n")
    for path, said in {
        tmp_path: "is a folder",
        tmp_path / "pipe.csv": "is a pipe or a device",
        tmp_path / "patient.csv": r"No such file(.|\n)*did you mean 'patients.csv'",
        tmp_path / "a\0b.csv": "null",
        tmp_path / ("x" * 300 + ".csv"): "too long",
        tmp_path / "t.csv.gz": "compressed files(.|\n)*unpack it",
        tmp_path / "t.xls": ".xls files are neither read(.|\n)*xlsx",
        tmp_path / "t.doc": "'.doc' tells no format",
        Path("/dev/zero"): "tells no format",
    }.items():
        with pytest.raises(TableError, match=said):
            read_file(path)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("t.parquet", b"a,b\n1,2\n", "is not parquet"),
        ("t.parquet", b"PAR1 and then nothing of the kind", "cannot be read as Parquet"),
        ("t.xlsx", b"a,b\n1,2\n", "is not xlsx"),
        ("t.xlsx", b"PK\x03\x04 and then nothing of the kind", "is damaged"),
        ("t.jsonl", b'{"a": 1}\n{"a": \n', "line 2 is not a JSON object"),
        ("t.jsonl", b"[1, 2]\n", "line 1 is not a JSON object"),
        ("t.jsonl", b'{"a": "\xff"}\n', "line 1 is not a JSON object"),
        ("t.jsonl", b"[" * 100_000, "line 1 is not a JSON object"),
    ],
)
def test_a_broken_typed_file_is_refused(tmp_path, name, content, said):
    assert said in refusal(tmp_path, content, name)


def workbook(path: Path, sheet: bytes, *, size: int | None = None) -> Path:
    """A workbook with that sheet, which states `size` for it."""
    write_file(pl.DataFrame({"a": [1]}), path, Layout(), force=True)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["xl/worksheets/sheet1.xml"] = sheet
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    if size is not None:
        data = bytearray(path.read_bytes())
        at = data.rindex(b"xl/worksheets/sheet1.xml") - 46 + 24
        data[at : at + 4] = struct.pack("<I", size)
        path.write_bytes(data)
    return path


@pytest.mark.parametrize("sheet", [b"", b"<worksheet><sheetData><row", b"\xff\xfe"])
def test_a_damaged_sheet_is_refused(tmp_path, sheet):
    with pytest.raises(TableError, match="cannot be read as an Excel workbook"):
        read_file(workbook(tmp_path / "t.xlsx", sheet))


@pytest.mark.parametrize("size", [None, 10])
def test_a_workbook_that_unpacks_to_a_thousand_times_its_size_is_not_opened(tmp_path, size):
    bomb = workbook(tmp_path / "t.xlsx", b" " * (60 << 20), size=size)
    assert bomb.stat().st_size < 100_000
    with pytest.raises(TableError, match=r"is not opened: .* bytes unpack to more than"):
        read_file(bomb)


def test_a_workbook_with_a_cell_at_the_far_corner_is_not_opened(tmp_path):
    row = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    sheet = f'<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row>{row}</sheetData></worksheet>'
    with pytest.raises(TableError, match="a cell in row 1,048,576, column 16,384"):
        read_file(workbook(tmp_path / "t.xlsx", sheet.encode()))


FAR = {
    "by order alone": b"<row r='1048576'>" + b"<c/>" * 48,
    "rows by order too": b"<row/>" * 1_048_575 + b"<row>" + b"<c/>" * 48,
    "single quotes": b"<row><c r='XFD1048576'/>",
    "a prefix": b'<x:row><x:c r="XFD1048576"/>',
    "attributes before": b'<row><c s="1" t=">" r="XFD1048576"/>',
    "a line between": b'<row><c\nr = "XFD1048576"/>',
    "small letters": b'<row><c r="xfd1048576"/>',
    "a tag over more than a chunk": b"<row><c" + b" " * (1 << 21) + b'r="XFD1048576"/>',
}


@pytest.mark.parametrize("cells", FAR)
def test_a_far_cell_is_seen_however_it_is_written(tmp_path, cells):
    sheet = b"<worksheet><sheetData>" + FAR[cells] + b"</row></sheetData></worksheet>"
    with pytest.raises(TableError, match=r"is not opened: a (sheet|cell) has"):
        read_file(workbook(tmp_path / "t.xlsx", sheet))


def test_a_far_cell_is_seen_in_a_sheet_of_any_name(tmp_path):
    path = workbook(tmp_path / "t.xlsx", b"<row><c r='XFD1048576'/></row>")
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(
                name.replace("worksheets", "others"), content.replace(b"worksheets/", b"others/")
            )
    with pytest.raises(TableError, match="a cell in row 1,048,576"):
        read_file(path)


def test_the_search_for_a_tag_ends_where_the_next_begins():
    cells = b"<c " * 50 + b'r="A1">'
    assert [match.span() for match in _TAG.finditer(cells)] == [
        *((3 * i, 3 * i + 2) for i in range(49)),
        (147, len(cells) - 1),
    ]


def test_a_workbook_with_a_column_without_cells_is_read_in_silence(tmp_path, caplog):
    write_file(pl.DataFrame({"a": [1, 2], "b": [None, None]}), tmp_path / "t.xlsx", Layout())
    assert read_file(tmp_path / "t.xlsx").frame.rows() == [(1, None), (2, None)]
    assert caplog.records == []


@given(st.binary(max_size=300), st.sampled_from(["t.csv", "t.tsv", "t.jsonl", "t.parquet", "t.xlsx"]))
def test_any_bytes_are_a_table_or_a_refusal(tmp_path_factory, content, name):
    path = tmp_path_factory.mktemp("t") / name
    path.write_bytes(content)
    with suppress(TableError):
        assert read_file(path).frame.width > 0


@given(st.text(st.sampled_from("ab,;\"'\n\r\t 1"), max_size=60))
def test_any_csv_keeps_every_cell_or_is_refused(tmp_path_factory, content):
    folder = tmp_path_factory.mktemp("t")
    try:
        file = read(folder, content)
    except TableError:
        return
    write_file(file.frame, folder / "again.csv", file.layout)
    again = (folder / "again.csv").read_bytes().decode()
    kept = [sum(c in "ab1" for c in text) for text in (content, again)]
    assert kept[0] == kept[1]


def test_an_existing_file_is_kept_unless_forced(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("mine")
    with pytest.raises(TableError, match=r"exists already(.|\n)*--force"):
        write_file(pl.DataFrame({"a": [1]}), path, Layout())
    assert path.read_text() == "mine"
    write_file(pl.DataFrame({"a": [1]}), path, Layout(), force=True)
    assert path.read_text() == "a\n1\n"


def test_a_failed_write_leaves_the_old_file_and_nothing_beside_it(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("mine")
    with pytest.raises(TypeError):
        write_aside(path, "no bytes")  # type: ignore[arg-type]
    assert path.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [path]


def test_a_written_file_has_the_mode_of_any_other(tmp_path):
    old = os.umask(0o027)
    try:
        write_file(pl.DataFrame({"a": [1]}), tmp_path / "t.csv", Layout())
        write_aside(tmp_path / "secret", b"", mode=0o600)
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "t.csv").stat().st_mode) == 0o640
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600


def test_a_file_that_is_replaced_keeps_its_mode(tmp_path):
    for mode in (0o600, 0o664):
        path = tmp_path / f"{mode}.csv"
        path.write_text("mine")
        path.chmod(mode)
        write_file(pl.DataFrame({"a": [1]}), path, Layout(), force=True)
        assert stat.S_IMODE(path.stat().st_mode) == mode


def test_a_path_that_cannot_be_written_is_the_users_error(tmp_path):
    frame = pl.DataFrame({"a": [1]})
    with pytest.raises(TableError, match="No such file"):
        write_file(frame, tmp_path / "absent" / "t.csv", Layout())
    with pytest.raises(TableError, match="not an ordinary file"):
        write_file(frame, tmp_path, Layout(), force=True)


def test_the_suffix_of_the_output_decides_its_format(tmp_path):
    file = read(tmp_path, "a;b\n1;x\n")
    for name in ("o.parquet", "o.jsonl", "o.xlsx", "o.tsv", "o"):
        write_file(file.frame, tmp_path / name, file.layout)
    assert (tmp_path / "o").read_text() == "a;b\n1;x\n"
    assert (tmp_path / "o.tsv").read_text() == "a\tb\n1\tx\n"
    for name in ("o.parquet", "o.jsonl", "o.xlsx"):
        assert read_file(tmp_path / name).frame.rows() == [("1", "x")]


@pytest.mark.parametrize("name", ["o.csv.gz", "o.xls", "o.doc"])
def test_a_suffix_of_no_format_is_refused_for_output_as_for_input(tmp_path, name):
    with pytest.raises(TableError) as reading:
        read_file(tmp_path / name)
    with pytest.raises(TableError) as writing:
        write_file(pl.DataFrame({"a": [1]}), tmp_path / name, Layout())
    assert str(writing.value) == str(reading.value)
    assert list(tmp_path.iterdir()) == []


def test_lists_and_records_are_written_as_json(tmp_path):
    frame = pl.DataFrame({"l": [[1.5, 2.0], None], "r": [{"k": "ä"}, {"k": None}]})
    write_file(frame, tmp_path / "t.csv", Layout())
    assert read_file(tmp_path / "t.csv").frame.rows() == [("[1.5, 2.0]", '{"k": "ä"}'), (None, '{"k": null}')]


def test_excel_safe_disarms_formulas_and_leaves_numbers(tmp_path):
    frame = pl.DataFrame({"=x": ["=1+1", "+49", "-3.5", "-x", "@a", "\tb", "\rc", "plain", "+1 2"]})
    write_file(frame, tmp_path / "t.csv", Layout(), excel_safe=True)
    safe = read_file(tmp_path / "t.csv").frame
    assert safe.columns == ["'=x"]
    assert safe["'=x"].to_list() == ["'=1+1", "+49", "-3.5", "'-x", "'@a", "'\tb", "'\rc", "plain", "'+1 2"]
    write_file(frame, tmp_path / "raw.csv", Layout())
    assert read_file(tmp_path / "raw.csv").frame.equals(frame)


WITHOUT = """
import sys
sys.modules.update(dict.fromkeys(["pandas", "pyarrow"]))  # an import of either fails now
import polars as pl
from handful.table.adapt import put_answers, table_from_frame
from handful.table.layout import Layout
from handful.table.read import read_file
from handful.table.write import write_file
for suffix in ("csv", "jsonl", "parquet", "xlsx"):
    path = sys.argv[1] + "/t." + suffix
    write_file(pl.DataFrame({"a": ["x", None], "b": [1.5, 2]}), path, Layout())
    frame = read_file(path).frame
    assert put_answers(frame, "a", ["y"], table_from_frame(frame)["a"].blank, {})["a"].to_list() == ["x", "y"]
"""


def test_files_need_neither_pandas_nor_pyarrow(tmp_path):
    subprocess.run([sys.executable, "-c", WITHOUT, tmp_path], check=True)
