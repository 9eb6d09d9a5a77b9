"""A folder is taken whole or not at all; every problem at once, a sum that adds up, and no text of the case in any message."""

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulators.folders import FREE_TEXT, GOOD, SECRET, make_folder, secretive, table

from habeas.domain.errors import BadInput
from habeas.intake.folder import read_folder
from habeas.intake.folder.columns import SIDE_TABLES, STATEMENTS
from habeas.intake.folder.reading import _Reading, read_bytes

posix = pytest.mark.skipif(os.name != "posix", reason="links need rights on Windows")
PLAIN = 'title = "t"\n'
HEAD = "id,side,act,when,exhibit"


@pytest.fixture
def make(tmp_path):
    return lambda *args, **files: make_folder(tmp_path / "case", *args, **files)


def problems(folder):
    with pytest.raises(BadInput) as refused:
        read_folder(folder)
    return refused.value.problems


def places(folder):
    """(file, row, column) of every problem."""
    return [(problem.file, problem.row, problem.column) for problem in problems(folder)]


def statements(*rows):
    return "\n".join((HEAD, *rows)) + "\n"


def test_a_good_folder_is_taken_and_its_sums_add_up(make):
    found = read_folder(make())
    assert found.case.title == "A case" and found.case.accusation == ("S001",)
    assert [(count.file, count.read, count.taken) for count in found.counts] == [
        ("statements.csv", 2, 2), ("exhibits.csv", 1, 1), ("places.csv", 1, 1), ("appeals.csv", 1, 1), ("consents.csv", 1, 1), ("reviews.csv", 1, 1), ("voices.csv", 1, 1), ("forms.csv", 1, 1),
    ]  # fmt: skip


@pytest.mark.parametrize("case", ["bleier-1975", "castro-1977", "chaves-1976", "chechnya-2017"])
def test_the_public_cases_are_taken_whole(cases, case):
    found = read_folder(cases / case)
    assert found.case.statements and all(count.read == count.taken for count in found.counts)


def test_rows_repeated_word_for_word_are_counted_and_taken_once(make):
    found = read_folder(
        make(statements_csv=statements("S001,state,departed,,", "S002,state,present,,", "S001,state,departed,,", "S001,state,departed,,"))
    )
    (count,) = (count for count in found.counts if count.file == "statements.csv")
    assert (count.read, count.taken, count.refused, count.duplicates) == (4, 2, 0, 2)


def test_a_row_repeated_with_its_empty_cells_spelled_out_is_still_a_duplicate(make):
    lines = '{"id": "S001", "side": "state", "act": "departed"}\n{"id": "S001", "side": "state", "act": "departed", "place": "", "denied": false, "quote": null}\n'
    found = read_folder(make(statements_jsonl=lines))
    assert found.counts[0].duplicates == 1


_rows = st.lists(
    st.sampled_from(
        ["S001,state,departed,,", "S002,state,present,,", "S002,family,present,,", "S003,martian,present,,", "S4,state", ",state,present,,", ",,,,"]
    ),
    max_size=12,
)


@settings(max_examples=25)
@given(rows=_rows)
def test_what_was_read_is_what_was_taken_refused_and_repeated(tmp_path_factory, rows):
    folder = make_folder(tmp_path_factory.mktemp("case") / "case", toml='title = "A case"\n', statements_csv=statements(*rows), exhibits_csv=None)
    reading = _Reading(folder)
    taken = reading.table(STATEMENTS)
    (count,) = reading.counts
    assert count.read == count.taken + count.refused + count.duplicates == sum(1 for row in rows if row != ",,,,")
    assert count.taken == len(taken) == len({statement.id for statement in taken})


def test_an_id_that_stands_twice_with_other_content_is_refused(make):
    (problem,) = problems(make(statements_csv=statements("S001,state,departed,,", "S001,state,present,,")))
    assert (problem.row, problem.column) == (3, "id") and "row 2" in problem.message


