"""The whole main job in real Chromium: by mouse, by keys alone, without scripts, on a phone, in Russian; axe finds nothing."""

import re
from typing import NamedTuple

import pytest
from playwright.sync_api import expect
from simulators.browsers import CHROMIUM, Keys, accessible, browser, follow, served, verified
from simulators.languages import Pseudo
from simulators.vaults import PASSPHRASE, make_vault

from habeas import locale
from habeas.locale import use_language

pytestmark = [
    pytest.mark.slow, pytest.mark.enable_socket, pytest.mark.timeout(180),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.filterwarnings("ignore"),  # of the browser's driver
]  # fmt: skip
SHEET = "pseudonym,phone,due,religion,story\nA made-up aunt,+0 000,5 January 2031,x,seen at home\nA made-up uncle,,,,at work\n"
LETTER = "SYNTHETIC LETTER\nOn 22 September 1977 I spoke to him in the house.\nHe was not at the airport.\n"


def make_vault_by_hand(page, check):
    check(page)
    page.fill("#code", "A1")
    page.fill("#passphrase", PASSPHRASE)
    page.fill("#again", PASSPHRASE)
    follow(page, "button.filled")
    check(page)
    follow(page, "button.filled")
    lists = [page.locator(".words").nth(number).inner_text() for number in range(3)]
    check(page)
    follow(page, "a.filled")
    page.fill("#list1", lists[0])
    page.fill("#list2", lists[2])
    check(page)
    follow(page, "button.filled")
    check(page)


