"""Rows of text out of CSV, JSONL and XLSX: encodings, separators, formulas, limits; the row told is the reader's row."""

import csv
import io
import json
import time
import zipfile
from datetime import date, datetime

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from habeas.domain.errors import BadInput, Problem
from habeas.intake.folder import xlsx
from habeas.intake.folder.tables import MOST_BYTES, MOST_CELL, neutralise, read_table, restore, write_csv, write_jsonl

_texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)
_formulas = st.tuples(st.sampled_from(["", "'", "''"]), st.sampled_from("=+-@\t\r"), _texts).map("".join)
_cells = _texts | _formulas


def csv_rows(text):
    return read_table("t.csv", text.encode() if isinstance(text, str) else text)


def cells(rows):
    return [dict(row.cells) for row in rows.rows]


def refusal(file, untrusted):
    """The one problem of a table, whether the reading raised it or handed it on with the rows."""
    try:
        problems = read_table(file, untrusted).problems
    except BadInput as bad:
        problems = bad.problems
    assert len(problems) == 1, problems
    return problems[0]


def workbook(rows, change=lambda book, sheet: None):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    change(book, book.active)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def grid(untrusted):
    return json.loads(xlsx.read(untrusted))


def refused(untrusted):
    with pytest.raises(ValueError) as raised:  # noqa: PT011  # the argument is what is looked at
        xlsx.read(untrusted)
    return [Problem(**{"file": "", **one}) for one in json.loads(raised.value.args[0])]


# --- formulas ---------------------------------------------------------------------------------------------------------------------------


@given(_cells)
def test_restore_is_the_inverse_of_neutralise(cell):
    assert restore(neutralise(cell)) == cell


@given(_formulas)
def test_a_neutralised_cell_never_begins_as_a_formula_does(cell):
    assert neutralise(cell)[0] not in "=+-@\t\r"


def test_a_cell_that_is_no_formula_is_left_as_it_is():
    assert [neutralise(one) for one in ("", "'", "'tis", "a=b", "1977")] == ["", "'", "'tis", "a=b", "1977"]
    assert [restore(one) for one in ("'tis", "'=x", "''=x", "=x")] == ["'tis", "=x", "'=x", "=x"]


# --- CSV --------------------------------------------------------------------------------------------------------------------------------


@settings(max_examples=30)
@given(st.lists(st.tuples(_cells, _cells).filter(lambda row: any(cell.strip() for cell in row)), max_size=5))
def test_csv_rows_come_back_as_they_were_written(rows):
    assert [tuple(row.cells.values()) for row in csv_rows(write_csv(("a", "b"), rows)).rows] == rows


@settings(max_examples=30)
@given(st.lists(st.tuples(_cells, _cells).filter(lambda row: any(cell.strip() for cell in row)), max_size=5))
def test_jsonl_rows_come_back_as_they_were_written(rows):
    found = read_table("t.jsonl", write_jsonl(("a", "b"), rows))
    assert [(row.cells.get("a", ""), row.cells.get("b", "")) for row in found.rows] == rows


def test_what_is_written_is_read_by_any_other_csv_reader():
    written = write_csv(("a", "b"), [("x\ry", 'say "so"'), ("1;2,3", "two\nlines")]).decode()
    assert list(csv.reader(io.StringIO(written, newline=""), strict=True)) == [["a", "b"], ["x\ry", 'say "so"'], ["1;2,3", "two\nlines"]]


def test_a_byte_order_mark_is_accepted():
    assert cells(csv_rows("\ufeffid,act\nS1,present\n")) == [{"id": "S1", "act": "present"}]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("separator", [",", ";"])
def test_commas_and_semicolons_and_all_line_ends_are_accepted(separator, newline):
    text = newline.join(separator.join(row) for row in (("id", "act", "note"), ("S1", "present", '"a,b;c"'))) + newline
    assert cells(csv_rows(text)) == [{"id": "S1", "act": "present", "note": "a,b;c"}]


def test_a_table_separated_by_tabs_is_refused_by_its_name():
    assert "tabs" in refusal("t.csv", b"id\tact\tside\nS1\tpresent\tstate\n").message


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_refused(encoding):
    untrusted = "id,act\nS1,present\n".encode(encoding)
    problem = refusal("t.csv", untrusted)
    assert "UTF-16" in problem.message or "NUL" in problem.message


