"""What leaves is told beforehand, sealed as one archive, and read again before it goes."""

import io
import subprocess
import sys
import zipfile
from datetime import date

import msgspec
import pytest
from simulators.vaults import make_vault

from habeas.domain.case import Case, Consent
from habeas.domain.when import parse_when
from habeas.dossier.redact import NothingToDiscloseError, redact
from habeas.dossier.word import word_copy
from habeas.services.disclosing import compose_dossier
from habeas.services.handing import NotAsSealedError, consents_for, seal_archive, seal_for, signing_key, what_leaves
from habeas.services.source import Source
from habeas.vault.errors import NotReadyError

DAY = date(2026, 11, 26)


def test_hidden_names_stand_beside_what_is_shown_and_nothing_hidden_is_among_what_leaves(demo_case):
    found = what_leaves(demo_case)
    shown = {s.speaker: s.shown_as for s in demo_case.statements if s.disclosable}
    assert all(known in shown for known, _, _ in found.speakers)
    hidden = {known for known, outside, _ in found.speakers if known != outside}
    assert hidden and not any(name in place for name in hidden for place in found.places)
    assert {number for number, _, _ in found.exhibits} == {one.number for one in demo_case.exhibits if one.disclosable}


def test_where_nothing_is_marked_nothing_leaves(demo_case):
    closed = msgspec.structs.replace(demo_case, statements=tuple(msgspec.structs.replace(s, disclosable=False) for s in demo_case.statements))
    with pytest.raises(NothingToDiscloseError):
        what_leaves(closed)


def consenting(case, **cells):
    one = Consent(**{"person": case.person, "given_on": parse_when("2026-01-01"), "shown": "pseudonym", **cells})
    return msgspec.structs.replace(case, consents=(one,))


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({}, ""),
        ({"recipient": "Court"}, ""),
        ({"recipient": "court "}, ""),
        ({"recipient": "Embassy"}, "another recipient"),
        ({"recipient": "un_wgeid"}, "another recipient"),
        ({"expires_on": parse_when("2026-11-25")}, "over"),
        ({"expires_on": parse_when("2026-11-26")}, ""),
        ({"refused": True}, "refused"),
        ({"purpose": "dossier"}, ""),
        ({"purpose": "legal aid"}, "another purpose"),
        ({"person": "somebody else"}, "no consent is on record"),
    ],
)
def test_the_clients_consent_is_looked_up_for_the_recipient_and_the_day(demo_case, cells, said):
    client = consents_for(consenting(demo_case, **cells), "Court", DAY)[0]
    assert client.person == demo_case.person and (said in client.warning if said else client.warning == "")


def test_a_recipient_has_a_code_and_a_name_and_both_are_one(demo_case):
    name = "UN Working Group on Enforced or Involuntary Disappearances"
    assert consents_for(consenting(demo_case, recipient="un_wgeid"), name, DAY)[0].warning == ""


def test_offices_are_not_asked_for_their_consent_and_a_relay_only_where_something_is_on_record(demo_case):
    names = {one.person for one in consents_for(demo_case, "Court", DAY)}
    assert not any("Ministry" in name or "Police" in name or "DNII" in name for name in names)


def test_whoever_refused_stops_the_dossier_where_its_words_name_him(demo_case):
    leaving = {s.id for s in redact(demo_case).case.statements}
    said = next(s for s in demo_case.statements if s.id in leaving and s.summary)
    named = msgspec.structs.replace(said, summary=f"{said.summary} (Synthetic Cousin saw it)")
    case = msgspec.structs.replace(demo_case, statements=tuple(named if s.id == said.id else s for s in demo_case.statements))
    found = {one.person: one for one in consents_for(consenting(case, person="Synthetic Cousin", refused=True), "Court", DAY)}
    assert found["Synthetic Cousin"].stops
    assert "Synthetic Cousin" not in {
        one.person for one in consents_for(consenting(demo_case, person="Synthetic Cousin", refused=True), "Court", DAY)
    }


def test_who_agreed_to_another_name_alone_and_would_be_shown_by_this_one_is_told(demo_case):
    found = {one.person: one for one in consents_for(consenting(demo_case, person="a fellow prisoner who was later freed"), "Court", DAY)}
    assert "another name alone" in found["a fellow prisoner who was later freed"].warning and not found["a fellow prisoner who was later freed"].stops
    found = {
        one.person: one for one in consents_for(consenting(demo_case, person="a fellow prisoner who was later freed", shown="named"), "Court", DAY)
    }
    assert found["a fellow prisoner who was later freed"].warning == ""


@pytest.mark.slow
def test_the_archive_is_verified_by_the_program_that_lies_in_it_and_depends_on_its_content_alone(demo_source, tmp_path):
    made = compose_dossier(demo_source, DAY)
    with make_vault(tmp_path / "vault") as vault:
        key = signing_key(vault)
        assert signing_key(vault).fingerprint == key.fingerprint
    archive = seal_archive(made, key, DAY)
    assert archive == seal_archive(made, key, DAY)
    with zipfile.ZipFile(io.BytesIO(archive)) as bag:
        bag.extractall(tmp_path)
        assert not any("memorandum" in name for name in bag.namelist())
    done = subprocess.run(
        [sys.executable, "-I", tmp_path / "dossier/verify.py", tmp_path / "dossier", "--key", key.fingerprint], check=False, capture_output=True
    )
    assert done.returncode == 0 and b"unchanged since key" in done.stdout


@pytest.mark.slow
def test_an_archive_that_does_not_hold_what_was_signed_is_not_handed_over(demo_source, monkeypatch, tmp_path):
    made = compose_dossier(demo_source, DAY)
    with make_vault(tmp_path / "vault") as vault:
        key = signing_key(vault)
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *_: b"something else")
    with pytest.raises(NotAsSealedError):
        seal_archive(made, key, DAY)


@pytest.mark.slow
def test_a_passphrase_that_is_too_short_is_refused_and_a_good_one_opens_with_age():
    from habeas.seal.age import open_with_passphrase

    with pytest.raises(NotReadyError):
        seal_for(b"archive", "short")
    assert open_with_passphrase(seal_for(b"archive", "five words drawn by lot"), "five words drawn by lot") == b"archive"


@pytest.mark.slow
def test_the_word_copy_holds_the_same_sentences_and_no_hidden_name(demo_source):
    import docx

    made = compose_dossier(demo_source, DAY)
    document = docx.Document(io.BytesIO(word_copy(made.data, DAY)))
    text = "\n".join([p.text for p in document.paragraphs] + [c.text for t in document.tables for row in t.rows for c in row.cells])
    assert made.frozen.examination.belief.sentence in text and "proves nothing by itself" in text
    hidden = [
        known for known, outside, _ in what_leaves(demo_source.case).speakers if known != outside and known not in outside and outside not in known
    ]
    assert hidden and not any(name in text for name in hidden)
    assert document.core_properties.author == "" and word_copy(made.data, DAY) == word_copy(made.data, DAY)
    excluded = made.frozen.examination.belief.excluded
    assert all(one.explanation in text for one in excluded) and "Confirmed by" in text
    with zipfile.ZipFile(io.BytesIO(word_copy(made.data, DAY))) as parts:
        assert {one.date_time for one in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_an_empty_case_is_no_dossier():
    with pytest.raises(NothingToDiscloseError):
        compose_dossier(Source(case=Case(title="x"), content=lambda _: b""), DAY)