def test_the_whole_way_by_mouse(tmp_path):
    with served(tmp_path / "new") as (base, desk), browser(base, accept_downloads=True) as page:
        page.goto(base + desk.first_address)
        make_vault_by_hand(page, accessible)
        # a spreadsheet becomes cases
        (tmp_path / "clients.csv").write_text(SHEET)
        follow(page, "text=Choose the spreadsheet")
        accessible(page)
        page.set_input_files("#sheet", tmp_path / "clients.csv")
        follow(page, "button:has-text('Choose the columns')")
        assert "religion" in page.locator(".card", has_text="whatever you choose").inner_text()
        accessible(page)
        page.select_option("select[name=column-4]", "note")
        follow(page, "button:has-text('Look at what would be made')")
        accessible(page)
        follow(page, "button:has-text('Make 2 cases')")
        assert page.locator(".rows h2").count() == 3  # two, and the table itself
        # the demo case
        follow(page, "text=Import the sample case")
        assert page.locator(".cost").inner_text().startswith("To accept that Julio Castro left Carrasco Airport")
        accessible(page)
        case = page.url
        # seal files, and go on reading meanwhile
        follow(page, "nav.tabs >> text=Exhibits")
        accessible(page)
        files = [tmp_path / "letter.txt", tmp_path / "scan.bin", tmp_path / "copy.txt"]
        for file, content in zip(files, (LETTER.encode(), bytes(range(256)) * 30_000, LETTER.encode()), strict=True):
            file.write_bytes(content)
        page.set_input_files("#files", files)
        page.click("button:has-text('Seal files')")
        page.wait_for_selector("#progress .after:not([hidden])")
        expect(page.locator("#progress .sums")).to_contain_text("2 sealed + 1 duplicates + 0 refused, of 3")
        assert "letter.txt: sealed as exhibit 10" in page.locator("#progress").inner_text()
        accessible(page)
        follow(page, "#progress .after")
        # cite a passage by selecting it
        follow(page, "tbody tr:has-text('10-letter.txt') a.open")
        accessible(page)
        page.evaluate(
            """() => { const text = document.getElementById("text").firstChild; const at = text.data.indexOf("On 22");
            const range = document.createRange(); range.setStart(text, at); range.setEnd(text, text.data.indexOf(" in the house"));
            getSelection().removeAllRanges(); getSelection().addRange(range); }"""
        )
        expect(page.locator("#quote")).to_have_value(re.compile("^On 22"))
        follow(page, "button:has-text('Cite this passage')")
        assert page.input_value("#quote") == "On 22 September 1977 I spoke to him"
        assert page.input_value("#locator") == "line 2, characters 1-35" and page.input_value("#exhibit") == "10"
        page.fill("#speaker", "a neighbour")
        page.select_option("#side", "witness")
        page.select_option("#act", "present")
        page.fill("#when", "22 сентября 1977")
        page.dispatch_event("#when", "change")
        expect(page.locator("#when-read")).to_contain_text("22 September 1977 (1977-09-22)")
        page.locator("#place").press_sequentially("Montevid")
        page.wait_for_selector("#place-list option", state="attached")
        assert "Montevideo" in page.locator("#place-list option").first.get_attribute("value")
        page.fill("#place", "Montevideo, Uruguay")
        accessible(page)
        follow(page, "button:has-text('Add statement')")
        assert page.locator("tr", has_text="a neighbour").count() == 1
        follow(page, "button:has-text('Undo')")
        assert page.locator("tr", has_text="a neighbour").count() == 0
        # every other screen
        for path in (
            "/timeline",
            "/findings",
            "/people",
            "/tasks",
            "/interviews",
            "/sheet",
            "/dossier",
            "/memorandum",
            "/log",
            "/compare",
            "/statements/S008",
        ):
            page.goto(case + path)
            accessible(page)
        for path in ("/agenda", "/patterns", "/settings", "/help", "/help/findings"):
            page.goto(base + path)
            accessible(page)
        # what a form gives back: an interview and its papers, hits, a question, an error
        page.goto(case + "/interviews")
        page.fill("#person", "a made-up aunt")
        page.check("input[name=consent_read]")
        follow(page, "button:has-text('Begin')")
        accessible(page)
        follow(page, "text=Papers to sign")
        accessible(page)
        page.fill("#q", "passenger")
        with page.expect_navigation():
            page.press("#q", "Enter")
        assert page.locator(".rows a.open").count() > 0
        accessible(page)
        page.goto(case + "/statements/new")
        page.fill("#speaker", "a neighbour")
        page.select_option("#side", "witness")
        page.select_option("#act", "present")
        for typed in ("5/8/1977", "5.8.77"):
            page.fill("#when", typed)
            follow(page, "button:has-text('Add statement')")
            accessible(page)
        # confirm a finding
        page.goto(case)
        follow(page, ".rows h3 a >> nth=0")
        accessible(page)
        page.fill("#reviewer", "M. R.")
        page.fill("#reason", "read beside the exhibits")
        follow(page, "button:has-text('Confirm')")
        assert "confirmed by M. R." in page.locator("#review").inner_text()
        # build the dossier, look at its pages, seal it, verify it
        page.goto(case + "/dossier")
        page.fill("#recipient", "Court")
        for name in ("harmed", "family", "read"):
            page.fill(f"#{name}", "asked, and nobody")
        page.check("input[name=despite]")
        follow(page, "button:has-text('Preview the pages')")
        assert page.locator("figure img").count() > 5
        expect(page.locator("figure img").first).to_have_js_property("naturalWidth", 1100)
        accessible(page)
        follow(page, "button:has-text('Back to the choices')")
        assert page.input_value("#recipient") == "Court" and page.input_value("#read") == "asked, and nobody"
        follow(page, "button:has-text('Preview the pages')")
        with page.expect_download() as waiting:
            page.click("button:has-text('Seal and export')")
        waiting.value.save_as(tmp_path / "dossier.zip")
        good, said = verified(tmp_path / "dossier.zip", tmp_path / "unpacked")
        assert good, said
        page.goto(case + "/log")
        assert "dossier" in page.content()
        follow(page, "button:has-text('Verify')")
        assert "Everything holds" in page.locator("section.card[role=status]").first.inner_text()
        page.goto(case)
        follow(page, "text=Lock now")
        assert page.locator("h1").inner_text() == "The vault is locked"
        accessible(page)
        page.go_back()
        assert "Julio Castro" not in page.content()