def test_windows_1251_is_recognised_and_the_row_told():
    problem = refusal("t.csv", "id,summary\nS1,fine\nS2,Задержан на улице\n".encode("cp1251"))
    assert "Windows-1251" in problem.message and problem.row == 3


def test_windows_1252_is_recognised():
    assert "Windows-1252" in refusal("t.csv", "id,summary\nS1,Café Pérez\n".encode("cp1252")).message


def test_a_nul_is_refused_with_its_row():
    problem = refusal("t.csv", b"id,act\nS1,present\nS2,pre\0sent\n")
    assert "NUL" in problem.message and problem.row == 3


def test_empty_rows_are_not_rows_but_count_for_the_row_told():
    found = csv_rows("id,act\n\n,\nS1,present\n")
    assert [row.number for row in found.rows] == [4]


def test_the_row_told_is_the_spreadsheet_s_even_after_a_cell_of_many_lines():
    found = csv_rows('id,note\nS1,"one\ntwo\nthree"\nS2,x\n')
    assert [row.number for row in found.rows] == [2, 3]


@pytest.mark.parametrize("row", ["S1", "S1,present,more", "S1,present,,x"])
def test_a_row_with_another_number_of_cells_is_refused(row):
    problem = refusal("t.csv", f"id,act\n{row}\n".encode())
    assert problem.row == 2 and "where the header has 2" in problem.message


def test_empty_cells_beyond_the_header_are_forgiven():
    assert cells(csv_rows("id,act,,\nS1,present,,\n")) == [{"id": "S1", "act": "present"}]


def test_every_bad_row_is_told_and_the_good_ones_are_kept():
    found = csv_rows("id,act\nS1\nS2,present\nS3,a,b\n")
    assert [problem.row for problem in found.problems] == [2, 4]
    assert [row.number for row in found.rows] == [3]
    assert found.unread == 2


@pytest.mark.parametrize("text", ['id,note\nS1,"KINGFISHER\n', 'id,note\nS1,"a"KINGFISHER\n'])
def test_broken_quotation_is_refused_without_quoting_it(text):
    problem = refusal("t.csv", text.encode())
    assert "quotation mark" in problem.message and "KINGFISHER" not in str(problem)


@pytest.mark.parametrize("untrusted", [b"", b"\n", b"   \nid,act\n", b"\xef\xbb\xbf"])
def test_a_table_without_a_header_is_refused(untrusted):
    assert "name the columns" in refusal("t.csv", untrusted).message


@pytest.mark.parametrize("header", ["id,id", "id,,act", ",id"])
def test_every_column_needs_a_name_of_its_own(header):
    assert "name of its own" in refusal("t.csv", f"{header}\n".encode()).message


def test_a_cell_beyond_the_limit_is_refused():
    assert refusal("t.csv", b'id,note\nS1,"' + b"x" * (MOST_CELL + 1) + b'"\n').row == 2


def test_a_header_of_very_many_columns_is_refused_quickly():
    start = time.perf_counter()
    assert "columns" in refusal("t.csv", ",".join(f"c{i}" for i in range(100_000)).encode()).message
    read_table("t.csv", b"id,act" + b"," * 300_000 + b"\n")
    assert time.perf_counter() - start < 2


@pytest.mark.slow
@pytest.mark.parametrize("file", ["t.csv", "t.jsonl", "t.xlsx"])
def test_a_hundred_megabytes_are_refused_quickly(file):
    untrusted = b"id,act\n" + b"S1,present\n" * (100 << 20 >> 3)
    start = time.perf_counter()
    assert f"at most {MOST_BYTES >> 20} MiB" in refusal(file, untrusted).message
    assert time.perf_counter() - start < 0.5


# --- JSONL ------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["a\u2028b", "a\u2029b", "a\u0085b", "a\x0cb", "a\rb"])
def test_only_a_line_feed_ends_a_line_of_jsonl(text):
    assert cells(read_table("t.jsonl", write_jsonl(("id", "note"), [("S1", text)]))) == [{"id": "S1", "note": text}]


