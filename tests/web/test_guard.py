"""Who may speak to the application: one browser, this machine, its own pages; everybody else is told no and nothing more."""

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from habeas.web.app import make_app
from habeas.web.desk import Desk
from habeas.web.guard import HEADERS, KEPT

PATHS = ("/", "/cases", "/recovery", "/cases/case-000000000000", "/cases/case-000000000000/log")


@pytest.fixture
def closed(tmp_path):
    desk = Desk(tmp_path / "vault")
    return desk, TestClient(make_app(desk, 0), base_url="http://testserver", follow_redirects=False)


@pytest.mark.parametrize("path", PATHS)
def test_without_the_cookie_nothing_is_answered(closed, path):
    _, client = closed
    assert client.get(path).status_code == 403
    assert client.post(path, headers={"sec-fetch-site": "same-origin"}).status_code == 403


def test_the_first_address_lets_one_browser_in_once(closed):
    desk, client = closed
    first = client.get(desk.first_address)
    assert first.status_code == 303 and first.headers["location"] == "/"
    cookie = first.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie
    assert client.get("/").status_code == 200
    other = TestClient(make_app(desk, 0), base_url="http://testserver", follow_redirects=False)
    assert other.get(first.request.url.path).status_code == 403
    assert other.get("/", headers={"cookie": "habeas=guessed"}).status_code == 403


@pytest.mark.parametrize("token", ["None", "", "x", "%00", "é"])
def test_a_guessed_address_lets_nobody_in(closed, token):
    _, client = closed
    assert client.get(f"/open/{token}").status_code in (403, 404)
    assert client.get("/").status_code == 403


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:80", "localhost.evil.example", "testserver:99", ""])
def test_another_name_for_this_machine_is_not_served(closed, host):
    desk, client = closed
    client.get(desk.first_address)
    assert client.get("/", headers={"host": host}).status_code == 421


@pytest.mark.parametrize("headers", [
    {}, {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"sec-fetch-site": "none"}, {"origin": "http://evil.example"},
    {"origin": "null"}, {"sec-fetch-site": "cross-site", "origin": "http://testserver"},
])  # fmt: skip
def test_a_change_that_comes_from_elsewhere_is_refused(visitor, headers):
    assert visitor.client.post("/lock", headers=headers).status_code == 403
    assert visitor.desk.is_open


def test_a_browser_without_sec_fetch_site_is_known_by_its_origin(visitor):
    assert visitor.client.post("/lock", headers={"origin": "http://testserver"}).status_code == 200
    assert not visitor.desk.is_open


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_link_on_another_site_opens_nothing_here(visitor, site):
    assert visitor.client.get("/cases", headers={"sec-fetch-site": site}).status_code == 403


def test_a_stranger_learns_nothing_of_the_vault(visitor):
    other = TestClient(visitor.client.app, base_url="http://testserver", follow_redirects=False)
    answers = [other.get(path) for path in ("/", "/away", "/static/none", "/static/../cases", "/open/x", "/open/x/y")]
    assert {answer.status_code for answer in answers} <= {403, 404}
    visitor.now += 16 * 60
    later = [other.get(str(answer.request.url.path)) for answer in answers]
    assert [one.text for one in later] == [one.text for one in answers]


def test_the_name_in_the_address_is_another_one_for_each_run_since_cookies_do_not_tell_ports_apart(tmp_path):
    first, second = Desk(tmp_path), Desk(tmp_path)
    assert first.host != second.host and first.host.endswith(".localhost") and len(first.host) >= 30
    client = TestClient(make_app(first, 7000), base_url=f"http://{first.host}:7000", follow_redirects=False)
    assert client.get(first.first_address).status_code == 303
    for name in ("127.0.0.1:7000", "localhost:7000", f"{second.host}:7000", f"{first.host}:7001", first.host):
        assert client.get("/", headers={"host": name}).status_code == 421


def test_no_websocket_is_opened(visitor):
    with pytest.raises(WebSocketDisconnect), visitor.client.websocket_connect("/"):
        pass


@pytest.mark.parametrize("path", ["/cases", "/nowhere", "/static/habeas.css", "/static/none.css", "/cases/case-000000000000"])
def test_every_answer_forbids_caching_framing_scripts_and_requests_of_others(visitor, path):
    answer = visitor.client.get(path)
    for name, value in HEADERS.items():
        assert answer.headers[name] == (KEPT if (name, path) == ("cache-control", "/static/habeas.css") else value)
    assert "default-src 'none'" in answer.headers["content-security-policy"] and "unsafe" not in answer.headers["content-security-policy"]
    assert "server" not in answer.headers


@pytest.mark.slow
def test_no_page_holds_a_script_or_a_style_of_its_own_or_names_an_address_outside(visitor):
    visitor.post("/cases/sample")
    (cid,) = visitor.desk.vault.case_ids()
    first = next(line.split('"')[1] for line in visitor.get(f"/cases/{cid}").split("<a href=") if "/findings/" in line)
    for path in ("/cases", f"/cases/{cid}", f"/cases/{cid}/statements", f"/cases/{cid}/log", first):
        html = visitor.get(path)
        assert " style=" not in html and "<style" not in html and " onclick" not in html
        assert "<script>" not in html and "javascript:" not in html
        assert not [one for one in html.split('"') if one.startswith(("http:", "https:", "//")) and "w3.org/2000/svg" not in one]


@pytest.mark.parametrize("path", ["/static/../desk.py", "/static/%2e%2e/desk.py", "/static/..%2fdesk.py", "/static//etc/passwd"])
def test_no_file_but_the_static_ones_is_served(visitor, path):
    assert visitor.client.get(path).status_code == 404


def test_a_form_that_is_too_large_or_no_form_is_refused(visitor):
    own = {"sec-fetch-site": "same-origin"}
    assert visitor.client.post("/cases/new", content=b"x" * (2 << 20), headers=own).status_code == 400
    assert visitor.client.post("/cases/new", json={"title": "x"}, headers=own).status_code == 400
    assert visitor.client.post("/cases/new", content=b"&".join(b"a%d=1" % n for n in range(20_001)),
                               headers={**own, "content-type": "application/x-www-form-urlencoded"}).status_code == 400  # fmt: skip
