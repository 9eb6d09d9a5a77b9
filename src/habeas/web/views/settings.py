"""Settings, backups, verification and help: what is not about one case."""

from importlib import resources
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from habeas import __version__
from habeas.domain.errors import HabeasError
from habeas.locale import LANGUAGES, language, tr, use_language
from habeas.seal.verify import group_fingerprint
from habeas.seal.verify_page import verify_page
from habeas.services.handing import signing_key
from habeas.services.vaults import Verified, make_backup, on_the_same_disk, verify_vault
from habeas.vault.errors import WrongPassphraseError
from habeas.vault.vault import change_passphrase
from habeas.web.desk import Desk, Done
from habeas.web.keys import KEYS
from habeas.web.pages import Form, drawn, go, page, problems_of
from habeas.web.views.common import SHOWN_FOR


def settings(desk: Desk, _: Request, __: Form) -> Response:
    """Language, passphrase, recovery words, the signing key, backups."""
    return _settings(desk)


def _settings(desk: Desk, problems: tuple[str, ...] = (), form: Form | None = None, verified: Verified | None = None) -> Response:
    kept = desk.vault.settings
    return page(
        desk, "settings.html", status=422 if problems else 200, problems=problems, form=form or {}, backups=kept.backups, code=kept.code,
        verified=verified, recovery=kept.recovery_checked, fingerprint=group_fingerprint(signing_key(desk.vault).fingerprint), minutes=desk.minutes,
        stores=sorted(kept.stores), done=desk.just_done("", SHOWN_FOR), version=__version__, place=str(desk.root),
    )  # fmt: skip


def speak(desk: Desk, _: Request, form: Form) -> Response:
    """Another language, for this person; kept with the settings where the vault is open."""
    chosen = form.get("language", "")
    if chosen in LANGUAGES:
        use_language(chosen)
        desk.shelf.forget()  # findings are told in words
        if desk.is_open:
            desk.vault.settings.language = chosen
            desk.vault.save()
    back = form.get("back", "/")
    return go(back if back.startswith("/") and not back.startswith("//") and "\\" not in back else "/")


def passphrase(desk: Desk, _: Request, form: Form) -> Response:
    """Another passphrase; the old one is asked for once more."""
    old, new, again = (form.get(name, "") for name in ("old", "passphrase", "again"))
    if new != again:
        return _settings(desk, (tr("The two passphrases differ."),))
    try:
        desk.check_passphrase(old)
        change_passphrase(desk.vault, new)
    except (HabeasError, WrongPassphraseError) as error:
        return _settings(desk, (str(error),))
    desk.did(Done(cid="", words=tr("The passphrase was changed. Backups that were made before still open with the old one.")))
    return go("/settings")


def backup(desk: Desk, _: Request, form: Form) -> Response:
    """Copy the vault, as it lies encrypted, to a folder of the user's own."""
    place = form.get("place", "").strip()
    if not place:
        return _settings(desk, (tr("Name the folder: best on a disk that is kept elsewhere."),), form)
    try:
        if not form.get("same_disk") and on_the_same_disk(desk.vault, Path(place).expanduser()):
            said = tr(
                "This folder lies on the disk of the vault itself: is the other disk in? Nothing was copied. "
                "Tick that you want it there all the same."
            )
            return _settings(desk, (said,), {**form, "ask": "1"})
        kept = make_backup(desk.vault, Path(place).expanduser())
    except HabeasError as error:
        return _settings(desk, problems_of(error), form)
    except OSError:
        return _settings(desk, (tr("Nothing can be written there; look at the path, and whether the disk is in."),), form)
    desk.did(Done(cid="", words=tr("Backed up: {count} new files, every one compared.", count=kept.new)))
    return go("/settings")


def verify(desk: Desk, _: Request, __: Form) -> Response:
    """Read everything that this device can open, to the end."""
    return _settings(desk, verified=verify_vault(desk.vault))


def page_for_recipients(_: Desk, __: Request, ___: Form) -> Response:
    """The stand-alone page with which a recipient checks a dossier."""
    return Response(verify_page(), media_type="application/octet-stream", headers={"content-disposition": 'attachment; filename="verify.html"'})


def guides() -> list[tuple[str, str]]:
    """(name, title) of the guide's pages in this language, or in English where one is not there yet."""
    found = []
    for path in sorted(resources.files("habeas.web").joinpath("guide", _guide_language()).iterdir(), key=lambda each: each.name):
        if path.name.endswith(".html"):
            first = path.read_text(encoding="utf-8").partition("</h1>")[0].rpartition(">")[2]
            found.append((path.name.removesuffix(".html"), first))
    return found


def _guide_language() -> str:
    return language() if resources.files("habeas.web").joinpath("guide", language()).is_dir() else "en"


def guide(desk: Desk, request: Request, _: Form) -> Response:
    """The guide, offline: one page a task."""
    name = request.path_params.get("name", "")
    pages = guides()
    text = ""
    if name in {each for each, _ in pages}:
        text = resources.files("habeas.web").joinpath("guide", _guide_language(), f"{name}.html").read_text(encoding="utf-8")
    elif name:
        return page(desk, "message.html", status=404, title=tr("No such page"), problems=(tr("The guide has no such page."),))
    return page(desk, "help.html", pages=pages, text=drawn(text), name=name, keys=KEYS)
