"""Joint compartments: made of cases that one reads, closed to whoever does not read every one, and without a copy of anything."""

from datetime import date
from pathlib import Path

import msgspec
import pytest
from simulators.casework import signed_case
from simulators.offices import REVIEW, colleague, imported, sync_both
from simulators.vaults import add, make_vault

from habeas.domain.across import Joint
from habeas.domain.case import Exhibit
from habeas.domain.errors import BadInput, UsageError
from habeas.domain.work import Note
from habeas.services.across import PATTERNS
from habeas.services.casebook import encode, is_joint, read_book, revise
from habeas.services.cases import list_cases, vault_source
from habeas.services.changing import add_record, add_statement, withdraw
from habeas.services.erasing import shred
from habeas.services.exhibits import seal_files
from habeas.services.joint import cited_beside, export_patterns, new_joint, run
from habeas.services.people import admit, join_case, make_card, renew_words, revoke, seal_only_kit
from habeas.services.records import add_cells, find
from habeas.services.syncing import sync_case
from habeas.vault.errors import NoSuchCaseError, NotAllowedError
from habeas.vault.events import Because, Kind, Touched, What, Why
from habeas.vault.folder_store import FolderStore
from habeas.vault.roster import Role
from habeas.vault.vault import check_recovery, make_recovery

TODAY = date(2026, 11, 26)
COURT = "A court"
QUOTE = "Ravella the mother was told by Captain Zorvan of the cellar what false statements lead to and that nobody held him there at any time at all"


@pytest.fixture
def desk(tmp_path):
    """A vault with six cases of which five consent for the court."""
    with make_vault(tmp_path / "vault", "a1") as vault:
        yield vault, [imported(vault, signed_case(n, recipient=COURT if n < 5 else ""), tmp_path / f"case{n}") for n in range(6)], tmp_path


def touches(vault, cid, about):
    with vault.case(cid) as comp:
        return [(line, comp.words(line.reason) if line.reason else "") for _, _, _, line in comp.index.events(("Touched",))
                if isinstance(line, Touched) and line.about == about]  # fmt: skip


def test_a_run_finds_the_mould_and_each_case_says_that_it_was_read_for_it(desk):
    vault, cids, _ = desk
    with vault.case(new_joint(vault, cids, REVIEW)) as comp:
        ran = run(vault, comp, TODAY)
        assert {case for case, _ in ran.found.groups[0].statements} == set(cids)
        assert (ran.number, ran.found.patterns.cases) == (1, 6)
        assert run(vault, comp, TODAY).number == 2
    assert all(len(touches(vault, cid, "across")) == 2 for cid in cids)


def test_the_joint_compartment_keeps_the_cases_and_the_looks_and_nothing_else(desk):
    vault, cids, _ = desk
    with vault.case(new_joint(vault, cids, REVIEW)) as comp:
        run(vault, comp, TODAY)
        kept = [msgspec.json.decode(comp.envelope(rev.payload).record) for entry in read_book(comp).of(Kind.JOINT) for rev in entry.revisions]
        assert [set(one) for one in kept] == [{"cases", "looks"}] * 2 and kept[0]["cases"] == cids
        assert [set(look) for look in kept[1]["looks"]] == [{"on", "tests"}]


def test_what_was_shredded_or_withdrawn_in_a_case_is_gone_from_the_next_run_and_was_never_here(desk):
    vault, cids, _ = desk
    joint = new_joint(vault, cids, REVIEW)
    with vault.case(cids[0]) as case:
        add_statement(
            case, {"side": "state", "body": "State Office Zeta", "act": "wanted", "quote": QUOTE, "circumstances": "office=Zorvan's cellar"}
        )
    with vault.case(joint) as comp:
        run(vault, comp, TODAY)
        assert find(comp, "Zorvan") == [] and find(comp, "Ravella") == []
    with vault.case(cids[0]) as case:
        shred(case, [read_book(case).find(Kind.STATEMENT, "S001")], Because.CONSENT_WITHDRAWN, "she withdrew")
    with vault.case(cids[1]) as case:
        withdraw(case, Kind.STATEMENT, ["S001"], Because.MISTAKE, "")
    with vault.case(joint) as comp:
        assert {case for case, _ in run(vault, comp, TODAY).found.groups[0].statements} == set(cids[2:])