def test_the_whole_way_by_keys_alone(tmp_path):
    with served(tmp_path / "new") as (base, desk), browser(base, accept_downloads=True) as page:
        page.goto(base + desk.first_address)
        keys = Keys(page)
        keys.type("^code", "A1")
        keys.type("^passphrase", PASSPHRASE)
        keys.type("^again", PASSPHRASE)
        keys.press("Create vault")
        keys.press("Make recovery words")
        lists = [page.locator(".words").nth(number).inner_text() for number in range(3)]
        keys.press("I wrote them down")
        keys.type("^list1", lists[1])
        keys.type("^list2", lists[2])
        keys.press("Check them")
        # the spreadsheet: the file dialogue itself is the system's
        (tmp_path / "clients.csv").write_text(SHEET)
        page.keyboard.press("g")
        with page.expect_navigation():
            page.keyboard.press("i")
        keys.reach("^sheet")
        page.set_input_files("#sheet", tmp_path / "clients.csv")
        keys.press("Choose the columns")
        keys.press("Look at what would be made")
        keys.press("Make 2 cases")
        keys.press("Import the sample case")
        assert page.locator(".cost").count() == 1
        # seal a file
        (tmp_path / "letter.txt").write_text(LETTER)
        keys.reach("^files")
        page.set_input_files("#files", tmp_path / "letter.txt")
        keys.reach("Seal files")
        page.keyboard.press("Enter")
        page.wait_for_selector("#progress .after:not([hidden])")
        # search, open, cite
        page.keyboard.press("/")
        page.keyboard.type("passenger")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert page.locator(".rows a.open").count() > 0
        keys.press("^Exhibits")
        for _ in range(10):
            page.keyboard.press("j")
        with page.expect_navigation():
            page.keyboard.press("e")
        keys.type("^quote", "He was not at the airport.")
        keys.press("Cite this passage")
        assert page.input_value("#locator") == "line 3, characters 1-26"
        keys.type("^speaker", "a neighbour")
        keys.reach("^side")
        page.keyboard.type("a witness")
        keys.reach("^act")
        page.keyboard.type("left")
        keys.type("^when", "22.9.1977")
        keys.press("Add statement")
        assert page.locator("tr", has_text="a neighbour").count() == 1
        # examine, confirm
        keys.press("^Findings")
        page.keyboard.press("j")
        assert page.evaluate("document.activeElement.className") == "open"
        assert page.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "3px"
        with page.expect_navigation():
            page.keyboard.press("e")
        keys.type("^reviewer", "M. R.")
        page.keyboard.press("Tab")
        page.keyboard.type("read")
        page.keyboard.press("Tab")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert "confirmed by M. R." in page.locator("#review").inner_text()
        # the dossier
        keys.press("^Dossier")
        keys.type("^recipient", "Court")
        keys.reach("^despite")
        page.keyboard.press("Space")
        for name in ("harmed", "family", "read"):
            keys.type(f"^{name}", "nobody")
        keys.press("Preview the pages")
        with page.expect_download() as waiting:
            keys.reach("Seal and export")
            page.keyboard.press("Enter")
        waiting.value.save_as(tmp_path / "dossier.zip")
        good, said = verified(tmp_path / "dossier.zip", tmp_path / "unpacked")
        assert good, said
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        page.wait_for_selector("text=The vault is locked")


SCREENS = ("", "/statements", "/statements/S008", "/statements/new", "/exhibits", "/exhibits/1?at=S001", "/timeline", "/findings", "/people", "/tasks",
           "/interviews", "/dossier", "/memorandum", "/sheet", "/log", "/compare")  # fmt: skip
ACROSS = frozenset({"/cases", "/inbox", "/agenda", "/patterns", "/settings", "/help", "/help/01-first-hour"})
LOCKED = {"en": "The vault is locked", "ru": "Хранилище заблокировано"}
BELIEF = {"en": "To accept that Julio Castro left", "ru": "Чтобы признать, что"}


class Way(NamedTuple):
    """How somebody goes the whole way."""

    scripts: bool = True
    phone: bool = False
    language: str = "en"

    def options(self):
        return {"java_script_enabled": self.scripts, **({"viewport": {"width": 360, "height": 740}} if self.phone else {})}

    def looks_well(self, page):
        """Nothing to scroll sideways on a phone, and nothing that axe sees; axe is a script itself."""
        assert page.locator("html").get_attribute("lang") == self.language
        if self.phone:
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, page.url
        if self.scripts:
            accessible(page)

    def seal(self, page, file):
        """Choose a file and seal it, and look at the exhibits then."""
        page.set_input_files("#files", file)
        if self.scripts:
            page.click("form.drop button")
            page.wait_for_selector("#progress .after:not([hidden])")
            self.looks_well(page)
            return follow(page, "#progress .after")
        follow(page, "form.drop button")
        assert "letter.txt" in page.locator("[role=status]").first.inner_text()
        return None


