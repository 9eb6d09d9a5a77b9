"""What of several cases may leave: only with consent for the recipient, only what is disclosable, and no figure for a few."""

import csv
import random
import re
from datetime import date
from itertools import pairwise
from xml.etree import ElementTree

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from simulators.casework import casework

from habeas.domain.across import Follows, Key, Patterns, Prompt, Recurs, Together, Wave
from habeas.domain.case import Consent
from habeas.domain.errors import BadInput, UsageError
from habeas.domain.when import parse_when
from habeas.services.releasing import SMALLEST_CELL, may_leave, suppressed, write_patterns

TODAY = date(2026, 11, 26)
COURT = "A court"


def consent(**more):
    return Consent(**{"person": "Person Q", "purpose": "patterns", "recipient": COURT, "given_on": parse_when("2026-01-01"), **more})


def agreeing(cases):
    shown = {
        n: msgspec.structs.replace(c, statements=tuple(msgspec.structs.replace(s, disclosable=True) for s in c.statements)) for n, c in cases.items()
    }
    return {name: msgspec.structs.replace(case, consents=(consent(person=case.pseudonym),)) for name, case in shown.items()}


def test_patterns_are_reckoned_anew_over_the_cases_that_consent():
    cases = casework(random.Random(7), 30, planted=0.7, affair=3000)
    some = dict(list(agreeing(cases).items())[:20])
    found = may_leave({**cases, **some}, COURT, TODAY)
    assert (found.cases, may_leave(some, COURT, TODAY)) == (20, found)


def test_too_few_consenting_cases_are_refused_with_how_many_there_are():
    cases = casework(random.Random(7), 30)
    with pytest.raises(UsageError, match="4 of 30 cases consent"):
        may_leave({**cases, **dict(list(agreeing(cases).items())[:4])}, COURT, TODAY)


def without(cases, act):
    """The cases with one kind of row withheld."""
    return {
        n: msgspec.structs.replace(c, statements=tuple(s if s.act != act else msgspec.structs.replace(s, disclosable=False) for s in c.statements))
        for n, c in cases.items()
    }


def test_what_is_not_disclosable_takes_no_part_in_what_leaves():
    cases = agreeing(casework(random.Random(7), 24, planted=0.6, affair=3000))
    assert may_leave(cases, COURT, TODAY).follows and not may_leave(without(cases, "appeal_sent"), COURT, TODAY).follows


def test_nothing_leaves_that_all_that_is_known_does_not_bear_out():
    cases = agreeing(casework(random.Random(7), 24, planted=0.6, affair=3000))
    older = {}
    for name, one in cases.items():
        claim = one.statements[0]
        paper = msgspec.structs.replace(claim, id="S009", stated_on=parse_when("2015-01-01"), disclosable=False)
        older[name] = msgspec.structs.replace(one, statements=(*one.statements, paper), accusation=(*one.accusation, "S009"))
    assert may_leave(cases, COURT, TODAY).follows and not may_leave(older, COURT, TODAY).follows


def test_a_value_that_holds_an_aside_or_a_name_of_somebody_does_not_leave():
    cases = agreeing(casework(random.Random(7), 20))
    named = {}
    for number, (name, one) in enumerate(cases.items()):
        office = "Office of Zorvanelle Corvonte" if number % 2 else "Office North (where she was held)"
        claim = msgspec.structs.replace(one.statements[0], circumstances=(("office", office), ("article", "208")))
        mother = msgspec.structs.replace(one.statements[1], speaker="Zorvanelle Corvonte")
        named[name] = msgspec.structs.replace(one, statements=(claim, mother, *one.statements[2:]))
    values = {one.value for one in may_leave(named, COURT, TODAY).recurs}
    assert "Office North" in values and not any("Zorvanelle" in value or "held" in value for value in values)


COUNT = st.integers(0, 30)


@st.composite
def found_patterns(draw):
    total = draw(st.integers(5, 26))
    names = [f"case-{n}" for n in range(total)]

    def some(of):
        return tuple(draw(st.lists(st.sampled_from(names), unique=True, max_size=of))) if of else ()

    def follows(prompt, within):
        of = draw(st.integers(0, total))
        cases = some(of)[:of]
        before = draw(st.integers(0, of - len(cases)))
        return Follows(prompt=prompt, within=within, cases=cases, before=before, of=of, expected=1.5, p=0.004, corrected=0.03)

    def recurs(key, value, recorded):
        cases = tuple(draw(st.lists(st.sampled_from(recorded), unique=True))) if recorded else ()
        return Recurs(key=key, value=value, cases=cases, of=len(recorded), spelled=len(cases), first="2016-01-01", last="2016-02-02")

    def together():
        return Together(one=(Key.OFFICE, "a"), other=(Key.ARTICLE, "b"), both=draw(COUNT), one_only=draw(COUNT), other_only=draw(COUNT),
                        neither=draw(COUNT), p=0.004, corrected=0.03)  # fmt: skip

    waves = [
        Wave(within=w, most=draw(st.integers(0, total)), of=total, begins="2016-01-01", ends="2016-01-09", expected=1.3, p=0.004, corrected=0.03)
        for w in (7, 30, 90)
    ]
    months = tuple((f"201{number % 4}-0{1 + number // 4}", draw(st.integers(0, 9))) for number in range(draw(st.integers(0, 16))))
    offices, articles = (names[: draw(st.integers(0, total))] for _ in range(2))
    return Patterns(
        cases=total, dated=total, looks=9, follows=tuple(follows(p, w) for p in (Prompt.COMPLAINT, Prompt.FLIGHT) for w in (7, 30, 90)),
        recurs=(recurs(Key.OFFICE, "a", offices), recurs(Key.OFFICE, "c", offices), recurs(Key.ARTICLE, "b", articles)),
        together=(together(), together()), waves=tuple(waves), months=months, notes=("not dated: case-1",),
    )  # fmt: skip


