"""The screens as a caseworker meets them: from the first run to a confirmed finding, and what is shown when something is wrong."""

import html
import re
from datetime import date

import pytest
from simulators.vaults import PASSPHRASE

from habeas.domain.case import Decision
from habeas.services.casebook import read_book
from habeas.services.cases import vault_source
from habeas.services.disclosing import compose_dossier
from habeas.vault.events import Kind
from habeas.web.desk import LockedDeskError

pytestmark = pytest.mark.slow


def words(text):
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())


def lists_in(text):
    return [" ".join(one.split()) for one in re.findall(r'<p class="words">(.*?)</p>', text, re.DOTALL)]


def test_from_nothing_to_the_first_case(stranger):
    assert "A new vault" in words(stranger.get("/"))
    made = stranger.post("/create", passphrase=PASSPHRASE, again=PASSPHRASE, code="A1")
    assert "Make recovery words" in words(made.text)
    lists = lists_in(stranger.post("/recovery").text)
    assert len(lists) == 3
    wrong = stranger.post("/recovery/check", status=422, list1=lists[0], list2=lists[0])
    assert "That did not work" in words(wrong.text)
    assert "No case yet" in words(stranger.post("/recovery/check", list1=lists[2], list2=lists[0]).text)
    assert "Where the person was" not in words(stranger.post("/cases/new", title="A first case").text)
    assert "A first case" in words(stranger.get("/cases"))
    stranger.desk.lock()


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"passphrase": "short", "again": "short", "code": "A1"}, "at least 12 characters"),
        ({"passphrase": PASSPHRASE, "again": PASSPHRASE + "x", "code": "A1"}, "passphrases differ"),
        ({"passphrase": PASSPHRASE, "again": PASSPHRASE, "code": "Maria Ivanova"}, "never a name"),
    ],
)
def test_a_vault_that_cannot_be_made_says_why_and_keeps_the_code_typed_and_no_passphrase(stranger, form, said):
    answer = stranger.post("/create", status=422, **form).text
    assert said in words(answer) and form["passphrase"] not in answer and form["code"] in html.unescape(answer)
    assert not stranger.desk.exists


def test_a_wrong_passphrase_opens_nothing_and_no_name_of_a_case_stands_on_the_locked_page(visitor):
    visitor.post("/cases/new", title="Zorvanelle")
    visitor.post("/lock")
    assert "Zorvanelle" not in visitor.get("/") and "case-" not in visitor.get("/")
    assert "That did not work" in words(visitor.post("/unlock", status=422, passphrase="another one entirely").text)
    assert "Zorvanelle" in words(visitor.unlock().text)


def test_the_vault_locks_by_itself_and_every_page_then_asks_for_the_passphrase(visitor):
    visitor.post("/cases/sample")
    (cid,) = visitor.desk.vault.case_ids()
    assert 'data-seconds="902"' in visitor.get(f"/cases/{cid}")
    visitor.now = 14 * 60
    assert "locks in 15 minutes" in words(visitor.get(f"/cases/{cid}"))
    visitor.now += 16 * 60
    visitor.desk.lock_if_away()
    assert not visitor.desk.is_open and visitor.desk._vault is None
    for path in ("/cases", f"/cases/{cid}", f"/cases/{cid}/statements", f"/cases/{cid}/log"):
        assert "The vault is locked" in words(visitor.get(path))
    assert not visitor.desk.is_open


def test_the_sample_case_shows_the_accusation_the_cost_of_belief_the_timeline_and_the_findings(visitor):
    text = visitor.post("/cases/sample").text
    said = words(text)
    assert "To accept that Julio Castro left Carrasco Airport" in said and "<svg" in text
    assert "At liberty in the accusation, in custody in the record" in said and "confirmed by A. Reviewer" in said
    (cid,) = visitor.desk.vault.case_ids()
    whole = words(visitor.get(f"/cases/{cid}/findings"))
    assert "for counsel alone" in whole and "Supports the accusation" in whole and "only if all of these 4 sources are wrong" in whole


def test_five_fields_make_a_statement_and_a_bad_one_keeps_what_was_typed(visitor):
    visitor.post("/cases/new", title="One")
    (cid,) = visitor.desk.vault.case_ids()
    bad = visitor.post(f"/cases/{cid}/statements", status=422, speaker="a neighbour", side="witness", act="present", when="05.01.17", place="Warsaw")
    assert "write the year with four figures" in words(bad.text) and 'value="a neighbour"' in bad.text
    good = visitor.post(f"/cases/{cid}/statements", speaker="a neighbour", side="witness", act="present", when="2017-01-05", place="Warsaw, Poland")
    assert "5 January 2017" in words(good.text) and "S001" in words(good.text)


def test_what_is_typed_is_shown_as_text_and_never_as_markup(visitor):
    visitor.post("/cases/new", title="<script>alert(1)</script>")
    (cid,) = visitor.desk.vault.case_ids()
    visitor.post(f"/cases/{cid}/statements", speaker='"><img src=x>', side="witness", act="present", quote="<b>bold</b>", when="2017-01-05")
    for path in ("/cases", f"/cases/{cid}", f"/cases/{cid}/statements"):
        text = visitor.get(path)
        assert "<script>alert" not in text and "<img" not in text and "<b>bold" not in text


