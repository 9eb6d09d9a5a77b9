"""The commands. Each parses words, calls one verb of ``services`` and prints; no rule of the field lives here.

Exit codes: 0 fine, 1 verification failed, 2 usage, 3 bad input.
"""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import click

from habeas import __version__
from habeas.cli import show
from habeas.cli.across import across
from habeas.cli.case import case
from habeas.cli.common import Access, case_options
from habeas.cli.exhibit import exhibit
from habeas.cli.vault import vault
from habeas.compose import compose
from habeas.domain.case import Case
from habeas.domain.errors import BadInput, HabeasError, UsageError
from habeas.locale import tr
from habeas.services.source import Source

compose()
for _stream in (sys.stdout, sys.stderr):  # a console or pipe that lacks a letter must not stop the answer
    if isinstance(_stream, io.TextIOWrapper):
        _stream.reconfigure(errors="backslashreplace")

_FOLDER = click.Path(path_type=Path)
_EPILOG = """Start with:  habeas new DIR  ·  fill it (GUIDE.txt beside it)  ·  habeas check DIR  ·  habeas examine DIR.
With a vault:  habeas vault create  ·  habeas case import DIR  ·  habeas examine --case ID.
Exit codes: 0 fine, 1 verification failed, 2 usage, 3 bad input. Only 'vault sync', 'vault join', 'vault store add' and 'vault stamp send' connect."""


