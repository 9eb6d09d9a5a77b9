"""An interview: heard first, paused at any time, read back, then sealed."""

from datetime import date

import pytest
from simulators.vaults import make_vault

from habeas.domain.case import Exhibit
from habeas.domain.errors import BadInput
from habeas.services.casebook import read_book
from habeas.services.cases import new_case
from habeas.services.interviewing import SCRIPT, begin, finish, papers, pause, sealed_text
from habeas.vault.events import Kind

TODAY = date(2026, 11, 26)


@pytest.fixture
def comp(tmp_path, day):
    with make_vault(tmp_path / "vault") as vault, vault.case(new_case(vault, "One", day)) as opened:
        yield opened


@pytest.mark.slow
def test_nothing_is_written_down_before_the_person_heard_what_it_is_for(comp):
    for person, heard in (("Aunt", False), ("", True)):
        with pytest.raises(BadInput):
            begin(comp, person, "ru", "", TODAY, heard=heard)
    assert read_book(comp).of(Kind.INTERVIEW) == ()


@pytest.mark.slow
def test_it_is_paused_and_taken_up_again_and_sealed_only_when_it_was_read_back(comp):
    key = begin(comp, "Aunt", "ru", "T1", TODAY, heard=True)
    pause(comp, key, "He was at home.")
    pause(comp, key, "He was at home.\nAll day.")
    pause(comp, key, "He was at home.\nAll day.")
    (entry,) = read_book(comp).of(Kind.INTERVIEW)
    assert (entry.record.text, entry.record.pauses, len(entry.revisions)) == ("He was at home.\nAll day.", 2, 3)
    for text, read_back in (("He was at home.", False), ("  ", True)):
        with pytest.raises(BadInput):
            finish(comp, key, text, read_back=read_back, details=Exhibit(number=""))
    number = finish(comp, key, "He was at home.\nAll that day.", read_back=True, details=Exhibit(number=""))
    book = read_book(comp)
    (sealed,) = book.of(Kind.EXHIBIT)
    assert sealed.record.number == number and comp.read_content(sealed.content) == b"Interview, 2026-11-26\nAunt\n\nHe was at home.\nAll that day."
    (entry,) = book.of(Kind.INTERVIEW)
    assert (entry.record.text, entry.record.exhibit, entry.record.read_back) == ("", number, True)
    with pytest.raises(BadInput, match="sealed"):
        pause(comp, key, "something else")


@pytest.mark.slow
def test_two_people_who_say_the_same_have_two_exhibits(comp):
    numbers = []
    for person in ("Aunt", "Uncle"):
        key = begin(comp, person, "ru", "", TODAY, heard=True)
        numbers.append(finish(comp, key, "I know nothing.", read_back=True, details=Exhibit(number="")))
        assert sealed_text(comp, key) == "I know nothing."
    assert numbers == ["1", "2"]


def test_the_papers_say_the_same_number_of_things_in_every_language():
    english, russian = papers("en"), papers("ru")
    assert len(english.script) == len(russian.script) == len(SCRIPT) and english.script != russian.script
