"""Several cases side by side: compared by name, and beside one another before a recipient only with consent."""

import random
from datetime import date

import msgspec
import pytest
from simulators.casework import casework, signed_case

from habeas.domain.across import Key
from habeas.domain.case import Consent
from habeas.domain.errors import UsageError
from habeas.domain.when import parse_when
from habeas.services.across import consenting, consents, look, read_folders

TODAY = date(2026, 11, 26)
COURT = "A court"


def consent(**more):
    return Consent(**{"person": "Person Q", "purpose": "patterns", "recipient": COURT, "given_on": parse_when("2026-01-01"), **more})


@pytest.mark.parametrize(
    ("records", "answer"),
    [
        ([], False),
        ([consent()], True),
        ([consent(recipient="a COURT ")], True),
        ([consent(recipient="A ministry")], False),
        ([consent(recipient="A court (not of Montevideo)")], False),
        ([consent(purpose="shared_wording")], False),
        ([consent(purpose="patterns (internal only)")], False),
        ([consent(given_on=None)], False),
        ([consent(given_on=parse_when("2027-01-01"))], False),
        ([consent(shown="none")], False),
        ([consent(expires_on=parse_when("2026-11-25"))], False),
        ([consent(expires_on=parse_when("2026-11-26"))], True),
        ([consent(expires_on=parse_when("2026"))], False),
        ([consent(expires_on=parse_when("2027/.."))], False),
        ([consent(refused=True)], False),
        ([consent(person="a bystander")], False),
        ([consent(person="a child who saw it", guardian="her aunt")], False),
        ([consent(guardian="his lawyer")], True),
        ([consent(), consent(person="a sister", refused=True)], False),
        ([consent(), consent(person="a sister", refused=True, purpose="", recipient="")], False),
        ([consent(), consent(person="a sister", refused=True, purpose="everything", recipient="all")], False),
        ([consent(), consent(person="a sister", refused=True, purpose="статистика", recipient="any judge")], False),
        ([consent(), consent(person="a sister", refused=True, purpose="shared_wording")], True),
        ([consent(), consent(person="a sister", refused=True, recipient="A ministry")], False),
        ([consent(), consent(recipient="A ministry"), consent(person="a sister", refused=True, recipient="A ministry")], True),
    ],
)
def test_a_yes_is_read_narrowly_and_a_no_widely(records, answer):
    (case,) = casework(random.Random(1), 1).values()
    assert consents(msgspec.structs.replace(case, person="Person Q", consents=tuple(records)), "patterns", COURT, TODAY) is answer


def test_a_blank_recipient_is_nobodys():
    (case,) = casework(random.Random(1), 1).values()
    blank = msgspec.structs.replace(case, person="Person Q", consents=(consent(recipient=""),))
    assert not consents(blank, "patterns", "  ", TODAY)


def test_beside_another_case_stand_only_statements_whose_speakers_consented_as_well_as_the_client():
    (name, case), *_ = casework(random.Random(1), 1).items()
    client = consent(person=case.pseudonym, purpose="shared_wording")
    agrees = msgspec.structs.replace(case, consents=(client,))
    assert [s.side for s in consenting({name: agrees, "other": case}, COURT, TODAY)[name].statements] == ["state"]
    mother = consent(person="mother 1", purpose="shared_wording")
    both = consenting({name: msgspec.structs.replace(case, consents=(client, mother))}, COURT, TODAY)
    assert [s.side for s in both[name].statements] == ["state", "family"]


def test_folders_are_compared_by_their_names(tmp_path):
    folders = [signed_case(number).write(tmp_path / f"c{number}") for number in range(6)]
    found = look(read_folders(folders))
    (group,) = found.groups
    assert {name for name, _ in group.statements} == {f"c{number}" for number in range(6)}
    assert any(one.key is Key.OFFICER and one.value == "Captain K1" and len(one.cases) == 3 for one in found.patterns.recurs)
    with pytest.raises(UsageError, match="given twice"):
        read_folders([folders[0], folders[0]])
    with pytest.raises(UsageError, match="two cases"):
        look(read_folders(folders[:1]))
