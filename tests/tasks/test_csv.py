"""Tables in every dialect read the same, and bad ones are refused with one sentence that says where and what to do."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.errors import BadInput
from playground.tasks import csv_file
from playground.tasks.csv_file import Sheet, read_sheet

GOOD: dict[str, str | bytes] = {
    "commas": "year,level\n2001,1.5\n2002,-2.25\n2003,1000\n",
    "semicolons and decimal commas": "year;level\n2001;1,5\n2002;-2,25\n2003;1.000,0\n",
    "tabs": "year\tlevel\n2001\t1.5\n2002\t-2.25\n2003\t1e3\n",
    "tabs and decimal commas": "year\tlevel\n2001\t1,5\n2002\t-2,25\n2003\t1000\n",
    "bars": "year|level\n2001|1.5\n2002|-2.25\n2003|1000\n",
    "spaces": "  year   level\n  2001   1.5\n  2002 -2.25\n 2003 1000\n",
    "quotes": '"year","level"\n"2001","1.5"\n"2002","-2.25"\n"2003","1,000"\n',
    "quoted decimal commas": '"year","level"\n2001,"1,5"\n2002,"-2,25"\n2003,"1000"\n',
    "grouped by spaces": "year;level\n2001;1,5\n2002;-2,25\n2003;1 000\n",
    "a real minus sign": "year,level\n2001,1.5\n2002,\u22122.25\n2003,1000\n",
    "BOM": b"\xef\xbb\xbfyear,level\r\n2001,1.5\r\n2002,-2.25\r\n2003,1000\r\n",
    "UTF-16": "year,level\n2001,1.5\n2002,-2.25\n2003,1000\n".encode("utf-16"),
    "old Macintosh": "year,level\r2001,1.5\r2002,-2.25\r2003,1000\r",
    "Excel's first line": "sep=;\nyear;level\n2001;1.5\n2002;-2.25\n2003;1000\n",
    "comments and empty lines": "# by hand, 2004\n\nyear,level\n2001,1.5\n\n2002,-2.25\n2003,1000\n\n\n",
    "no end of line": "year,level\n2001,1.5\n2002,-2.25\n2003,1000",
    "spaces after commas": "year, level\n2001, 1.5\n2002, -2.25\n2003, 1000\n",
}


def write(folder: Path, data: str | bytes, name: str = "table.csv") -> Path:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode("utf-8"))
    return path


def read(folder: Path, data: str | bytes) -> Sheet:
    return read_sheet(write(folder, data))


@pytest.mark.parametrize("dialect", GOOD)
def test_every_dialect_reads_the_same(tmp_path: Path, dialect: str) -> None:
    sheet = read(tmp_path, GOOD[dialect])
    assert sheet.names == ("year", "level")
    assert sheet.column("year").values.tolist() == [2001, 2002, 2003]
    assert sheet.column("level").values.tolist() == [1.5, -2.25, 1000]
    assert sheet.notes == ()


numbers = st.floats(allow_nan=False, allow_infinity=False, width=64)


@given(
    table=st.lists(st.lists(numbers, min_size=3, max_size=3), min_size=1, max_size=20),
    dialect=st.sampled_from([(",", "."), (";", "."), (";", ","), ("\t", "."), ("\t", ","), ("|", ".")]),
    header=st.booleans(),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_numbers_come_back_to_the_last_bit(
    tmp_path: Path, table: list[list[float]], dialect: tuple[str, str], header: bool, end: str
) -> None:
    separator, point = dialect
    lines = [separator.join(f"{value!r}".replace(".", point) for value in row) for row in table]
    if header:
        lines.insert(0, separator.join(("first", "second", "third")))
    sheet = read(tmp_path, end.join(lines) + end)
    assert sheet.names == (("first", "second", "third") if header else ("column 1", "column 2", "column 3"))
    assert np.column_stack([sheet.column(name).values for name in sheet.names]).tolist() == table


@pytest.mark.parametrize("missing", ["", "NA", "nan", "NULL", "-", "?", " ", "N/A"])
def test_missing_values_are_not_numbers(tmp_path: Path, missing: str) -> None:
    sheet = read(tmp_path, f"a,b,c\n1,{missing},3\n4,5,6\n7,8,9\n")
    assert np.isnan(sheet.column("b").values).tolist() == [True, False, False]


@pytest.mark.parametrize(
    ("cells", "years"),
    [
        (["2020-01-01", "2020-07-01", "2021-01-01"], [2020, 2020 + 182 / 366, 2021]),
        (["20200101", "20200701", "20210101"], [2020, 2020 + 182 / 366, 2021]),
        (["01.01.2020", "01.07.2020", "01.01.2021"], [2020, 2020 + 182 / 366, 2021]),
        (["1/1/2020", "1/13/2020", "12/31/2020"], [2020, 2020 + 12 / 366, 2020 + 365 / 366]),
        (["1/1/2020", "1/2/2020", "1/3/2020"], [2020, 2020 + 31 / 366, 2020 + 60 / 366]),
        (["2021-01", "2021-02", "2021-03"], [2021, 2021 + 31 / 365, 2021 + 59 / 365]),
        (["2021-01-01T00:00:00Z", "2021-01-01T12:00:00Z"], [2021, 2021 + 0.5 / 365]),
        (["2021-01-01 00:00", "2021-01-01 06:00"], [2021, 2021 + 0.25 / 365]),
    ],
)
def test_dates_become_years(tmp_path: Path, cells: list[str], years: list[float]) -> None:
    sheet = read(tmp_path, "when;level\n" + "".join(f"{cell};{i}\n" for i, cell in enumerate(cells)))
    column = sheet.column("when", ("date",))
    assert column.values == pytest.approx(np.array(years), abs=1e-9)


def test_headers(tmp_path: Path) -> None:
    assert read(tmp_path, "1,2\n3,4\n").names == ("column 1", "column 2")
    assert read(tmp_path, "a,a,,b \n1,2,3,4\n").names == ("a", "a (2)", "column 3", "b")
    assert read(tmp_path, "value [m]\n1.5\n2.5\n").names == ("value [m]",)
    assert read(tmp_path, "name,1990\nann,1\nbob,2\n").column("column 2").values.tolist() == [1990, 1, 2]


def test_one_bad_cell_is_named(tmp_path: Path) -> None:
    sheet = read(tmp_path, "# a comment\nyear,level\n2001,1\n\n2002,2\n2003,about 3\n2004,4\n")
    with pytest.raises(BadInput) as caught:
        sheet.column("level")
    assert str(caught.value) == (
        f"{tmp_path / 'table.csv'}, line 6, column “level”: “about 3” is not a number; "
        "correct it, or leave it empty if the value is missing"
    )


def test_infinity_is_not_a_number(tmp_path: Path) -> None:
    sheet = read(tmp_path, "a\n1\ninf\n3\n")
    with pytest.raises(BadInput, match="line 3, column “a”: “inf” is not a number"):
        sheet.column("a")


def test_unknown_and_unusable_columns(tmp_path: Path) -> None:
    sheet = read(tmp_path, "name,level,empty\nann,1,\nbob,2,\n")
    with pytest.raises(BadInput, match="there is no column “height”; choose from name, level, empty"):
        sheet.column("height")
    with pytest.raises(BadInput, match="column “name”: it holds text; choose a column of numbers"):
        sheet.column("name")
    with pytest.raises(BadInput, match="column “empty”: it has no values"):
        sheet.column("empty")


WIDTH = "this row has {} and the others have 2; give every row the same number of fields"
BAD: dict[str, tuple[str | bytes, str, str]] = {
    "empty": (b"", "", "the file is empty; choose a file with data in it"),
    "blank": (" \n\n\t\n", "", "the file holds nothing but spaces and empty lines; choose a file with data in it"),
    "binary": (bytes(range(256)), "", "this is a binary file, not plain text; choose a table (CSV) or a text"),
    "zeros": (b"\x00" * 50, "", "the file holds nothing but spaces and empty lines; choose a file with data in it"),
    "Excel": (
        b"PK\x03\x04\x14\x00",
        "",
        "this is a zip archive or an Excel workbook, not plain text; save the sheet as CSV first",
    ),
    "PDF": (b"%PDF-1.4\n%\xe2\xe3", "", "this is a PDF, not plain text; save its table or text as a plain file first"),
    "header only": ("year,level\n", "", "there is a header and no row below it; choose a table with numbers"),
    "comments only": ("# one\n# two\n", "", "there are no rows in it; choose a table with numbers"),
    "short row": ("a,b\n1,2\n3\n5,6\n", ", line 3", WIDTH.format("1 field")),
    "long row": ("a,b\n1,2\n3,4\n5,6,7\n", ", line 4", WIDTH.format("3 fields")),
    "short row far down": ("a,b\n" + "1,2\n" * 40_000 + "3\n5,6\n", ", line 40002", WIDTH.format("1 field")),
    "long row far down": ("a;b\n" + "1;2\n" * 40_000 + "3;4;5\n", ", line 40002", WIDTH.format("3 fields")),
    "open quote": (
        'a,b\n1,"2\n3,4\n',
        "",
        "the table cannot be read: perhaps a quotation mark is opened and not closed; save it again as a plain CSV",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_files_are_refused_in_one_sentence(tmp_path: Path, case: str) -> None:
    data, where, sentence = BAD[case]
    path = write(tmp_path, data)
    with pytest.raises(BadInput) as caught:
        read_sheet(path)
    assert str(caught.value) == f"{path}{where}: {sentence}"


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="nowhere.csv: there is no such file; check the path"):
        read_sheet(tmp_path / "nowhere.csv")
    with pytest.raises(BadInput, match="this is a folder; choose a file in it"):
        read_sheet(tmp_path)
    with pytest.raises(BadInput, match="cannot be read"):
        read_sheet(tmp_path / ("long" * 100))


def test_huge_files_are_read_in_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_file, "MOST_ROWS", 1000)
    sheet = read(tmp_path, "a,b\n" + "".join(f"{i},{i * i}\n" for i in range(3000)))
    assert sheet.rows == 1000 and sheet.column("b").values[-1] == 999**2
    assert sheet.notes == ("Only the first 1,000 rows were read.",)
    whole = read(tmp_path, "a,b\n" + "1,2\n" * 1000)
    assert whole.rows == 1000 and whole.notes == ()


def test_the_same_file_is_read_once_until_it_changes(tmp_path: Path) -> None:
    path = write(tmp_path, "a,b\n1,2\n")
    assert read_sheet(path) is read_sheet(path)
    write(tmp_path, "a,b\n1,2\n3,4\n")
    assert read_sheet(path).rows == 2
