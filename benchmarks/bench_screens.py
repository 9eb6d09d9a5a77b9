"""Speed of the screens: server time of pages, first paint in Chromium, start-up, a list of many cases, search, and an upload against sealing alone.

    python benchmarks/bench_screens.py [--cases 10000] [--upload-mib 1024] [--no-browser]

Server time is wall-clock time of one request through the whole application (guard, views, templates) in this process: the first after unlocking,
and the
median of those behind it. Memory is the growth of the server's peak (``ru_maxrss``) over the upload; the client is another process.
What it does not do: other machines, a network (there is none), a second person.
"""

import argparse
import http.client
import random
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from generator import large_case
from msgspec import structs
from simulators.vaults import PASSPHRASE, make_vault
from starlette.testclient import TestClient

from habeas.domain.case import Case, Exhibit
from habeas.dossier.lane_items import items_of
from habeas.dossier.lanes import lanes
from habeas.services.casebook import add
from habeas.services.cases import new_case
from habeas.services.examining import examine_case
from habeas.services.exhibits import seal_streams
from habeas.vault.events import Held, Kind
from habeas.vault.vault import Vault
from habeas.web.app import make_app
from habeas.web.desk import Desk
from habeas.web.serve import collect_less

OWN = {"sec-fetch-site": "same-origin"}
REVIEW = date(2027, 11, 26)
RUNS = 7


def wall(work: Callable[[], object], runs: int = RUNS) -> list[float]:
    """Seconds of each run."""
    spent = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        spent.append(time.perf_counter() - start)
    return spent


def told(name: str, first: float | None, spent: list[float], target: float) -> None:
    """One line: the first time, the median and the worst after that, the figure that was asked for."""
    cold = f"first {first * 1000:7.0f} ms  " if first is not None else " " * 18
    print(f"{name:44} {cold}median {statistics.median(spent) * 1000:7.1f}  worst {max(spent) * 1000:7.1f} ms  asked {target * 1000:.0f} ms")


def filled(vault: Vault, count: int) -> str:
    """A case of so many made-up statements."""
    made = large_case(random.Random(1), count)
    case: Case = made[0] if isinstance(made, tuple) else made
    cid = new_case(vault, "made up", REVIEW)
    with vault.case(cid) as comp:
        draft = comp.draft()
        head = structs.replace(case, **dict.fromkeys(("statements", "exhibits", "places", "appeals", "consents", "reviews", "voices", "forms"), ()))
        add(draft, Kind.HEAD, head, at=0)
        for at, statement in enumerate(case.statements):
            add(draft, Kind.STATEMENT, statement, at=at)
        comp.commit(draft)
    return cid


class Browser:
    """One browser that was let in, in this process."""

    def __init__(self, root: Path) -> None:
        self.desk = Desk(root)
        self.client = TestClient(make_app(self.desk, 0), base_url="http://testserver", follow_redirects=True)
        self.client.get(self.desk.first_address)
        self.client.post("/unlock", data={"passphrase": PASSPHRASE}, headers=OWN)

    def open(self, cid: str) -> None:
        """A case for the first time: until its page is there, which says meanwhile how far it is."""
        self.get(f"/cases/{cid}")
        while self.client.get(f"/cases/{cid}/opening").status_code == 200:
            time.sleep(0.05)
        self.get(f"/cases/{cid}")

    def get(self, path: str) -> None:
        """A page, or an error."""
        answer = self.client.get(path)
        if answer.status_code != 200:
            raise SystemExit(f"{path}: {answer.status_code}")

    def post(self, path: str, **form: str) -> None:
        """The same for a form."""
        answer = self.client.post(path, data=form, headers=OWN)
        if answer.status_code != 200:
            raise SystemExit(f"{path}: {answer.status_code}")


