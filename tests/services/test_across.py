"""What of several cases may leave: only with consent for the recipient, only what is disclosable, and no figure for a few."""

import csv
import itertools
import random
from datetime import date
from xml.etree import ElementTree

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from simulators.casework import casework, signed_case

from habeas.domain.across import Follows, Key, Patterns, Prompt, Recurs, Together, Wave
from habeas.domain.case import Consent
from habeas.domain.errors import BadInput, UsageError
from habeas.domain.when import parse_when
from habeas.services.across import SMALLEST_CELL, consenting, consents, look, may_leave, read_folders, suppressed, write_patterns

TODAY = date(2026, 11, 26)
COURT = "A court"


def consent(**more):
    return Consent(**{"person": "Person Q", "purpose": "patterns", "recipient": COURT, **more})


@pytest.mark.parametrize(
    ("records", "answer"),
    [
        ([], False),
        ([consent()], True),
        ([consent(recipient="a COURT")], True),
        ([consent(recipient="A ministry")], False),
        ([consent(purpose="shared_wording")], False),
        ([consent(expires_on=parse_when("2026-11-25"))], False),
        ([consent(expires_on=parse_when("2026-11-26"))], True),
        ([consent(refused=True)], False),
        ([consent(), consent(person="a sister", refused=True)], False),
    ],
)
def test_a_case_consents_for_one_use_and_one_recipient_until_it_runs_out_or_somebody_refuses(records, answer):
    (case,) = casework(random.Random(1), 1).values()
    assert consents(msgspec.structs.replace(case, consents=tuple(records)), "patterns", COURT, TODAY) is answer


def test_only_consenting_cases_stand_beside_another():
    (name, case), *_ = casework(random.Random(1), 1).items()
    agrees = msgspec.structs.replace(case, consents=(consent(purpose="shared_wording"),))
    assert set(consenting({name: agrees, "other": case}, COURT, TODAY)) == {name}


def agreeing(cases):
    shown = {
        n: msgspec.structs.replace(c, statements=tuple(msgspec.structs.replace(s, disclosable=True) for s in c.statements)) for n, c in cases.items()
    }
    return {name: msgspec.structs.replace(case, consents=(consent(),)) for name, case in shown.items()}


def test_patterns_are_reckoned_anew_over_the_cases_that_consent():
    cases = casework(random.Random(7), 30, planted=0.7)
    some = dict(list(agreeing(cases).items())[:20])
    found = may_leave({**cases, **some}, COURT, TODAY)
    assert (found.cases, may_leave(some, COURT, TODAY)) == (20, found)


def test_too_few_consenting_cases_are_refused_with_how_many_there_are():
    cases = casework(random.Random(7), 30)
    with pytest.raises(UsageError, match="4 of 30 cases consent"):
        may_leave({**cases, **dict(list(agreeing(cases).items())[:4])}, COURT, TODAY)


def test_what_is_not_disclosable_takes_no_part_in_what_leaves():
    cases = agreeing(casework(random.Random(7), 20, planted=0.5))
    hidden = {
        n: msgspec.structs.replace(
            c, statements=tuple(s if s.act != "appeal_sent" else msgspec.structs.replace(s, disclosable=False) for s in c.statements)
        )
        for n, c in cases.items()
    }
    assert may_leave(cases, COURT, TODAY).follows and not may_leave(hidden, COURT, TODAY).follows


COUNT = st.integers(0, 30)