def test_two_cases_at_least_that_this_device_reads_and_no_joint_compartment(desk):
    vault, cids, _ = desk
    with pytest.raises(UsageError, match="two cases"):
        new_joint(vault, [cids[0], cids[0]], REVIEW)
    with pytest.raises(BadInput, match="no case of this vault"):
        new_joint(vault, [cids[0], "case-000000000000"], REVIEW)
    joint = new_joint(vault, cids[:2], REVIEW)
    with pytest.raises(BadInput, match="no joint compartment"):
        new_joint(vault, [cids[0], joint], REVIEW)
    assert len(vault.case_ids()) == 7
    assert [one.state for one in list_cases(vault) if one.cid == joint] == ["joint"]


def test_where_a_case_is_wanted_a_joint_compartment_is_refused_and_the_reverse(desk):
    vault, cids, folder = desk
    with vault.case(cids[0]) as comp, pytest.raises(BadInput, match="this is a case"):
        run(vault, comp, TODAY)
    (folder / "file.txt").write_text("x", encoding="utf-8")
    with vault.case(new_joint(vault, cids[:2], REVIEW)) as comp:
        for refused in (
            lambda: vault_source(comp, "examination"),
            lambda: add_statement(comp, {"side": "state", "act": "wanted"}),
            lambda: add_record(comp, Kind.EXHIBIT, Exhibit(number="1")),
            lambda: seal_files(comp, [folder / "file.txt"], Exhibit(number="1")),
            lambda: seal_only_kit(comp, folder / "kit", "field"),
        ):
            with pytest.raises(UsageError, match="is a joint compartment; a case is wanted"):
                refused()
        assert add_record(comp, Kind.NOTE, Note(text="who looks at this next"))


def second_person(desk, count=2):
    """b2 reads the first cases."""
    vault, cids, folder = desk
    second = colleague(vault, cids[0], folder, "b2")
    for cid in cids[1:count]:
        with vault.case(cid) as comp:
            invitation, _ = admit(comp, make_card(second), Role.CASEWORKER, "b2")
            sync_case(vault, comp, str(folder / "store"))
        join_case(second, invitation, FolderStore(folder / "store"))
        sync_both(folder, cid, second, vault)
    return second


def joined(desk, joint, second):
    """b2 in a joint compartment, synced."""
    vault, _, folder = desk
    with vault.case(joint) as comp:
        invitation, _ = admit(comp, make_card(second), Role.CASEWORKER, "b2", vault=vault)
        sync_case(vault, comp, str(folder / "store"))
    join_case(second, invitation, FolderStore(folder / "store"))
    sync_both(folder, joint, second, vault)


def test_nobody_is_admitted_who_does_not_read_every_case_at_that_moment(desk):
    vault, cids, _ = desk
    with second_person(desk) as second:
        card = make_card(second)
        with vault.case(new_joint(vault, cids[:3], REVIEW)) as comp, pytest.raises(NotAllowedError, match="every case"):
            admit(comp, card, Role.READER, "b2", vault=vault)
        joint = new_joint(vault, cids[:2], REVIEW)
        with vault.case(cids[1]) as comp:
            revoke(comp, "b2")
        with vault.case(joint) as comp:
            with pytest.raises(NotAllowedError, match="every case"):
                admit(comp, card, Role.READER, "b2", vault=vault)
            with pytest.raises(NotAllowedError, match="nobody is handed"):
                admit(comp, card, Role.READER, "b2")
            assert len(comp.roster.active()) == 1


def test_while_somebody_is_in_it_who_lost_a_case_nothing_is_looked_at(desk):
    vault, cids, _ = desk
    with second_person(desk) as second:
        joint = new_joint(vault, cids[:2], REVIEW)
        joined(desk, joint, second)
        with second.case(joint) as comp:
            assert run(second, comp, TODAY).number == 1
        with vault.case(cids[1]) as comp:
            revoke(comp, "b2")
        with vault.case(joint) as comp:
            with pytest.raises(NotAllowedError, match="no longer in every case of it: b2"):
                run(vault, comp, TODAY)
            revoke(comp, "b2")
            run(vault, comp, TODAY)


def test_a_member_cannot_add_cases_to_a_joint_compartment(desk):
    vault, cids, folder = desk
    with second_person(desk) as second:
        joint = new_joint(vault, cids[:2], REVIEW)
        joined(desk, joint, second)
        with second.case(joint) as comp:
            (entry,) = read_book(comp).of(Kind.JOINT)
            draft = comp.draft()
            revise(draft, entry, Joint(cases=tuple(cids)), Why.CORRECTED)
            comp.commit(draft)
        sync_both(folder, joint, second, vault)
        with vault.case(joint) as comp:
            assert set(run(vault, comp, TODAY).cases) == set(cids[:2])