def test_plain_json_values_become_text():
    line = b'{"id": "S1", "denied": true, "disclosable": false, "place": null, "exhibit": 7}\n'
    assert cells(read_table("t.jsonl", line)) == [{"id": "S1", "denied": "true", "disclosable": "", "place": "", "exhibit": "7"}]


@pytest.mark.parametrize(
    "line",
    ["KINGFISHER", '{"id": "KINGFISHER"', '["KINGFISHER"]', '"KINGFISHER"', '{"id": ["KINGFISHER"]}', '{"id": {"a": "KINGFISHER"}}', '{"id": 1.5}', '{"id": NaN}',
     '{"id": "S1", "id": "KINGFISHER"}', '{"id": "\\ud800"}', '{"id": "\\u0000"}', '{"id": ' + "9" * 5000 + "}", '{"id": ' + "[" * 100_000, "[" * 100_000, '{"a":' * 100_000],
    ids=lambda line: line[:24],
)  # fmt: skip
def test_a_line_that_is_no_object_of_plain_values_is_refused_without_quoting_it(line):
    problem = refusal("t.jsonl", f'{{"id": "S0"}}\n\n{line}\n'.encode())
    assert problem.row == 3 and "KINGFISHER" not in str(problem) and len(str(problem)) < 200


# --- XLSX: the reader itself, as the child calls it -------------------------------------------------------------------------------------


@settings(max_examples=12)
@given(_cells.filter(lambda cell: cell.isprintable()))
def test_a_workbook_gives_its_text_back(cell):
    assert grid(xlsx.write(("a", "b"), [(cell, "end")])) == [["a", "b"], [cell, "end"]]


@pytest.mark.parametrize(
    "text", [" a ", "a\nb", "a\r\nb", "\tx", "_x000D_", "007", "1977-08", "true", "#N/A", "=1+1", "'=1", "Зая\u0301вление 😀", "x" * 32_767]
)
def test_a_workbook_keeps_text_that_a_spreadsheet_would_change(text):
    assert grid(xlsx.write(("a", "b"), [(text, "end")])) == [["a", "b"], [text, "end"]]


@pytest.mark.parametrize("text", ["x" * 32_768, "a\x0bb", "\x01", "\ufffe", "\uffff", "a\0b"], ids=lambda text: repr(text[:4]))
def test_text_that_a_workbook_cannot_hold_is_refused_and_not_cut(text):
    with pytest.raises(BadInput) as refused_:
        xlsx.write(("a", "b"), [("fine", "fine"), ("fine", text)])
    assert refused_.value.problems[0].row == 3 and refused_.value.problems[0].column == "b"


def test_a_written_workbook_holds_no_formula():
    book = openpyxl.load_workbook(io.BytesIO(xlsx.write(("a",), [("=HYPERLINK(1)",), ("@x",), ("+1",)])))
    assert {cell.data_type for row in book.active for cell in row} == {"s"}


def test_numbers_in_a_workbook_become_text_without_a_tail():
    assert grid(workbook([["a", "b", "c", "d"], [7, 7.0, 7.5, True]]))[1] == ["7", "7", "7.5", "true"]


@pytest.mark.parametrize("value", [date(1977, 8, 1), datetime(1977, 8, 1, 10, 30)], ids=["day", "time"])
def test_a_spreadsheet_date_is_refused(value):
    (problem,) = refused(workbook([["id", "when"], ["S1", value]]))
    assert "1977-08-01" in problem.message and problem.row == 2


@pytest.mark.parametrize("value", ["=1+1", "#REF!"])
def test_a_formula_and_its_error_are_refused(value):
    (problem,) = refused(workbook([["id", "note"], ["S1", value]]))
    assert problem.row == 2 and "formula" in problem.message


def test_merged_cells_are_refused():
    (problem,) = refused(workbook([["id", "a", "b"], ["S1", "x", None]], lambda _, sheet: sheet.merge_cells("B2:C2")))
    assert "B2:C2" in problem.message and problem.row == 2


def test_every_problem_of_a_workbook_is_told_in_its_order():
    rows = [["id", "a"], *([f"S{n}", "=1"] for n in range(1, 4))]
    problems = refused(workbook(rows, lambda _, sheet: sheet.merge_cells("D3:E3")))
    assert [problem.row for problem in problems] == [2, 3, 3, 4]


