"""Joint compartments: made of cases that one reads, closed to whoever does not read every one, and without a word of anybody."""

from datetime import date
from pathlib import Path

import pytest
from simulators.casework import signed_case
from simulators.offices import REVIEW, colleague, imported, sync_both
from simulators.vaults import make_vault

from habeas.domain.errors import BadInput, UsageError
from habeas.services.across import PATTERNS
from habeas.services.casebook import read_book
from habeas.services.cases import withdraw
from habeas.services.erasing import shred
from habeas.services.joint import cited_beside, export_patterns, joint_of, last_run, new_joint, run
from habeas.services.people import admit, make_card, revoke
from habeas.vault.errors import NoSuchCaseError, NotAllowedError, NotReadyError
from habeas.vault.events import Because, Kind, Touched, What
from habeas.vault.roster import Role

TODAY = date(2026, 11, 26)
COURT = "A court"


@pytest.fixture
def desk(tmp_path):
    """A vault with six cases of which five consent for the court."""
    with make_vault(tmp_path / "vault", "a1") as vault:
        yield vault, [imported(vault, signed_case(n, recipient=COURT if n < 5 else ""), tmp_path / f"case{n}") for n in range(6)], tmp_path


def touches(vault, cid, about):
    with vault.case(cid) as comp:
        return [line for _, _, _, line in comp.index.events(("Touched",)) if isinstance(line, Touched) and line.about == about]


def test_a_run_finds_the_mould_and_each_case_says_that_it_was_read_for_it(desk):
    vault, cids, _ = desk
    joint = new_joint(vault, cids, REVIEW)
    with vault.case(joint) as comp:
        ran = run(vault, comp, TODAY)
        assert {case for case, _ in ran.found.groups[0].statements} == set(cids)
        assert (ran.strangers, ran.found.patterns.cases) == ((), 6)
        assert last_run(vault, comp).found == ran.found
        assert joint_of(comp).on == "2026-11-26"
    assert all(len(touches(vault, cid, "across")) == 1 for cid in cids)


def test_what_the_joint_compartment_keeps_holds_no_word_of_a_text_and_no_name(desk):
    vault, cids, _ = desk
    joint = new_joint(vault, cids, REVIEW)
    with vault.case(joint) as comp:
        run(vault, comp, TODAY)
        kept = "".join(bytes(comp.envelope(rev.payload).record).decode() for entry in read_book(comp).entries for rev in entry.revisions)
    assert cids[0] in kept and "Office North" in kept
    assert not any(word in kept for word in ("own will", "complaints", "Zorvan", "Testcase", "Corvonte", "Person 1"))


def test_what_was_shredded_in_a_case_is_not_shown_any_more_and_the_run_is_said_to_be_older(desk):
    vault, cids, _ = desk
    joint = new_joint(vault, cids, REVIEW)
    with vault.case(joint) as comp:
        run(vault, comp, TODAY)
    with vault.case(cids[0]) as case:
        shred(case, [read_book(case).find(Kind.STATEMENT, "S001")], Because.CONSENT_WITHDRAWN, "she withdrew")
    with vault.case(joint) as comp:
        seen = last_run(vault, comp)
        assert seen.older and all(s.id != "S001" for s in seen.cases[cids[0]].statements)
        again = run(vault, comp, TODAY)
        assert not last_run(vault, comp).older
    assert {case for case, _ in again.found.groups[0].statements} == set(cids[1:])


def test_looking_makes_no_run_older_and_a_withdrawal_does(desk):
    vault, cids, _ = desk
    joint = new_joint(vault, cids[:2], REVIEW)
    with vault.case(joint) as comp:
        run(vault, comp, TODAY)
        assert not last_run(vault, comp).older
    with vault.case(cids[1]) as case:
        withdraw(case, Kind.STATEMENT, ["S002"], Because.MISTAKE, "")
    with vault.case(joint) as comp:
        assert last_run(vault, comp).older


def test_two_cases_at_least_that_this_device_reads_and_no_joint_compartment(desk):
    vault, cids, _ = desk
    with pytest.raises(UsageError, match="two cases"):
        new_joint(vault, [cids[0], cids[0]], REVIEW)
    with pytest.raises(BadInput, match="no place in this case"):
        new_joint(vault, [cids[0], "case-000000000000"], REVIEW)
    joint = new_joint(vault, cids[:2], REVIEW)
    with pytest.raises(BadInput, match="no joint compartment"):
        new_joint(vault, [cids[0], joint], REVIEW)
    before = vault.case_ids()
    assert len(before) == 7


