"""English and Russian are complete: no sentence without its translation, no field lost, no catalogue that is not what it was compiled from."""

import io
import re
import string
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from habeas.locale import in_language, language, speaking, tr, tr_n

ROOT = Path(__file__).parents[2]
LOCALE = ROOT / "src/habeas/locale"
RUSSIAN = LOCALE / "ru/LC_MESSAGES"


@pytest.fixture(scope="module")
def template():
    return [one for one in read_po(io.BytesIO((LOCALE / "habeas.pot").read_bytes())) if one.id]


@pytest.fixture(scope="module")
def russian():
    return {str(one.id): one for one in read_po(io.BytesIO((RUSSIAN / "habeas.po").read_bytes()), locale="ru") if one.id}


def fields(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_every_sentence_has_its_translation_and_none_is_left_over(template, russian):
    assert {str(one.id) for one in template} == set(russian)
    empty = [one.id for one in russian.values() if not one.string or (isinstance(one.string, tuple) and not all(one.string)) or one.fuzzy]
    assert empty == []


def test_every_translation_has_the_same_fields_and_the_same_edges(russian):
    for one in russian.values():
        sources = one.id if isinstance(one.id, tuple) else (one.id,)
        said = one.string if isinstance(one.string, tuple) else (one.string,)
        assert len(said) == (3 if len(sources) == 2 else 1), one.id
        for text in said:
            assert fields(text) in (fields(sources[0]), fields(sources[-1])), one.id
            assert (text[:1].isspace(), text[-1:].isspace()) == (sources[-1][:1].isspace(), sources[-1][-1:].isspace()), one.id


def test_the_compiled_catalogue_is_that_of_the_words():
    sys.path.insert(0, str(ROOT / "tools"))
    from catalogue import compiled

    assert (RUSSIAN / "habeas.mo").read_bytes() == compiled((RUSSIAN / "habeas.po").read_bytes())


def test_no_sentence_hides_from_the_template_inside_another_string():
    for path in (ROOT / "src/habeas").rglob("*.py"):
        assert not re.search(r"\{tr(_n|_mark)?\(", path.read_text("utf-8")), path


@pytest.mark.slow
def test_the_template_holds_every_sentence_of_the_program(tmp_path):
    copy = tmp_path / "src/habeas/locale"
    copy.mkdir(parents=True)
    command = [str(Path(sys.executable).parent / "pybabel"), "-q", "extract", "-F", "tools/babel.cfg", "--no-location", "--sort-output", "--omit-header",
               "-k", "tr", "-k", "tr_mark", "-k", "tr_n:1,2", "-o", str(copy / "habeas.pot"), "src/habeas"]  # fmt: skip
    subprocess.run(command, check=True, cwd=ROOT)
    sys.path.insert(0, str(ROOT / "tools"))
    from catalogue import complete

    complete(copy / "habeas.pot")
    assert (copy / "habeas.pot").read_text("utf-8") == (LOCALE / "habeas.pot").read_text("utf-8"), "run: make messages"


@given(st.integers(0, 10_000))
def test_russian_counts_in_three_forms(count):
    with speaking("ru"):
        said = tr_n("{count} day", "{count} days", count)
    last, teen = count % 10, count % 100 in range(11, 15)
    assert said == f"{count} " + ("дней" if teen or last in (0, 5, 6, 7, 8, 9) else "день" if last == 1 else "дня")


def test_another_language_is_spoken_within_a_block_and_nowhere_else():
    with speaking("ru"):
        assert (language(), tr("Findings")) == ("ru", "Выводы")
        with speaking("en"):
            assert tr("Findings") == "Findings"
    assert (language(), tr("Findings"), in_language("ru", "Findings")) == ("en", "Findings", "Выводы")
    assert in_language("xx", "Findings") == "Findings"


def test_russian_is_written_in_cyrillic(russian):
    """A sentence of plain English words that came through untranslated would show here."""
    for one in russian.values():
        said = one.string if isinstance(one.string, tuple) else (one.string,)
        source = one.id[0] if isinstance(one.id, tuple) else one.id
        plain = re.sub(r"\{[^}]*\}", "", source)
        if re.search(r"\b[a-z]{3,} [a-z]{3,}", plain) and not plain.startswith("openssl"):
            assert all(re.search("[а-яё]", text) for text in said), one.id