@pytest.mark.parametrize(
    "way", [Way(scripts=False), Way(phone=True), Way(phone=True, language="ru")], ids=["without scripts", "on a phone", "in Russian on a phone"]
)
def test_the_whole_way_whatever_one_has(tmp_path, way):
    (tmp_path / "clients.csv").write_text(SHEET)
    (tmp_path / "letter.txt").write_text(LETTER)
    try:
        with served(tmp_path / "new") as (base, desk), browser(base, accept_downloads=True, **way.options()) as page:
            page.goto(base + desk.first_address)
            if way.language != "en":
                follow(page, f"button[name=language][value={way.language}]")
            make_vault_by_hand(page, way.looks_well)
            # the spreadsheet, the demo case
            page.goto(base + "/inbox")
            page.set_input_files("#sheet", tmp_path / "clients.csv")
            follow(page, "form[action='/inbox/table'] button")
            way.looks_well(page)
            page.select_option("select[name=column-4]", "note")
            follow(page, "form[action='/inbox/cases'] button:not([name])")
            way.looks_well(page)
            follow(page, "form[action='/inbox/cases'] button[name=go]")
            assert page.locator(".rows h2").count() == 3
            page.goto(base + "/cases")
            follow(page, "form[action='/cases/sample'] button")
            assert page.locator(".cost").inner_text().startswith(BELIEF[way.language])
            case = page.url
            # every screen
            for path in ("/cases", "/inbox", "/agenda", "/patterns", "/settings", "/help", "/help/01-first-hour", *SCREENS):
                answer = page.goto(base + path if path in ACROSS else case + path)
                assert answer.status == 200, path
                way.looks_well(page)
            # seal, cite, say
            page.goto(case + "/exhibits")
            way.seal(page, tmp_path / "letter.txt")
            page.goto(case + "/exhibits/10")
            way.looks_well(page)
            page.fill("#quote", "He was not  at the airport.")
            follow(page, "#cite button.filled")
            assert page.input_value("#locator").endswith("3, characters 1-26" if way.language == "en" else "3, символы 1-26")
            page.fill("#speaker", "a neighbour")
            page.select_option("#side", "witness")
            page.select_option("#act", "present")
            page.fill("#when", "09/08/1977")
            follow(page, "button.filled")
            way.looks_well(page)
            page.check("input[name=when_reading][value='1977-08-09']")
            follow(page, "button.filled")
            assert {"en": "9 August 1977", "ru": "9 августа 1977"}[way.language] in page.locator("tr", has_text="a neighbour").inner_text()
            # examine, confirm
            page.goto(case)
            follow(page, ".rows h3 a >> nth=0")
            page.fill("#reviewer", "M. R.")
            page.fill("#reason", "read beside the exhibits")
            follow(page, "button[value=confirmed]")
            assert "M. R." in page.locator("#review").inner_text()
            way.looks_well(page)
            # build, look, seal, verify
            page.goto(case + "/dossier")
            page.fill("#recipient", "Court")
            page.select_option("#speak", way.language)
            for name in ("harmed", "family", "read"):
                page.fill(f"#{name}", "asked, and nobody")
            page.check("input[name=despite]")
            follow(page, "button[formaction$='/dossier/preview']")
            assert page.locator("figure img").count() > 5
            way.looks_well(page)
            with page.expect_download() as waiting:
                page.click("button[formaction$='/dossier/seal']")
            waiting.value.save_as(tmp_path / "dossier.zip")
            good, said = verified(tmp_path / "dossier.zip", tmp_path / "unpacked")
            assert good, said
            page.goto(case)
            follow(page, "#lock button")
            assert page.locator("h1").inner_text() == LOCKED[way.language] and "Julio Castro" not in page.content()
            way.looks_well(page)
    finally:
        use_language("en")


def test_a_page_in_a_language_half_as_long_again_needs_no_scrolling_sideways(tmp_path, monkeypatch):
    make_vault(tmp_path / "vault", "A1").close()
    monkeypatch.setattr(locale, "_current", Pseudo())
    with served(tmp_path / "vault") as (base, desk), browser(base, viewport={"width": 360, "height": 740}) as page:
        page.goto(base + desk.first_address)
        page.fill("#passphrase", PASSPHRASE)
        follow(page, "button.filled")
        follow(page, "form[action='/cases/sample'] button")
        case = page.url
        for path in SCREENS:
            page.goto(case + path)
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