def test_no_cell_of_a_workbook_is_quoted_in_a_problem():
    problems = refused(workbook([["id", "KINGFISHER"], ["S1", "=KINGFISHER()"], ["S2", date(1977, 8, 1)]]))
    assert len(problems) == 2
    assert "KINGFISHER" not in "".join(map(str, problems))


def test_a_second_sheet_with_cells_is_not_left_out_in_silence():
    (problem,) = refused(workbook([["id"], ["S1"]], lambda book, _: book.create_sheet().append(["S2"])))
    assert "sheet" in problem.message
    assert grid(workbook([["id"], ["S1"]], lambda book, _: book.create_sheet())) == [["id"], ["S1"]]


def test_a_sheet_of_too_many_cells_is_refused():
    (problem,) = refused(workbook([["id"]], lambda _, sheet: sheet.cell(1_048_576, 16_384, "x")))
    assert "too many cells" in problem.message


def _tampered(member, change):
    source, out = zipfile.ZipFile(io.BytesIO(workbook([["id"], ["S1"]]))), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in source.namelist():
            made.writestr(name, change(source.read(name)) if name == member else source.read(name))
    return out.getvalue()


@pytest.mark.parametrize(
    "untrusted",
    [
        b"",
        b"PK",
        b"PK\x03\x04" + b"\0" * 100,
        b"id,act\nS1,present\n",
        _tampered("xl/worksheets/sheet1.xml", lambda _: b"<worksheet"),
        _tampered("[Content_Types].xml", lambda _: b"<Types/>"),
    ],
)
def test_what_is_no_workbook_is_refused(untrusted):
    (problem,) = refused(untrusted)
    assert "not an XLSX workbook" in problem.message


# --- XLSX: through the child, as read_table does ----------------------------------------------------------------------------------------


def test_a_workbook_is_read_with_the_rows_of_the_spreadsheet():
    rows = read_table("t.xlsx", workbook([["id", "act"], [None, None], ["S1", "present"]]))
    assert rows.header == ("id", "act") and [(row.number, dict(row.cells)) for row in rows.rows] == [(3, {"id": "S1", "act": "present"})]


def test_a_cell_outside_the_header_of_a_workbook_is_told():
    problem = refusal("t.xlsx", workbook([["id", "act"], ["S1", "present", "KINGFISHER"]]))
    assert problem.file == "t.xlsx" and problem.row == 2 and "KINGFISHER" not in str(problem)


def test_a_workbook_that_is_none_is_refused_under_its_name():
    assert refusal("t.xlsx", b"KINGFISHER").file == "t.xlsx"


@pytest.mark.slow
@pytest.mark.parametrize("bomb", ["text", "merge", "entities"])
def test_a_zip_bomb_ends_in_a_clear_error_within_the_limits(bomb):
    if bomb == "text":
        untrusted = _big_sheet()
    elif bomb == "merge":
        untrusted = _tampered(
            "xl/worksheets/sheet1.xml",
            lambda xml: xml.replace(b"</sheetData>", b'</sheetData><mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'),
        )
    else:
        entities = b"".join(b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10 if n else b"lol" * 10) for n in range(10))
        untrusted = _tampered(
            "xl/worksheets/sheet1.xml", lambda _: b'<?xml version="1.0"?><!DOCTYPE worksheet [' + entities + b"]><worksheet>&e9;</worksheet>"
        )
    assert len(untrusted) < 8 << 20
    start = time.perf_counter()
    problem = refusal("t.xlsx", untrusted)
    assert problem.file == "t.xlsx" and problem.message
    assert time.perf_counter() - start < 140


def _big_sheet():
    """Four gigabytes of one cell's text in four megabytes."""
    out = io.BytesIO()
    base = zipfile.ZipFile(io.BytesIO(workbook([["id"], ["S1"]])))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
        for name in base.namelist():
            if name != "xl/worksheets/sheet1.xml":
                made.writestr(name, base.read(name))
        with made.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as stream:
            stream.write(
                b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>'
            )
            for _ in range(1000):
                stream.write(b"x" * (1 << 20))
            stream.write(b"</t></is></c></row></sheetData></worksheet>")
    return out.getvalue()