def bench_pages(folder: Path) -> None:
    """The pages of one large case."""
    with make_vault(folder / "pages", "A1") as vault:
        thousand, ten = filled(vault, 1_000), filled(vault, 10_000)
    browser = Browser(folder / "pages")
    for cid, count, path, target in (
        (thousand, 1_000, "", 0.150), (thousand, 1_000, "/timeline", 0.150), (thousand, 1_000, "/findings", 0.150), (thousand, 1_000,
        "/statements", 0.150),
        (ten, 10_000, "", 0.150),
    ):  # fmt: skip
        address = f"/cases/{cid}{path}"
        if not path:
            answered = wall(lambda cid=cid: browser.open(cid), 1)[0]  # type: ignore[misc]
            print(f"{'case opened, its words made searchable':44} first {answered * 1000:7.0f} ms  {count:,} statements")
        first = wall(lambda address=address: browser.get(address), 1)[0]  # type: ignore[misc]
        told(f"{path or 'case screen'}, {count:,} statements", first, wall(lambda address=address: browser.get(address)), target)  # type: ignore[misc]
    new = {"speaker": "x", "side": "witness", "act": "present", "when": "1977-08-05"}
    spent = []
    for _ in range(3):
        browser.post(f"/cases/{thousand}/statements", **new)
        spent += wall(lambda: browser.get(f"/cases/{thousand}"), 1)
    told("case screen after one more statement", None, spent, 0.150)
    first = wall(lambda: browser.post(f"/cases/{ten}/search", q="Montevideo"), 1)[0]
    told("search, 10,000 statements", first, wall(lambda: browser.post(f"/cases/{ten}/search", q="present"), RUNS), 0.100)
    browser.desk.lock()


def bench_timeline() -> None:
    """The picture alone: a thousand items."""
    made = large_case(random.Random(2), 1_000)
    case: Case = made[0] if isinstance(made, tuple) else made
    examined = examine_case(case, settle=False)
    picture = items_of(case, examined.examination)
    lanes(picture)
    told(f"timeline, {len(picture.items):,} items drawn", None, wall(lambda: lanes(items_of(case, examined.examination), link="/x/")), 0.100)


def bench_list(folder: Path, count: int) -> None:
    """A list of many cases: the page that is shown, not all of it."""
    with make_vault(folder / "list", "A1") as vault:
        start = time.perf_counter()
        for number in range(count):
            comp = vault.new_case()
            draft = comp.draft()
            add(draft, Kind.HEAD, Case(title=f"Case {number}"), at=0)
            draft.events.append(Held(until=REVIEW.isoformat()))
            comp.commit(draft)
            comp.close()
        print(f"({count:,} cases made in {time.perf_counter() - start:.0f} s)")
    browser = Browser(folder / "list")
    first = wall(lambda: browser.get("/cases"), 1)[0]
    told(f"list of {count:,} cases, 30 shown", first, wall(lambda: browser.get("/cases")), 0.200)
    told(
        f"list of {count:,} cases, a page not seen yet",
        None,
        [wall(lambda page=page: browser.get(f"/cases?page={page}"), 1)[0] for page in (7, 90, 150)],
        0.200,
    )  # type: ignore[misc]
    browser.desk.lock()


def bench_upload(folder: Path, mib: int) -> None:
    """An upload through the application beside sealing the same bytes in the vault directly; memory over the upload."""
    piece = random.Random(3).randbytes(1 << 20)

    def pieces() -> Iterator[bytes]:
        for number in range(mib):
            yield number.to_bytes(4, "big") + piece[4:]

    with make_vault(folder / "upload", "A1") as vault:
        one, other = new_case(vault, "one", REVIEW), new_case(vault, "other", REVIEW)
        with vault.case(one) as comp:
            alone = wall(lambda: seal_streams(comp, [("a.bin", pieces())], Exhibit(number="")), 1)[0]
    head = b'--XyZ\r\nContent-Disposition: form-data; name="files"; filename="a.bin"\r\n\r\n'
    tail = b"\r\n--XyZ--\r\n"

    def body() -> Iterator[bytes]:
        yield head
        yield from pieces()
        yield tail

    script = folder / "serve.py"
    script.write_text(_SERVE)
    command = [sys.executable, str(script), str(folder / "upload"), *sys.path]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        ask = Asked(*_line(server).split())
        ask("POST", "/unlock", f"passphrase={PASSPHRASE.replace(' ', '+')}", kind="application/x-www-form-urlencoded")
        before = float(_line(server, "peak"))
        start = time.perf_counter()
        size = len(head) + len(tail) + (mib << 20)
        ask("POST", f"/cases/{other}/exhibits", body(), kind="multipart/form-data; boundary=XyZ", size=size)
        through = time.perf_counter() - start
        grown = float(_line(server, "peak")) - before
        server.terminate()
    rate = mib / alone, mib / through
    print(f"upload {mib} MiB: {rate[1]:.0f} MiB/s; sealing alone {rate[0]:.0f} MiB/s; ratio {rate[1] / rate[0]:.2f} (asked 0.50); ", end="")
    print(f"the server's peak memory grew by {grown:.0f} MiB")