@st.composite
def found_patterns(draw):
    def follows(prompt, within):
        of = draw(COUNT)
        hits = draw(st.integers(0, of))
        return Follows(
            prompt=prompt, within=within, cases=tuple(f"case-{n}" for n in range(hits)), of=of, expected=1.0, p=0.1, test="t", lags=(1,) * hits
        )

    def recurs():
        of = draw(COUNT)
        return Recurs(key=Key.OFFICE, value="x", cases=tuple("abcdefghijklmnopqrstuvwxyzåäöü"[: draw(st.integers(0, of))]), of=of, first="2016-01-01")

    def together():
        return Together(one=(Key.OFFICE, "a"), other=(Key.ARTICLE, "b"), both=draw(COUNT), one_only=draw(COUNT), other_only=draw(COUNT),
                        neither=draw(COUNT), p=0.1)  # fmt: skip

    of = draw(COUNT)
    waves = [Wave(within=w, most=draw(st.integers(0, of)), of=of, begins="2016-01-01", ends="2016-01-09", expected=1.0, p=0.1) for w in (7, 30, 90)]
    months = tuple((f"2016-{month:02}", draw(st.integers(0, 9))) for month in range(1, draw(st.integers(1, 13))))
    return Patterns(
        cases=30, dated=30, looks=9, follows=tuple(follows(p, w) for p in (Prompt.COMPLAINT, Prompt.FLIGHT) for w in (7, 30, 90)),
        recurs=(recurs(), recurs()), together=(together(), together()), waves=tuple(waves), months=months, notes=("not dated: case-1",),
    )  # fmt: skip


def fine(count):
    return count == 0 or count >= SMALLEST_CELL


@given(found_patterns())
def test_no_figure_and_no_difference_of_figures_that_leaves_stands_for_one_to_four_cases(found):
    left = suppressed(found)
    for one in left.follows:
        assert fine(len(one.cases)) and fine(one.of - len(one.cases)) and set(one.cases) <= {""} and one.lags == ()
    for prompt in Prompt:
        counts = [len(one.cases) for one in left.follows if one.prompt is prompt]
        assert all(fine(b - a) for a, b in itertools.pairwise(counts))
    assert all(fine(len(one.cases)) and fine(one.of - len(one.cases)) and not one.first for one in left.recurs)
    assert all(fine(n) for one in left.together for n in (one.both, one.one_only, one.other_only, one.neither))
    most = [one.most for one in left.waves]
    assert all(fine(one.most) and fine(one.of - one.most) and len(one.begins) == 7 for one in left.waves)
    assert all(fine(b - a) for a, b in itertools.pairwise(most))
    assert all(count >= SMALLEST_CELL for _, count in left.months)
    assert "case-" not in " ".join(left.notes)


def test_the_tables_and_pictures_of_an_export_name_no_case_and_no_day(tmp_path):
    cases = agreeing(casework(random.Random(4), 60, planted=0.6, moulded={"Office North": 0.9}))
    names = write_patterns(may_leave(cases, COURT, TODAY), tmp_path / "out", COURT)
    assert {"READ-ME.txt", "follows.csv", "follows.svg", "recurs.svg", "together.svg", "months.csv"} <= set(names)
    for file in (tmp_path / "out").iterdir():
        said = file.read_text("utf-8")
        assert "case-" not in said and not any(day in said for day in ("2016-01-", "2017-05-"))
        assert oct(file.stat().st_mode & 0o777) == "0o600"
        if file.suffix == ".svg":
            ElementTree.fromstring(said)
    rows = list(csv.DictReader((tmp_path / "out" / "recurs.csv").read_text("utf-8").splitlines()))
    assert any(row["value"] == "Office North" and int(row["cases"]) >= SMALLEST_CELL for row in rows)
    with pytest.raises(BadInput):
        write_patterns(may_leave(cases, COURT, TODAY), tmp_path / "out", COURT)


def test_folders_are_compared_by_their_names(tmp_path):
    folders = [signed_case(number).write(tmp_path / f"c{number}") for number in range(6)]
    found = look(read_folders(folders))
    (group,) = found.groups
    assert {name for name, _ in group.statements} == {f"c{number}" for number in range(6)}
    assert any(one.key is Key.OFFICER and one.value == "Captain K1" and len(one.cases) == 3 for one in found.patterns.recurs)
    with pytest.raises(BadInput, match="two folders have this name"):
        read_folders([folders[0], folders[0]])
    with pytest.raises(UsageError, match="two cases"):
        look(read_folders(folders[:1]))