def test_every_problem_of_a_folder_is_told_at_once(make):
    folder = make(
        {"exhibits": [{"number": "x", "form": "fax"}], "places": [{"name": "", "latitude": "99", "longitude": "0", "radius_km": "-1"}]},
        toml='titel = 1\nlanguage = 3\nnotes = "n"\n',
        statements_csv=statements("S001,martian,departed,31.02.1977,", "S 2,state,flew,,", "S003,state", ",,present,,1"),
    )
    assert sorted(places(folder)) == sorted([
        ("case.toml", 0, ""), ("case.toml", 0, "language"),
        ("statements.csv", 2, "side"), ("statements.csv", 2, "when"), ("statements.csv", 3, "id"), ("statements.csv", 3, "act"), ("statements.csv", 4, ""),
        ("statements.csv", 5, "id"), ("statements.csv", 5, "side"),
        ("exhibits.csv", 2, "number"), ("exhibits.csv", 2, "form"),
        ("places.csv", 2, "name"), ("places.csv", 2, "latitude"), ("places.csv", 2, "radius_km"),
    ])  # fmt: skip


def test_every_unknown_id_of_the_accusation_is_told(make):
    said = [problem.message for problem in problems(make(toml='title = "t"\naccusation = ["S008", "S001", "S009"]\n'))]
    assert [one.split()[0] for one in said] == ["S008", "S009"]


def test_a_refused_statement_does_not_make_others_wrong(make):
    folder = make(statements_csv=statements("S001,martian,departed,,1", "S002,state,present,>@S001,1"))
    assert places(folder) == [("statements.csv", 2, "side")]


def test_a_refused_table_makes_nothing_else_wrong(make):
    (problem,) = problems(make(statements_csv="id,side,act,colour\nS001,state,departed,red\n"))
    assert "column 4" in problem.message


def test_the_row_told_is_that_of_the_spreadsheet(make):
    folder = make(statements_csv='id,side,act,summary\nS001,state,departed,"one\ntwo\nthree"\nS002,martian,present,\n')
    assert places(folder) == [("statements.csv", 3, "side")]


def test_unknown_columns_are_refused_by_position_and_never_by_name(make):
    (problem,) = problems(make({"statements": [{**GOOD["statements"][0], SECRET: "x"}]}, toml=PLAIN))
    assert problem.row == 1 and "column 6" in problem.message and SECRET not in str(problem)


@pytest.mark.parametrize(
    "name", ["religion", "Ethnic group", "political_opinion", "национальность", "вероисповедание", "orientación sexual", "religión", "salud"]
)
@pytest.mark.parametrize("stem", ["statements", "consents"])
def test_a_protected_column_is_refused_and_reported_as_one(make, stem, name):
    (problem,) = problems(make({stem: [{**GOOD[stem][0], name: SECRET}]}, toml=PLAIN))
    assert problem.file == f"{stem}.csv" and "protected trait" in problem.message and SECRET not in str(problem)


@pytest.mark.parametrize("key", ["religion", "health", "национальность", "etnia"])
def test_a_protected_key_is_refused_and_reported_as_one(make, key):
    found = problems(
        make({"statements": [{**GOOD["statements"][0], "circumstances": f"{key}={SECRET}"}]}, toml=f'title = "t"\n"{key}" = "{SECRET}"\n')
    )
    assert [problem.file for problem in found] == ["case.toml", "statements.csv"]
    assert all("protected trait" in problem.message and SECRET not in str(problem) for problem in found)


@pytest.mark.parametrize("column", ["id", "side", "act"])
def test_a_missing_column_is_told_by_name(make, column):
    row = {name: cell for name, cell in GOOD["statements"][0].items() if name != column}
    assert ("statements.csv", 1, column) in places(make({"statements": [row]}))