def test_a_finding_is_confirmed_with_a_name_and_a_reason_for_the_inputs_that_were_seen(visitor):
    visitor.post("/cases/sample")
    (cid,) = visitor.desk.vault.case_ids()
    page = visitor.get(f"/cases/{cid}")
    number = re.search(rf"/cases/{cid}/findings/(cc-[0-9a-f]+)", page)[1]
    path = f"/cases/{cid}/findings/{number}"
    inputs = re.search(r'name="inputs" value="([0-9a-f]+)"', visitor.get(path))[1]
    assert "needs a name" in words(visitor.post(path, status=422, decision="confirmed", reviewer="", reason="", inputs=inputs).text)
    assert "rejected by M. R." in words(visitor.post(path, decision="rejected", reviewer="M. R.", reason="seen", inputs=inputs).text)
    with visitor.desk.case(cid) as comp:
        last = read_book(comp).of(Kind.REVIEW)[-1].record
    assert (last.finding, last.decision, last.inputs) == (number, Decision.REJECTED, inputs)


def test_the_log_says_once_for_each_time_that_the_vault_was_open_that_a_case_was_looked_at(visitor):
    visitor.post("/cases/sample")
    (cid,) = visitor.desk.vault.case_ids()
    for _ in range(3):
        visitor.get(f"/cases/{cid}")
    assert words(visitor.get(f"/cases/{cid}/log")).count("looked at: on the screen") == 1
    visitor.post("/lock")
    visitor.unlock()
    visitor.get(f"/cases/{cid}/statements")
    assert words(visitor.get(f"/cases/{cid}/log")).count("looked at: on the screen") == 2


def test_a_page_that_reloads_itself_and_a_look_at_style_sheets_keep_nothing_open(visitor):
    visitor.now = 14 * 60
    itself = {"sec-fetch-site": "same-origin", "sec-fetch-mode": "navigate"}
    assert visitor.client.get("/cases", headers=itself).status_code == 200
    visitor.client.get("/static/habeas.css")
    visitor.client.get("/away")
    assert visitor.desk.minutes_left == 1
    visitor.client.get("/cases", headers={**itself, "sec-fetch-user": "?1"})
    assert visitor.desk.minutes_left == 15
    visitor.now += 14 * 60
    assert visitor.post("/stay", status=204) and visitor.desk.minutes_left == 15
    visitor.now += 16 * 60
    assert visitor.post("/stay", status=403) and not visitor.desk.is_open


def test_what_is_being_written_is_finished_before_the_vault_closes_and_no_page_is_shown_meanwhile(visitor):
    visitor.post("/cases/new", title="One")
    (cid,) = visitor.desk.vault.case_ids()
    with visitor.desk.work(), visitor.desk.case(cid) as comp:
        assert not visitor.desk.lock()
        assert not visitor.desk.is_open
        with pytest.raises(LockedDeskError):
            _ = visitor.desk.vault
        assert read_book(comp).of(Kind.EXHIBIT) == ()  # what began before may go on
    assert visitor.desk._vault is None and not visitor.desk.leaving.is_set()


def test_a_wish_to_lock_that_nobody_carried_out_is_carried_out_by_the_timer(visitor):
    visitor.desk.leaving.set()
    assert not visitor.desk.is_open and visitor.desk._vault is not None
    visitor.desk.lock_if_away()
    assert visitor.desk._vault is None and not visitor.desk.leaving.is_set()


def test_after_locking_another_cookie_is_given_and_the_browser_is_told_to_forget(visitor):
    before = visitor.client.cookies["habeas"]
    answer = visitor.client.post("/lock", headers={"sec-fetch-site": "same-origin"}, follow_redirects=False)
    assert answer.headers["clear-site-data"] == '"cache"' and answer.headers["location"] == "/away"
    assert visitor.desk.knows(before)  # a window that was closed too soon to take the new one is not shut out
    assert visitor.client.cookies["habeas"] != before
    visitor.get("/")
    assert not visitor.desk.knows(before)


def test_a_page_that_was_begun_before_the_vault_was_locked_is_not_sent_behind_it(visitor, monkeypatch):
    visitor.post("/cases/new", title="Zorvanelle")
    cases_of = visitor.desk.__class__.vault.fget

    def meanwhile(desk):
        vault = cases_of(desk)
        desk.lock()
        return vault

    monkeypatch.setattr(visitor.desk.__class__, "vault", property(meanwhile))
    assert "Zorvanelle" not in visitor.get("/cases") and "The vault is locked" in visitor.get("/")


def test_who_guesses_addresses_does_not_keep_the_vault_open(visitor):
    visitor.now = 800
    visitor.client.get("/open/x")
    assert visitor.desk.seconds_left == 100


def test_checked_recovery_words_are_not_replaced_by_a_click(visitor):
    for _ in range(2):
        assert "checked already" in words(visitor.post("/recovery", status=409).text)


