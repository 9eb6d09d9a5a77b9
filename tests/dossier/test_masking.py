"""Hidden names in free text: what the mask finds, and what it leaves."""

import unicodedata

import pytest

from habeas.dossier.masking import MASK, Mask


@pytest.mark.parametrize("written", ["José Pérez", "Jose Perez", "JOSÉ PÉREZ", "jose perez", unicodedata.normalize("NFD", "José Pérez")])
@pytest.mark.parametrize("hidden", ["José Pérez", "Jose Perez", unicodedata.normalize("NFD", "José Pérez")])
def test_accents_and_their_encoding_do_not_hide_a_name(hidden, written):
    assert Mask([hidden], [])(f"said {written} then") == f"said {MASK} then"


def test_the_rest_of_the_text_keeps_its_accents():
    text = unicodedata.normalize("NFD", "Él vio a Pérez en la estación")
    assert Mask(["Pérez"], [])(text) == text.replace(unicodedata.normalize("NFD", "Pérez"), MASK)


def test_yo_is_ye_to_the_mask():
    assert Mask(["Пётр Семёнов"], [])("Петр Семенов") == MASK


def test_what_is_shown_is_left():
    assert Mask(["Ann Lee", "Bob Stone"], ["Ann Lee"])("Ann Lee met Bob Stone") == f"Ann Lee met {MASK}"