class _Commands(click.Group):
    """Turns every error of the project into one message and an exit code; nothing of a case goes into a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except BadInput as bad:
            show.problems(bad.problems)
            ctx.exit(bad.exit_code)
        except HabeasError as error:
            show.error(str(error))
            ctx.exit(error.exit_code)
        except click.Abort:
            show.error(tr("stopped"))
            ctx.exit(2)
        except MemoryError:
            show.error(tr("this machine has not enough memory for it"))
            ctx.exit(3)
        except BrokenPipeError:
            raise
        except OSError as error:
            show.error(tr("the disk said: {why}", why=os.strerror(error.errno) if error.errno else type(error).__name__))
            ctx.exit(3)
        except (click.exceptions.Exit, click.ClickException):
            raise
        except Exception as error:  # a traceback could hold text of a case
            show.error(tr("an error inside Habeas ({what}); nothing of the case is printed. Please report it", what=type(error).__name__))
            if os.environ.get("HABEAS_TRACEBACK") == "1":
                raise
            ctx.exit(3)


@click.group(
    cls=_Commands, epilog=_EPILOG, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}
)
@click.version_option(__version__, prog_name="habeas")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Test what a state says about a person against what is known, and hand over a dossier that can be verified.

    A case lives in a folder of plain tables. Habeas reads it, tests the accusation, and writes two things: a sealed DOSSIER with nothing
    but what is marked disclosable, and counsel's privileged MEMORANDUM. Without a command it opens the application in the browser.
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(open_)


@main.command("open")
@click.option("--vault", type=_FOLDER, help="The vault's folder (HABEAS_VAULT; else one of your own).")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="On this machine alone; left out, a free one.")
@click.option("--minutes", type=click.IntRange(1, 240), default=15, show_default=True, help="After so long without a click the vault is locked.")
@click.option("--no-browser", is_flag=True, help="Print the address and open nothing.")
@click.option("--throwaway", is_flag=True, help="In a browser window of its own, without extensions and history; nothing of it stays.")
def open_(vault: Path | None = None, port: int = 0, minutes: int = 15, *, no_browser: bool = False, throwaway: bool = False) -> None:
    """Open the application in the browser: local, encrypted, for one browser on this machine."""
    from habeas.cli.common import default_vault  # noqa: PLC0415
    from habeas.web.serve import serve  # noqa: PLC0415

    serve(vault or default_vault(), port=port, minutes=minutes, browser=not no_browser, throwaway=throwaway, say=click.echo)


main.add_command(vault)
main.add_command(case)
main.add_command(exhibit)
main.add_command(across)


@main.command()
@click.option("--out", type=_FOLDER, default=Path("demo-out"), show_default=True, help="Where to write; an earlier demo there is replaced.")
def demo(out: Path) -> None:
    """Show the whole way on a public historical case (Julio Castro, Montevideo 1977)."""
    from habeas.services.demo import run_demo  # noqa: PLC0415  # loaded when asked for, so that help is quick

    with show.progress() as progress:
        made = run_demo(out, progress)
    show.demo(made)
    if not made.dossier.verdict.good:
        sys.exit(1)


@main.command()
@click.argument("folder", metavar="DIR", type=_FOLDER)
def new(folder: Path) -> None:
    """Write an empty case folder with a guide beside it."""
    from habeas.services.folders import new_folder  # noqa: PLC0415

    show.made(folder, new_folder(folder))


@main.command()
@click.argument("folder", metavar="DIR", type=_FOLDER)
@click.option("--json", "as_json", is_flag=True, help="Counts and notes as JSON.")
def check(folder: Path, *, as_json: bool) -> None:
    """Read a case folder and say everything that is wrong with it, all at once."""
    from habeas.services.folders import check_folder  # noqa: PLC0415

    show.checked(check_folder(folder), as_json=as_json)


_CASE = click.option("--case", "cid", metavar="ID", help="A case of the vault instead of a folder.")


@contextmanager
def _source(folder: Path | None, cid: str | None, access: Access, use: str) -> Iterator[Source]:
    """The case that was named, from a folder or the vault, whose log says what it was used for."""
    from habeas.services.cases import vault_source  # noqa: PLC0415
    from habeas.services.source import folder_source  # noqa: PLC0415

    if bool(folder) == bool(cid):
        raise UsageError(tr("either a case folder or --case ID is wanted"))
    if folder:
        yield folder_source(folder)
        return
    with access.case(str(cid)) as (_, comp):
        yield vault_source(comp, use)


@contextmanager
def _beside(
    folder: Path | None, cid: str | None, beside: tuple[str, ...], recipient: str, access: Access
) -> Iterator[tuple[Source, dict[str, Case]]]:
    """The case of a dossier, and those of other cases that consent to stand beside it: folders beside a folder, cases of the vault beside a case."""
    from habeas.services.across import consenting, read_folders  # noqa: PLC0415
    from habeas.services.cases import vault_source  # noqa: PLC0415
    from habeas.services.joint import cited_beside  # noqa: PLC0415

    today = datetime.now(tz=UTC).astimezone().date()
    if (folder and folder.resolve() in {Path(one).resolve() for one in beside}) or cid in beside:
        raise UsageError(tr("the case itself is among --beside; name others"))
    if folder or not cid or not beside:
        with _source(folder, cid, access, "dossier") as source:
            yield source, consenting(read_folders([Path(one) for one in beside]), recipient, today)
        return
    with access.case(cid) as (vault, comp):
        yield vault_source(comp, "dossier"), cited_beside(vault, list(beside), recipient, today)


@main.command()
@click.argument("folder", metavar="[DIR]", type=_FOLDER, required=False)
@_CASE
@click.option("--json", "as_json", is_flag=True, help="The whole examination as JSON (docs/formats/examination.schema.json).")
@click.option(
    "--since",
    metavar="OLDER-DIR",
    type=_FOLDER,
    help="An earlier copy of the folder: say what appeared, what fell and why. With --case it is said anyway.",
)
@case_options
def examine(access: Access, folder: Path | None, cid: str | None, since: Path | None, *, as_json: bool) -> None:
    """Test the accusation: print the findings and what believing it would cost."""
    from habeas.services.examining import changes_since, examination_json, examine_case  # noqa: PLC0415
    from habeas.services.source import folder_source  # noqa: PLC0415

    if since and cid:
        raise UsageError(tr("leave out --since: with --case, what changed since this device last examined the case is said anyway"))
    with _source(folder, cid, access, "examination") as source, show.progress(quiet=as_json) as progress:
        progress(tr("Examining"), 0, 1)
        before = folder_source(since).case if since else source.before
        examined = examine_case(source.case)
        changes = changes_since(before, examined) if before else None
    if as_json:
        click.echo(examination_json(examined.examination, changes).decode(), nl=False)
    else:
        show.examination(examined)
        show.changes(changes)


@main.command()
@click.argument("folder", metavar="[DIR]", type=_FOLDER, required=False)
@_CASE
@click.option("--json", "as_json", is_flag=True, help="Pairs and chains as JSON.")
@click.option("--picture", type=click.Path(path_type=Path), help="Write who passes on whom to this SVG file, which must not exist. It names people.")
@case_options
def voices(access: Access, folder: Path | None, cid: str | None, picture: Path | None, *, as_json: bool) -> None:
    """Say how the sources stand to each other, what to ask about pairs that nobody has judged, and who passes on whom."""
    from habeas.services.independence import voices_of_case, write_picture  # noqa: PLC0415

    with _source(folder, cid, access, "voices") as source:
        found = voices_of_case(source.case)
        if picture:
            write_picture(picture, found.picture, source.folder if cid else None)
    show.voices(found, picture, as_json=as_json)


@main.command()
@click.argument("folder", metavar="[DIR]", type=_FOLDER, required=False)
@_CASE
@click.option("--out", type=_FOLDER, required=True, help="The bag to write: a new or empty folder.")
@click.option("--sign-key", type=_FOLDER, required=True, help="The private key; 'habeas keygen FILE' makes one.")
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="The day printed on it; default today. Same input and date: same bytes.")
@click.option("--finding", "chosen", multiple=True, metavar="ID", help="Only these confirmed findings (repeatable); default all of them.")
@click.option("--originals", is_flag=True, help="Also put the original files of disclosable exhibits into the bag, metadata and all.")
@click.option("--beside", multiple=True, metavar="CASE|DIR", help="Another case (repeatable): wording that it shares, where it consents.")
@click.option("--recipient", default="", help="For whom the dossier is; --beside needs it.")
@click.option("--key-passphrase-file", type=_FOLDER, help="Where the signing key's passphrase stands; else you are asked.")
@case_options
def dossier(  # noqa: PLR0913  # one parameter an option
    access: Access,
    folder: Path | None,
    cid: str | None,
    out: Path,
    sign_key: Path,
    day: datetime | None,
    chosen: tuple[str, ...],
    *,
    beside: tuple[str, ...],
    recipient: str,
    originals: bool,
    key_passphrase_file: Path | None,
) -> None:
    """Write the sealed dossier: what reviews confirm, and nothing that is not marked disclosable."""
    from habeas.services.disclosing import make_dossier  # noqa: PLC0415
    from habeas.services.keys import read_key  # noqa: PLC0415

    if bool(beside) != bool(recipient):
        raise UsageError(tr("--beside and --recipient belong together: other cases consent for one recipient"))
    key = read_key(sign_key, _passphrase(sign_key, key_passphrase_file or (access.file if folder else None)))
    with _beside(folder, cid, beside, recipient, access) as (source, foreign), show.progress() as progress:
        made = make_dossier(source, out, key, _day(day), chosen=chosen, foreign=foreign, with_originals=originals, progress=progress)
    if beside:
        show.beside(made.beside, len(foreign), len(beside))
    show.dossier(made)
    if not made.verdict.good:
        sys.exit(1)


@main.command()
@click.argument("folder", metavar="[DIR]", type=_FOLDER, required=False)
@_CASE
@click.option("--out", type=_FOLDER, required=True, help="The PDF to write; never into a bag.")
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="The day printed on it; default today.")
@case_options
def memorandum(access: Access, folder: Path | None, cid: str | None, out: Path, day: datetime | None) -> None:
    """Write counsel's privileged memorandum: weak points, what would change each finding, and the case for the other side."""
    from habeas.services.disclosing import make_memorandum, write_memorandum  # noqa: PLC0415

    with _source(folder, cid, access, "memorandum") as source, show.progress() as progress:
        progress(tr("Typesetting"), 0, 1)
        write_memorandum(out, make_memorandum(source.case, _day(day)), source.folder if cid else None)
    show.memorandum(out)


