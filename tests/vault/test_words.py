"""Searching one open case: other forms of a word, other scripts where wanted, contacts never, and nothing that was shredded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from simulators.vaults import add, add_exhibit, bare_case, reopened, three

from habeas.vault.events import Because, Kind, Shredded
from habeas.vault.rotation import Change, rotate
from habeas.vault.words import keys, search


@pytest.fixture(scope="module")
def comp(tmp_path_factory):
    made, _ = bare_case(tmp_path_factory.mktemp("words"))
    texts = {
        "ru": "Свидетель видел его в тюрьме, допрос вели следователи",
        "en": "The witnesses were interrogated in prison cells",
        "es": "Los testigos declararon que fueron detenidos en las prisiones",
        "grozny": "Его увезли в Грозный",
        "grozny-en": "He was seen in Grozny",
        "aside": "He was held (in Mozdok) for a week [source: Memorial]",
        "accent": "Él vivía en Bogotá; São Paulo; Ёлкин",
    }
    for rid, text in texts.items():
        add(made, {"summary": text}, rid=rid)
    add(made, {"name": "Zaurbekov", "phone": "witness prison"}, Kind.CONTACT, rid="contact")
    add_exhibit(made, b"prison prison", {"title": "a photograph", "tags": ["barracks", {"deep": "lantern"}]}, rid="exhibit")
    yield made
    made.close()


def found(comp, query, **how):
    return {hit.id for hit in search(comp, query, **how)}


@pytest.mark.parametrize(
    ("query", "rid"),
    [
        ("тюрьма", "ru"), ("тюрьмы", "ru"), ("допроса", "ru"), ("следователь", "ru"), ("ТЮРЬМЕ", "ru"),
        ("witness", "en"), ("interrogation interrogated", "en"), ("interrogating", "en"), ("cell", "en"),
        ("testigo", "es"), ("detenido", "es"), ("prisión", "es"), ("prisiones", "es"),
        ("Bogota", "accent"), ("BOGOTÁ", "accent"), ("елкин", "accent"), ("sao", "accent"),
        ("barracks", "exhibit"), ("lantern", "exhibit"),
    ],
)  # fmt: skip
def test_other_forms_of_a_word_are_found(comp, query, rid):
    words = query.split()
    assert rid in found(comp, words[-1])


@pytest.mark.parametrize("query", ["грозного", "грозном", "Грозный"])
def test_forms_of_a_russian_adjective_are_found(comp, query):
    assert "grozny" in found(comp, query, cross_script=False)


@pytest.mark.parametrize("query", ["Grozny", "Grozniy", "Groznyj", "Грозный"])
def test_a_name_is_found_across_scripts(comp, query):
    assert {"grozny", "grozny-en"} <= found(comp, query)


def test_searching_across_scripts_can_be_turned_off(comp):
    assert found(comp, "Grozny", cross_script=False) == {"grozny-en"}
    assert "grozny-en" not in found(comp, "Грозный", cross_script=False)


def test_an_exact_search_finds_the_word_as_it_is(comp):
    assert found(comp, "witnesses", exact=True) == {"en"}
    assert found(comp, "witness", exact=True) == set()
    assert found(comp, "Grozny", exact=True) == {"grozny-en"}


def test_every_word_has_to_be_there(comp):
    assert found(comp, "witnesses prison") == {"en"}
    assert found(comp, "witnesses Грозный") == set()


def test_what_stands_in_brackets_is_found_too(comp):
    assert "aside" in found(comp, "Mozdok")
    assert "aside" in found(comp, "Memorial")


@pytest.mark.parametrize("query", ["Zaurbekov", "phone", "contact"])
def test_contacts_are_never_found(comp, query):
    assert found(comp, query) == set()
    assert "contact" not in found(comp, "witness") | found(comp, "prison")
    assert not list(comp.index.rows("SELECT 1 FROM words WHERE words MATCH 'zaurbekov'"))


def test_the_bytes_of_an_exhibit_are_not_searched(comp):
    assert "exhibit" not in found(comp, "prison")


@pytest.mark.parametrize("query", ["", " ", "!?", '"', "'", "()", "* ^ :", "\0"])
def test_a_query_without_words_finds_nothing(comp, query):
    assert search(comp, query) == []


@given(st.text(max_size=30))
def test_any_query_is_answered(comp, query):
    assert isinstance(search(comp, query), list)
    assert isinstance(search(comp, query, exact=True), list)


@pytest.mark.parametrize("query", ["prison OR cell", "exact : prison", "pris*", "NEAR(prison cells)", "NOT prison", "prison) OR (cell"])
def test_a_query_is_words_and_never_a_language(comp, query):
    assert found(comp, query) <= {"en"}


@given(st.text(max_size=60))
def test_any_text_has_keys_of_one_line(text):
    assert all("\n" not in row and '"' not in row for row in keys(text))


def test_a_correction_takes_the_place_of_what_it_corrects(tmp_path):
    comp, _ = bare_case(tmp_path)
    first = add(comp, {"summary": "in Mozdok"}, rid="s1")
    assert found(comp, "Mozdok") == {"s1"}
    second = add(comp, {"summary": "in Khankala"}, rid="s1", previous=first)
    assert found(comp, "Mozdok") == set()
    assert [(hit.id, hit.payload) for hit in search(comp, "Khankala")] == [("s1", second)]
    comp.close()


def test_what_was_shredded_is_found_no_more_and_stands_in_no_index(tmp_path):
    comp, _ = bare_case(tmp_path)
    target = add(comp, {"summary": "kingfisher"}, rid="s1")
    add(comp, {"summary": "kingfisher too"}, rid="s2")
    assert found(comp, "kingfisher") == {"s1", "s2"}
    rotate(comp, Change(events=(Shredded(ids=("s1",), payloads=(target,), because=Because.MISTAKE),), gone=frozenset([target])))
    assert found(comp, "kingfisher") == {"s2"}
    comp = reopened(comp)
    assert found(comp, "kingfisher") == {"s2"}
    assert list(comp.index.rows("SELECT payload FROM words WHERE payload = ?", (target,))) == []
    comp.close()


@pytest.mark.slow
def test_a_search_sees_what_another_device_added(tmp_path):
    with three(tmp_path) as t:
        add(t.b, {"summary": "kingfisher"}, rid="s1")
        assert found(t.c, "kingfisher") == set()
        t.sync_all()
        assert found(t.c, "kingfisher") == found(t.a, "kingfisher") == {"s1"}