def test_a_finding_that_does_not_exist_is_not_reviewed(visitor):
    visitor.post("/cases/sample")
    (cid,) = visitor.desk.vault.case_ids()
    with visitor.desk.case(cid) as comp:
        before = len(read_book(comp).of(Kind.REVIEW))
    form = {"decision": "confirmed", "reviewer": "M. R.", "reason": "seen", "inputs": "0" * 64}
    visitor.post(f"/cases/{cid}/findings/cc-000000", status=404, **form)
    with visitor.desk.case(cid) as comp:
        assert len(read_book(comp).of(Kind.REVIEW)) == before


def test_no_field_is_kept_by_the_browser_or_sent_to_a_spelling_service(visitor):
    visitor.post("/cases/new", title="One")
    (cid,) = visitor.desk.vault.case_ids()
    for path in ("/cases", "/settings", f"/cases/{cid}/statements/new", f"/cases/{cid}/people", f"/cases/{cid}/tasks", f"/cases/{cid}/sheet"):
        fields = [one for one in re.findall(r"<(?:input|textarea)[^>]*>", visitor.get(path)) if "hidden" not in one]
        assert fields and all('type="file"' in one or ('autocomplete="off"' in one and 'spellcheck="false"' in one) for one in fields)


@pytest.mark.parametrize("path", ["/cases/case-000000000000", "/cases/x", "/cases/%2e%2e", "/nowhere", "/cases/case-000000000000/findings/cc-1"])
def test_a_case_of_others_and_one_that_does_not_exist_answer_alike(visitor, path):
    assert "There is no such page, or it is not yours" in words(visitor.get(path, status=404))


def test_a_folder_that_holds_something_else_is_said_so_before_anybody_types_a_passphrase(tmp_path, visiting):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos/a.jpg").write_bytes(b"x")
    page = visiting(tmp_path / "photos").client.get("/")
    assert page.status_code == 409 and "holds something else" in words(page.text)


def test_the_title_of_a_case_stays_with_those_who_work_on_it(visitor):
    visitor.post("/cases/new", title="Zorvanelle, for the file")
    (cid,) = visitor.desk.vault.case_ids()
    visitor.post(
        f"/cases/{cid}/statements", speaker="an office", side="state", act="departed", when="2017-01-05", place="Moscow, Russia", disclosable="true"
    )
    visitor.post(f"/cases/{cid}/accuse", statement="S001", part="yes")
    with visitor.desk.case(cid) as comp:
        made = compose_dossier(vault_source(comp, "dossier"), date(2026, 11, 26))
    assert not any(b"Zorvanelle" in content for content in made.payload.values() if isinstance(content, bytes))
    assert "Zorvanelle" not in str(made.data)


def filled(text):
    return len(re.findall(r'class="[^"]*\bfilled\b', text))


CHAT = b"05/08/2019, 10:00 - Anna: hello\n05/08/2019, 10:01 - Boris: hi\n05/08/2019, 10:02 - Anna: bye\n"


def test_every_screen_has_one_filled_button(sample):
    visitor = sample.visitor
    visitor.post("/cases/new", title="Nothing in it yet")
    (empty,) = set(visitor.desk.vault.case_ids()) - {sample.cid}
    sample.seal("chat.txt", CHAT)
    sample.seal("data.bin", bytes(500))
    finding = re.search(r"/findings/([a-z0-9-]+)", sample.get("/findings"))[1]
    tabs = ("", "/sheet", "/statements", "/statements/new", "/exhibits", "/timeline", "/findings", "/people", "/tasks", "/interviews", "/dossier",
            "/memorandum", "/log", "/compare")  # fmt: skip
    mine = ("/statements/S008", "/exhibits/1", "/exhibits/1?at=S001", "/exhibits/8", "/exhibits/10", "/exhibits/11", f"/findings/{finding}")
    across = ("/cases", "/inbox", "/agenda", "/patterns", "/settings", "/help", "/help/findings", "/away")
    paths = [*across, *(f"/cases/{cid}{tab}" for cid in (sample.cid, empty) for tab in tabs), *(f"/cases/{sample.cid}{path}" for path in mine)]
    seen = {path: filled(visitor.get(path)) for path in paths}
    seen["nothing there"] = filled(visitor.get("/nothing", 404))
    seen |= {f"search {words}": filled(sample.post("/search", q=words).text) for words in ("", "present", "zzz")}
    seen["interview"] = filled(sample.post("/interviews", person="a made-up aunt", consent_read="true").text)
    seen["preview"] = filled(sample.preview(recipient="Court", harmed="x", family="x", read="x", despite="true")[0])
    sample.change_exhibit("1", title="x", form="scan", distressing="true")
    seen["behind a warning"] = filled(sample.get("/exhibits/1"))
    sample.post("/exhibits/1/withdraw")
    seen |= {f"withdrawn {show}": filled(sample.get(f"/exhibits/1{show}")) for show in ("", "?show=1")}
    visitor.desk.lock()
    seen["locked"] = filled(visitor.get("/"))
    assert {path: count for path, count in seen.items() if count != 1} == {}
