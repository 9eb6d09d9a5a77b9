"""People, consents and access."""

import pytest
from simulators.vaults import make_vault

from habeas.services.people import make_card
from habeas.vault.events import Kind

pytestmark = pytest.mark.slow


def test_contacts_relations_and_consents_are_added_and_a_bad_day_is_told(sample, shown):
    sample.post("/people", kind="contact", person="Aunt", channel="letter", never_contact="true")
    sample.post("/people", kind="relation", person="Aunt", other="Uncle", relation="wife")
    sample.post("/people", kind="consent", person="Aunt", shown="none", given_on="5 января 2026", refused="true")
    text = shown(sample.get("/people"))
    assert "NEVER CONTACT" in text and "Aunt → Uncle : wife" in text and "5 January 2026" in text and "refused" in text
    assert "several readings" in shown(sample.post("/people", status=422, kind="consent", person="Aunt", given_on="05/01/2026").text)
    assert "no form" in shown(sample.post("/people", status=422, kind="head", person="x").text)


def test_what_was_typed_wrongly_is_withdrawn_and_comes_back(sample, shown):
    sample.post("/people", kind="contact", person="Aunt", address="WRONG-NUMBER")
    key = sample.book().of(Kind.CONTACT)[-1].id
    sample.post("/withdraw", kind="contact", key=key)
    assert "WRONG-NUMBER" not in sample.get("/people")
    sample.post("/put-back", kind="contact", key=key)
    assert "WRONG-NUMBER" in sample.get("/people")


def test_access_is_granted_by_a_card_with_the_expected_code_and_taken_away_only_by_who_is_sure(sample, shown, tmp_path):
    with make_vault(tmp_path / "other", "B2") as other:
        card = make_card(other)
    assert "another code" in shown(sample.post("/people/grant", status=422, card=card, code="C3", role="reader").text)
    assert "habeas-invitation-1:" in sample.post("/people/grant", card=card, code="B2", role="reader").text
    device = next(one.device for one in members(sample) if one.code == "B2")
    assert "Tick that you are sure" in shown(sample.post("/people/revoke", status=422, device=device).text)
    sample.post("/people/revoke", device=device, sure="true")
    assert not next(one for one in members(sample) if one.code == "B2").active


def members(sample):
    with sample.visitor.desk.case(sample.cid) as comp:
        return comp.roster.members


def test_a_contact_without_a_person_is_asked_who_it_is(sample, shown):
    text = sample.post("/people", status=422, kind="contact", address="+0 000").text
    assert "Person (pseudonym if need be): needed" in shown(text) and 'value="+0 000"' in text