def test_a_record_that_somebody_writes_later_makes_no_joint_compartment_of_a_case(desk):
    vault, cids, folder = desk
    with make_vault(folder / "lawyer", "c3") as lawyer, vault.case(cids[0]) as comp:
        add(comp, encode(Kind.JOINT, Joint(cases=tuple(cids))), Kind.JOINT)
        assert not is_joint(comp)
        assert admit(comp, make_card(lawyer), Role.READER, "c3")[0]


def test_recovery_words_that_do_not_open_every_case_open_no_joint_compartment(desk):
    vault, cids, _ = desk
    with second_person(desk) as second, pytest.raises(NotAllowedError, match="recovery words"):
        new_joint(second, cids[:2], REVIEW)


def test_words_that_are_renewed_in_one_case_or_in_the_joint_compartment_alone_close_it(desk):
    vault, cids, _ = desk
    joint = new_joint(vault, cids[:2], REVIEW)
    check_recovery(vault, list(make_recovery(vault, 1, 1)))
    with vault.case(joint) as comp, pytest.raises(NotAllowedError, match="do not open every one"):
        renew_words(vault, comp)
    with vault.case(cids[0]) as comp:
        renew_words(vault, comp)
    with vault.case(joint) as comp, pytest.raises(NotAllowedError, match="do not open every one"):
        run(vault, comp, TODAY)
    with vault.case(cids[1]) as comp:
        renew_words(vault, comp)
    with vault.case(joint) as comp:
        renew_words(vault, comp)
        assert run(vault, comp, TODAY).number == 1


def test_a_member_without_one_of_the_cases_sees_nothing_of_the_joint_compartment(desk):
    vault, cids, _ = desk
    joint = new_joint(vault, cids[:3], REVIEW)
    with second_person(desk) as second, pytest.raises(NoSuchCaseError), second.case(joint):
        pass


def test_patterns_leave_over_the_consenting_cases_which_learn_the_recipient_and_nothing_of_one_another(desk):
    vault, cids, folder = desk
    joint = new_joint(vault, cids, REVIEW)
    with vault.case(joint) as comp:
        names = export_patterns(vault, comp, folder / "out", COURT, TODAY, "for the hearing of Zorvan3elle")
        assert "recurs.csv" in names and "over 5 cases" in (folder / "out" / "READ-ME.txt").read_text("utf-8")
        with pytest.raises(UsageError, match=f"0 of 6 cases consent to '{PATTERNS}'"):
            export_patterns(vault, comp, folder / "more", "A ministry", TODAY, "")
        with pytest.raises(BadInput, match="inside the vault"):
            export_patterns(vault, comp, vault.disk.root / "out", COURT, TODAY, "")
    said = [touches(vault, cid, "patterns") for cid in cids]
    assert [len(one) for one in said] == [1] * 5 + [0]
    assert (said[0][0][0].what, said[0][0][1]) == (What.EXPORTED, COURT)
    assert [words for _, words in touches(vault, joint, "patterns")] == ["for the hearing of Zorvan3elle"]
    assert not (folder / "more").exists() and not Path(vault.disk.root / "out").exists()


def test_a_case_that_stands_beside_another_in_a_dossier_says_so_and_for_whom_in_its_log(desk):
    vault, cids, _ = desk
    found = cited_beside(vault, cids[3:], COURT, TODAY)
    assert set(found) == set(cids[3:5])
    assert [[words for _, words in touches(vault, cid, "beside")] for cid in cids[3:]] == [[COURT], [COURT], []]


def test_a_consent_that_two_edited_at_once_counts_as_none(desk):
    vault, cids, folder = desk
    with second_person(desk) as second:
        with vault.case(cids[0]) as comp:
            consent = next(one for one in read_book(comp).of(Kind.CONSENT) if one.record.purpose == "shared_wording")
            draft = comp.draft()
            revise(draft, consent, msgspec.structs.replace(consent.record, language="ru"), Why.CORRECTED)
            comp.commit(draft)
        with second.case(cids[0]) as comp:
            draft = comp.draft()
            revise(draft, read_book(comp).find(Kind.CONSENT, consent.id), msgspec.structs.replace(consent.record, refused=True), Why.CORRECTED)
            comp.commit(draft)
        sync_both(folder, cids[0], vault, second)
        assert cids[0] not in cited_beside(vault, cids[:2], COURT, TODAY)


def test_a_refusal_that_is_added_later_prevails(desk):
    vault, cids, _ = desk
    with vault.case(cids[0]) as comp:
        add_cells(comp, Kind.CONSENT, {"person": "a sister", "refused": "true"}, "")
    assert set(cited_beside(vault, cids[:2], COURT, TODAY)) == {cids[1]}