def test_a_statement_rests_only_on_an_exhibit_that_is_listed(make):
    (problem,) = problems(make(statements_csv=statements("S001,state,departed,,9")))
    assert (problem.row, problem.column) == (2, "exhibit") and "9" in problem.message


@pytest.mark.parametrize(
    "file", ["missing.txt", "../case.toml", "exhibits/letter.txt", "..", ".", "/etc/hostname", "a\\letter.txt", "letter.txt/", "x" * 300]
)
def test_an_exhibit_is_a_bare_name_in_the_folder_of_exhibits(make, file):
    assert places(make({"exhibits": [{**GOOD["exhibits"][0], "file": file}]})) == [("exhibits.csv", 2, "file")]


@posix
def test_an_exhibit_is_no_link(make):
    folder = make({"exhibits": [{**GOOD["exhibits"][0], "file": "link.txt"}]})
    (folder / "exhibits" / "link.txt").symlink_to(folder / "case.toml")
    assert places(folder) == [("exhibits.csv", 2, "file")]


@posix
def test_the_folder_of_exhibits_is_no_link(make, tmp_path):
    folder = make()
    (folder / "exhibits").rename(tmp_path / "elsewhere")
    (folder / "exhibits").symlink_to(tmp_path / "elsewhere")
    assert "link" in problems(folder)[0].message


@posix
@pytest.mark.parametrize("name", ["statements.csv", "case.toml", "voices.csv"])
def test_no_table_is_a_link_or_a_pipe(make, tmp_path, name):
    folder = make()
    (folder / name).rename(tmp_path / "real")
    (folder / name).symlink_to(tmp_path / "real")
    assert ("not a regular file", name) in [(problem.message, problem.file) for problem in problems(folder)]
    (folder / name).unlink()
    os.mkfifo(folder / name)
    assert ("not a regular file", name) in [(problem.message, problem.file) for problem in problems(folder)]


def test_statements_stand_in_one_file_only(make):
    folder = make()
    (folder / "statements.xlsx").write_bytes(b"PK")
    (problem,) = problems(folder)
    assert "statements.csv" in problem.message and "statements.xlsx" in problem.message


@pytest.mark.parametrize(
    ("rows", "wrong"),
    [
        (["S001,state,departed,@S001+P1D,"], [2]),
        (["S001,state,departed,@S009,"], [2]),
        (["S001,state,departed,>@S002,", "S002,state,present,@S001+P1D,"], [2, 3]),
        (["S001,state,departed,@S002,", "S002,state,present,@S003,", "S003,state,present,@S001,"], [2, 3, 4]),
        (["S001,state,departed,@S002,", "S002,state,present,@S003,", "S003,state,present,@S002,"], [3, 4]),
    ],
    ids=["itself", "unknown", "circle of two", "circle of three", "a tail to a circle"],
)
def test_a_relative_date_leads_to_a_date(make, rows, wrong):
    found = problems(make(toml='title = "t"\n', statements_csv=statements(*rows)))
    assert sorted({problem.row for problem in found}) == wrong and {problem.column for problem in found} == {"when"}


def test_a_chain_of_relative_dates_is_taken(make):
    rows = ["S001,state,departed,@S002,", "S002,state,present,>@S003,", "S003,state,present,1977,"]
    assert len(read_folder(make(statements_csv=statements(*rows))).case.statements) == 3


