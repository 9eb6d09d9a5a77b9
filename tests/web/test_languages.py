"""Every word of the screens is translated: in a pseudo-language each of our sentences stands in brackets, and nothing else of ours may stand outside."""

import html
import re

import pytest
from babel.dates import get_month_names
from simulators.languages import Pseudo

from habeas import locale

pytestmark = pytest.mark.slow


@pytest.fixture
def pseudo(monkeypatch):
    monkeypatch.setattr(locale, "_current", Pseudo())
    monkeypatch.setattr(locale, "_language", "de")


OURS = {
    "Habeas",
    "English",
    "Русский",
    "SHA-256",
    "Esc",
    "g",
    "c",
    "i",
    "t",
    "h",
    "j",
    "k",
    "n",
    "e",
    "p",
    "S001",
    "S002",
    "A1",
    "UTC",
    *get_month_names("wide", locale="de").values(),
    "txt",
    "age",
    "ZIP",
    "km",
}
"""Names and keys, the same in every language, and the months of this one (from CLDR, not from our catalogue)."""


def outside(text):
    """Words of Latin letters that stand in no brackets, outside scripts, code and what a case holds (which is Cyrillic here)."""
    text = re.sub(
        r"<(script|style|code|kbd|svg|article|title|datalist|bdi)\b.*?</\1>|<option[^>]*>(?:English|Русский)</option>", " ", text, flags=re.DOTALL
    )
    text = re.sub(r'<section class="card" lang=.*?</section>', " ", text, flags=re.DOTALL)  # the script of an interview, in its own language
    # what is inside brackets may hold a field with more brackets in it
    plain = html.unescape(re.sub(r"<[^>]*>", " ", text))
    while "⟦" in plain:
        shorter = re.sub(r"⟦[^⟦⟧]*⟧", " ", plain)
        if shorter == plain:
            break
        plain = shorter
    words = re.findall(r"[A-Za-z][A-Za-z'’-]*[0-9]*", plain)
    return sorted({word for word in words if word not in OURS and not re.fullmatch(r"[a-f0-9-]+|T\d*|Z", word)})


PATHS = ("/cases", "/inbox", "/agenda", "/patterns", "/settings",
         *(f"/cases/CID{one}" for one in ("", "/sheet", "/statements", "/statements/S001", "/statements/new", "/exhibits", "/exhibits/1", "/timeline",
                                          "/findings", "/people", "/tasks", "/interviews", "/dossier", "/memorandum", "/compare", "/log")))  # fmt: skip


@pytest.fixture
def case(visitor):
    """A case all of whose words are Cyrillic."""
    visitor.post("/cases/new", title="Дело")
    (cid,) = visitor.desk.vault.case_ids()
    base = f"/cases/{cid}"
    visitor.post(
        f"{base}/statements", speaker="Отдел", side="state", act="departed", when="2017-01-05", place="Москва", disclosable="true", quote="выехал"
    )
    visitor.post(f"{base}/accuse", statement="S001")
    visitor.post(
        f"{base}/statements", speaker="Тётя", side="family", act="present", when="2017-01-05", place="Варшава", how_known="firsthand", quote="был"
    )
    visitor.post(f"{base}/people", kind="contact", person="Тётя", channel="письмо")
    visitor.post(f"{base}/people", kind="consent", person="Тётя", shown="named", given_on="2026-01-01")
    visitor.post(f"{base}/tasks", title="Позвонить", due_on="2031-01-05")
    visitor.client.post(f"{base}/exhibits", files={"files": ("п.txt", "был".encode(), "text/plain")}, headers={"sec-fetch-site": "same-origin"})
    return cid


def test_nothing_of_ours_stands_outside_the_translations(visitor, case, pseudo):
    visitor.desk.shelf.forget()
    visitor.desk._done = None  # said before
    found = {path: outside(visitor.get(path.replace("CID", case))) for path in PATHS}
    assert {path: words for path, words in found.items() if words} == {}


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_person_chooses_the_language_and_it_is_kept_with_the_settings(visitor, language):
    try:
        visitor.post("/language", language=language, back="/settings")
        assert f'<html lang="{language}"' in visitor.get("/settings")
        assert visitor.desk.vault.settings.language == language
        visitor.post("/lock")
        locale.use_language("en")
        visitor.unlock()
        assert f'<html lang="{language}"' in visitor.get("/cases")
    finally:
        locale.use_language("en")


@pytest.mark.parametrize("back", ["//elsewhere.example", "https://elsewhere.example", "/\\elsewhere.example", "x"])
def test_the_way_back_after_choosing_a_language_leads_nowhere_else(visitor, back):
    answer = visitor.client.post(
        "/language", data={"language": "en", "back": back}, headers={"sec-fetch-site": "same-origin"}, follow_redirects=False
    )
    assert answer.headers["location"] == "/"


def test_a_language_written_from_right_to_left_turns_the_page(visitor, monkeypatch):
    monkeypatch.setattr(locale, "_language", "ar")
    assert '<html lang="ar" dir="rtl"' in visitor.get("/cases")