@main.command()
@click.argument("file", type=_FOLDER)
@click.option("--no-passphrase", is_flag=True, help="Leave the key open: whoever finds the file can sign with it.")
@click.option("--passphrase-file", type=_FOLDER, help="Take the passphrase from a file; else you are asked twice.")
def keygen(file: Path, *, no_passphrase: bool, passphrase_file: Path | None) -> None:
    """Make the key that signs dossiers, and print the fingerprint that recipients need by another way."""
    from habeas.services.keys import make_key  # noqa: PLC0415

    secret: bytes | None = None
    if passphrase_file:
        secret = _first_line(passphrase_file)
    elif not no_passphrase:
        secret = click.prompt(tr("Passphrase"), hide_input=True, confirmation_prompt=True, err=True).encode()
    show.key(make_key(file, secret))


@main.command()
@click.argument("folder", metavar="DIR", type=_FOLDER)
@click.option("--key", "fingerprint", metavar="FINGERPRINT", help="Of the signer, received by another way than the folder.")
@click.option("--json", "as_json", is_flag=True, help="The verdict as JSON.")
def verify(folder: Path, fingerprint: str | None, *, as_json: bool) -> None:
    """Check a dossier: unchanged since a key signed it, or not; never whether it is true."""
    from habeas.seal.verify import parse_fingerprint, verify_folder  # noqa: PLC0415

    try:
        expected = None if fingerprint is None else parse_fingerprint(fingerprint)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--key") from None
    if folder.suffix == ".zip" and folder.is_file():
        raise UsageError(tr("{name} is an archive: unpack it, and name the folder that holds bagit.txt", name=folder.name))
    verdict = verify_folder(folder, expected)
    show.verdict(verdict, as_json=as_json)
    sys.exit(0 if verdict.good else 1)


@main.command("verify-page")
@click.argument("file", metavar="FILE.html", type=_FOLDER)
def verify_page_(file: Path) -> None:
    """Write the page with which a recipient checks a dossier in a browser, offline. Give it by another way than the dossier."""
    from habeas.seal.verify_page import verify_page  # noqa: PLC0415
    from habeas.services.exports import write_private  # noqa: PLC0415

    write_private(file, verify_page())
    click.echo(tr("Written. Give it to the recipient by another way than the dossier."))


def _day(day: datetime | None) -> date:
    return day.date() if day else datetime.now(tz=UTC).astimezone().date()


def _first_line(file: Path) -> bytes:
    from habeas.intake.folder.reading import read_bytes  # noqa: PLC0415

    if not file.exists():
        raise BadInput.one(file.name, tr("no such file"))
    return read_bytes(file, 1 << 16).split(b"\n")[0].rstrip(b"\r")


def _passphrase(key: Path, file: Path | None) -> bytes | None:
    """Ask for the passphrase only where the key says that it has one."""
    if file:
        return _first_line(file)
    if key.is_file() and b"ENCRYPTED" in key.read_bytes()[:200]:
        return str(click.prompt(tr("Passphrase"), hide_input=True, err=True)).encode()
    return None