def _line(server: "subprocess.Popen[str]", asked: str = "") -> str:
    if server.stdin is None or server.stdout is None:
        raise SystemExit
    if asked:
        server.stdin.write(asked + "\n")
        server.stdin.flush()
    return server.stdout.readline()


class Asked:
    """A browser's side of the conversation with a server in another process."""

    def __init__(self, host: str, first: str) -> None:
        self.host, self.cookie = host, ""
        self.cookie = self("GET", first).split(";")[0]

    def __call__(self, method: str, path: str, body: str | Iterator[bytes] | None = None, *, kind: str = "", size: int = 0) -> str:
        """The cookie of the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", int(self.host.rsplit(":", 1)[1]), timeout=900)
        headers = {"Host": self.host, "Sec-Fetch-Site": "same-origin", "Cookie": self.cookie, "Content-Type": kind}
        connection.request(method, path, body=body, headers=headers | ({"Content-Length": str(size)} if size else {}))
        answer = connection.getresponse()
        answer.read()
        if answer.status not in (200, 303):
            raise SystemExit(f"{path}: {answer.status}")
        return answer.headers.get("set-cookie", "")


_SERVE = """
import resource, sys, threading
sys.path[:0] = sys.argv[2:]
from pathlib import Path
import uvicorn
from habeas.web.app import make_app
from habeas.web.desk import Desk
from habeas.web.serve import listen, take_larger_helpings
take_larger_helpings()
bound = listen(0)
desk = Desk(Path(sys.argv[1]))
port = bound[0].getsockname()[1]
server = uvicorn.Server(uvicorn.Config(make_app(desk, port), log_level="critical", lifespan="off"))
threading.Thread(target=server.run, kwargs={"sockets": bound}, daemon=True).start()
print(f"{desk.host}:{port}", desk.first_address, flush=True)
for line in sys.stdin:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, flush=True)
"""


def bench_start(folder: Path) -> None:
    """From the command to the address that is printed, and to the first page in Chromium."""
    make_vault(folder / "start", "A1").close()

    def start() -> float:
        begun = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "habeas", "open", "--no-browser", "--vault", str(folder / "start")], stdout=subprocess.PIPE, text=True
        )
        line = process.stdout.readline() if process.stdout else ""
        spent = time.perf_counter() - begun
        process.terminate()
        process.wait()
        if not re.search("http://", line):
            raise SystemExit(line)
        return spent

    told("start-up, to the printed address", None, [start() for _ in range(5)], 2.0)


def bench_paint(folder: Path) -> None:
    """First contentful paint of the case screen in Chromium (1,000 statements)."""
    import threading  # noqa: PLC0415

    import uvicorn  # noqa: PLC0415
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    from habeas.web.serve import listen  # noqa: PLC0415

    with make_vault(folder / "paint", "A1") as vault:
        cid = filled(vault, 1_000)
    bound = listen(0)
    port = bound[0].getsockname()[1]
    desk = Desk(folder / "paint")
    server = uvicorn.Server(uvicorn.Config(make_app(desk, port), log_level="critical", lifespan="off"))
    threading.Thread(target=server.run, kwargs={"sockets": bound}, daemon=True).start()
    base = f"http://{desk.host}:{port}"
    with sync_playwright() as playwright:
        page = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]).new_page()
        page.goto(base + desk.first_address)
        page.fill("#passphrase", PASSPHRASE)
        with page.expect_navigation():
            page.click("button.filled")

        def paint() -> float:
            page.goto(f"{base}/cases/{cid}")
            page.wait_for_timeout(150)
            found: float = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime") / 1000
            return found

        first = paint()
        told("first paint of the case screen, 1,000 stm.", first, [paint() for _ in range(5)], 1.0)
        page.context.browser.close()  # type: ignore[union-attr]
    server.should_exit = True
    desk.lock()


def main() -> None:
    """All of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--upload-mib", type=int, default=1024)
    collect_less()
    parser.add_argument("--no-browser", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bench_timeline()
        bench_pages(folder)
        bench_start(folder)
        if not given.no_browser and shutil.which("chromium"):
            bench_paint(folder)
        bench_upload(folder, given.upload_mib)
        bench_list(folder, given.cases)
        print(f"peak memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