def test_a_case_is_not_run_and_a_compartment_without_a_run_is_not_shown(desk):
    vault, cids, _ = desk
    with vault.case(cids[0]) as comp, pytest.raises(BadInput, match="this is a case"):
        run(vault, comp, TODAY)
    with vault.case(new_joint(vault, cids[:2], REVIEW)) as comp, pytest.raises(NotReadyError, match="nothing was looked at yet"):
        last_run(vault, comp)


def second_person(desk):
    """b2 reads the first two cases."""
    vault, cids, folder = desk
    second = colleague(vault, cids[0], folder, "b2")
    with vault.case(cids[1]) as comp:
        from habeas.services.people import join_case
        from habeas.services.syncing import sync_case
        from habeas.vault.folder_store import FolderStore

        invitation, _ = admit(comp, make_card(second), Role.READER, "b2")
        sync_case(vault, comp, str(folder / "store"))
    join_case(second, invitation, FolderStore(folder / "store"))
    sync_both(folder, cids[1], second, vault)
    return second


def test_nobody_is_admitted_who_does_not_read_every_case(desk):
    vault, cids, _ = desk
    with second_person(desk) as second:
        with vault.case(new_joint(vault, cids[:2], REVIEW)) as comp:
            assert joint_of(comp).allowed == ("a1", "b2")
            assert admit(comp, make_card(second), Role.READER, "b2")[0]
        with vault.case(new_joint(vault, cids[:3], REVIEW)) as comp:
            assert joint_of(comp).allowed == ("a1",)
            with pytest.raises(NotAllowedError):
                admit(comp, make_card(second), Role.READER, "b2")
            assert len(comp.roster.active()) == 1


def test_a_member_who_was_revoked_from_a_case_is_named(desk):
    vault, cids, folder = desk
    with second_person(desk) as second:
        joint = new_joint(vault, cids[:2], REVIEW)
        with vault.case(joint) as comp:
            admit(comp, make_card(second), Role.READER, "b2")
        with vault.case(cids[1]) as comp:
            device = next(one.device for one in comp.roster.active() if one.code == "b2")
            revoke(comp, device)
        with vault.case(joint) as comp:
            assert run(vault, comp, TODAY).strangers == ("b2",)
            assert joint_of(comp).allowed == ("a1",)


def test_a_member_without_one_of_the_cases_sees_nothing_of_the_joint_compartment(desk):
    vault, cids, _ = desk
    joint = new_joint(vault, cids[:3], REVIEW)
    with second_person(desk) as second, pytest.raises(NoSuchCaseError), second.case(joint):
        pass


def test_patterns_leave_over_the_consenting_cases_and_their_logs_say_so(desk):
    vault, cids, folder = desk
    with vault.case(new_joint(vault, cids, REVIEW)) as comp:
        names = export_patterns(vault, comp, folder / "out", COURT, TODAY, "for the hearing")
        assert "recurs.csv" in names and "over 5 cases" in (folder / "out" / "READ-ME.txt").read_text("utf-8")
        with pytest.raises(UsageError, match=f"0 of 6 cases consent to '{PATTERNS}'"):
            export_patterns(vault, comp, folder / "more", "A ministry", TODAY, "")
        with pytest.raises(BadInput, match="inside the vault"):
            export_patterns(vault, comp, vault.disk.root / "out", COURT, TODAY, "")
    said = [touches(vault, cid, "patterns") for cid in cids]
    assert [bool(one) for one in said] == [True] * 5 + [False]
    assert [one.what for one in said[0]] == [What.EXPORTED]
    assert not (folder / "more").exists() and not Path(vault.disk.root / "out").exists()


def test_a_case_that_stands_beside_another_in_a_dossier_says_so_in_its_log(desk):
    vault, cids, _ = desk
    found = cited_beside(vault, cids[3:], COURT, TODAY)
    assert set(found) == set(cids[3:5])
    assert [len(touches(vault, cid, "beside")) for cid in cids[3:]] == [1, 1, 0]