def fine(count):
    return count == 0 or count >= SMALLEST_CELL


@given(found_patterns())
def test_no_figure_and_no_difference_of_figures_that_leaves_stands_for_one_to_four_cases(found):
    left = suppressed(found)
    total = left.cases
    for one in (*left.follows, *left.recurs):
        assert fine(len(one.cases)) and fine(one.of - len(one.cases)) and fine(total - one.of) and set(one.cases) <= {""}
    for prompt in Prompt:
        counts = [len(one.cases) for one in left.follows if one.prompt is prompt]
        assert all(fine(b - a) for a, b in pairwise(counts))
        befores = [one.before for one in left.follows if one.prompt is prompt]
        assert all(fine(n) for n in befores) and all(fine(b - a) for a, b in pairwise(befores))
    assert all(fine(one.of - len(one.cases) - one.before) for one in left.follows)
    told = {(one.key, one.value): len(one.cases) for one in left.recurs}
    for key in {key for key, _ in told}:
        mine = [one for one in found.recurs if one.key is key and (key, one.value) in told]
        assert fine(mine[0].of - len({name for one in mine for name in one.cases}))
    for value, key in {(v, k) for one in left.together for v, k in ((one.one, one.other[0]), (one.other, one.one[0]))}:
        tables = [one for one in left.together if (one.one == value and one.other[0] is key) or (one.other == value and one.one[0] is key)]
        for one in tables:
            margin = one.both + (one.one_only if one.one == value else one.other_only)
            assert margin - sum(table.both for table in tables) not in range(1, SMALLEST_CELL)
    for one in left.together:
        cells = (one.both, one.one_only, one.other_only, one.neither)
        assert all(fine(n) for n in (*cells, total - sum(cells)))
        assert fine(told[one.one] - one.both - one.one_only) and fine(told[one.other] - one.both - one.other_only)
    most = [one.most for one in left.waves]
    assert all(fine(one.most) and fine(one.of - one.most) and one.begins == one.ends == "" for one in left.waves)
    assert all(fine(b - a) for a, b in pairwise(most))
    assert all(count >= SMALLEST_CELL for _, count in left.months) or len(left.months) == 1
    assert all("-" not in year for year, _ in left.months)
    rows = (*left.follows, *left.together, *left.waves)
    assert all(one.corrected in (0.001, 0.01, 0.05) for one in rows) and all(float(one.expected).is_integer() for one in (*left.follows, *left.waves))
    assert not any(one.first or one.last for one in left.recurs)
    assert "case-" not in " ".join(left.notes) and left.dated == total


def test_an_officer_whose_cases_are_nearly_all_of_his_office_is_withheld():
    names = [f"case-{n}" for n in range(24)]
    rows = (
        Recurs(key=Key.OFFICER, value="Captain K", cases=tuple(names[:10]), of=24, spelled=10),
        Recurs(key=Key.OFFICE, value="Office North", cases=tuple(names[:12]), of=24, spelled=12),
        Recurs(key=Key.OFFICE, value="Office South", cases=tuple(names[12:]), of=24, spelled=12),
    )
    left = suppressed(Patterns(cases=24, dated=24, recurs=rows))
    assert [one.value for one in left.recurs] == ["Office North", "Office South"]


def test_years_add_up_to_all_cases_whatever_span_they_have():
    months = (("1970-01", 1), *((f"20{year}-05", 7) for year in range(16, 19)))
    left = suppressed(Patterns(cases=22, dated=22, months=months))
    assert sum(count for _, count in left.months) == 22 and all(count >= SMALLEST_CELL for _, count in left.months)


def test_the_tables_and_pictures_of_an_export_name_no_case_and_no_day(tmp_path):
    cases = agreeing(casework(random.Random(4), 60, planted=0.6, affair=3000, moulded={"Office North": 0.9}))
    names = write_patterns(may_leave(cases, COURT, TODAY), tmp_path / "out", COURT)
    assert {"READ-ME.txt", "follows.csv", "follows.svg", "recurs.svg", "years.csv"} <= set(names)
    for file in (tmp_path / "out").iterdir():
        said = file.read_text("utf-8")
        assert "case-" not in said and not re.search(r"201\d-\d\d", said)
        assert oct(file.stat().st_mode & 0o777) == "0o600"
        if file.suffix == ".svg":
            ElementTree.fromstring(said)
    rows = list(csv.DictReader((tmp_path / "out" / "recurs.csv").read_text("utf-8").splitlines()))
    assert any(row["value"] == "Office North" and int(row["cases"]) >= SMALLEST_CELL for row in rows)
    with pytest.raises(BadInput):
        write_patterns(may_leave(cases, COURT, TODAY), tmp_path / "out", COURT)