@pytest.mark.parametrize(
    "toml",
    [
        None, "", "title = ", 'title = ""', 'title = " "', "title = 3", f"title = {SECRET}", f'title = "t"\n{SECRET} = 1', f'title = "t"\n"{SECRET} {SECRET}" = 1', 'title = "t"\naccusation = "S001"',
        'title = "t"\naccusation = [1]', f'title = "t"\naccusation = ["{SECRET} said"]', 'title = "t"\nidentifiers = 3', 'title = "t"\n[identifiers]\nseat = 3',
        f'title = "t"\n[identifiers]\n{SECRET} = "x"', 'title = "t"\ntitle = "u"', b'title = "\xff"', 'title = "t"'.encode("utf-16"), b'title = "\0"',
        'title = "t"\nnotes = ' + "[" * 5000, 'title = "t"\nnotes = ' + "{a=" * 3000, 'title = "t"\nnotes = ' + "9" * 5000, 'title = "t"\nnotes = 1977-02-31',
        f'title = "t"\nnotes = "{SECRET}', 'title = "t"\n#' + "x" * (2 << 20) + '\nnotes = "n"',
    ],
    ids=lambda toml: repr(toml)[:40],
)  # fmt: skip
def test_a_broken_head_is_refused_under_its_name_and_never_quoted(make, toml):
    found = problems(make(toml=toml))
    assert found and {problem.file for problem in found} == {"case.toml"}
    assert SECRET not in "".join(map(str, found))


def test_a_head_with_a_byte_order_mark_is_taken(make):
    assert read_folder(make(toml='\ufefftitle = "t"\n')).case.title == "t"


def test_what_is_no_case_folder_is_refused(tmp_path):
    assert "not a folder" in problems(tmp_path / "none")[0].message
    assert "no case.toml" in problems(tmp_path)[0].message


def test_a_folder_without_statements_is_told_where_they_were_looked_for(make):
    (problem,) = problems(make({"statements": []}))
    assert problem.file == "statements.csv" and ".jsonl" in problem.message


def test_a_file_over_the_limit_is_refused_and_never_cut(tmp_path):
    (tmp_path / "file").write_bytes(b"12345")
    assert read_bytes(tmp_path / "file", 5) == b"12345"
    with pytest.raises(BadInput, match="larger"):
        read_bytes(tmp_path / "file", 4)


# --- no text of the case in any message -------------------------------------------------------------------------------------------------

_CLOSED = [(t.stem, column) for t in (STATEMENTS, *SIDE_TABLES) for column in t.names if column not in FREE_TEXT[t.stem]]


def test_a_folder_full_of_secrets_is_fine(make):
    assert read_folder(make(secretive())).case.statements[0].speaker.startswith(SECRET)


def test_every_column_is_either_free_text_or_broken_below():
    assert {(t.stem, name) for t in (STATEMENTS, *SIDE_TABLES) for name in t.names} == set(_CLOSED) | {
        (stem, name) for stem, names in FREE_TEXT.items() for name in names
    }


@pytest.mark.parametrize(("stem", "column"), _CLOSED, ids=".".join)
@pytest.mark.parametrize("broken", ["{} told us", "told/by/{}", "met @ {}", "={}", "seat={}; seat={}; {}"])
def test_a_free_text_in_a_column_that_takes_none_is_refused_without_a_word_of_it(make, stem, column, broken):
    tables = secretive()
    tables[stem][0][column] = broken.replace("{}", SECRET)
    found = problems(make(tables))
    assert stem in {problem.file.split(".")[0] for problem in found}
    assert SECRET not in "".join(map(str, found))


@pytest.mark.parametrize("stem", list(GOOD))
@pytest.mark.parametrize("damage", ["shifted", "headless", "cut", "cp1251", "quote", "semicolons"])
def test_a_damaged_table_full_of_secrets_is_refused_without_a_word_of_them(make, stem, damage):
    whole = table(secretive()[stem])
    damaged = {
        "shifted": whole.replace(b"\r\n", b"\r\nx,", 2),
        "headless": whole.split(b"\r\n", 1)[1],
        "cut": whole[: -len(whole) // 3],
        "cp1251": whole + "Задержан".encode("cp1251"),
        "quote": whole + b'"' + SECRET.encode(),
        "semicolons": whole.replace(b",", b";", whole.count(b",") // 2),
    }[damage]
    found = problems(make(secretive(), **{f"{stem}_csv": damaged}))
    assert SECRET not in "".join(map(str, found))
