"""``habeas exhibit …``: seal files, list and open them, print their custody."""

import sys
from pathlib import Path

import click

from habeas.cli import show, show_vault
from habeas.cli.common import FOLDER, JSON, Access, case_options, pairs
from habeas.domain.errors import UsageError
from habeas.locale import tr


@click.group()
def exhibit() -> None:
    """Seal files as exhibits of a case, open one to a place that you name, and print what was done with it."""


@exhibit.command("add")
@click.argument("files", nargs=-1, required=True, type=FOLDER)
@click.option("--case", "cid", help="The case that they belong to.")
@click.option("--kit", type=FOLDER, help="Seal into a seal-only kit instead; nothing can be read there.")
@click.option(
    "--with", "details", multiple=True, metavar="COLUMN=VALUE", help="What is recorded of all of them: obtained_from, obtained_by, form, title …"
)
@JSON
@case_options
def add(access: Access, files: tuple[Path, ...], cid: str | None, kit: Path | None, details: tuple[str, ...], *, as_json: bool) -> None:
    """Seal files and folders of files: an outcome for each, and a list of the originals that are still on the disk in plaintext."""
    from habeas.services.exhibits import read_details, seal_files, seal_into_kit  # noqa: PLC0415

    if bool(cid) == bool(kit):
        raise UsageError(tr("either --case or --kit is wanted"))
    known = read_details(pairs(details))
    if kit:
        outcomes = seal_into_kit(kit, files, known)
    else:
        with access.case(str(cid)) as (_, comp), show.progress(quiet=as_json) as progress:
            outcomes = seal_files(comp, files, known, progress)
    show_vault.outcomes(outcomes, as_json=as_json)
    if any(one.outcome == "refused" for one in outcomes):
        sys.exit(3)


@exhibit.command("list")
@click.argument("case", metavar="CASE")
@JSON
@case_options
def list_(access: Access, case: str, *, as_json: bool) -> None:
    """The exhibits of a case: number, form, size, SHA-256, title."""
    from habeas.services.casebook import read_book  # noqa: PLC0415
    from habeas.vault.events import Kind  # noqa: PLC0415

    with access.case(case) as (_, comp):
        found = read_book(comp).of(Kind.EXHIBIT, withdrawn=True)
    rows = [
        (one.record.number, one.record.form.value, one.content.size if one.content else "", one.content.sha256 if one.content else "",
         tr("withdrawn") if one.withdrawn else "", one.record.title or one.record.file)
        for one in found
    ]  # fmt: skip
    if as_json:
        show_vault.json_lines([dict(zip(("number", "form", "size", "sha256", "state", "title"), row, strict=True)) for row in rows])
    else:
        show_vault.table((tr("exhibit"), tr("form"), tr("bytes"), "SHA-256", tr("state"), tr("title")), rows)


@exhibit.command("open")
@click.argument("case", metavar="CASE")
@click.argument("number")
@click.option("--out", type=FOLDER, required=True, help="The file to write, in plaintext.")
@click.option("--reason", default="", help="Why; sealed with the event.")
@case_options
def open_(access: Access, case: str, number: str, out: Path, reason: str) -> None:
    """Write an exhibit's bytes to a file that you name. That is logged."""
    from habeas.services.exhibits import open_exhibit  # noqa: PLC0415

    with access.case(case) as (_, comp):
        open_exhibit(comp, number, out, reason)
    click.echo(tr("{file}: in plaintext, readable by you alone. The log says that it was opened.", file=out))


@exhibit.command()
@click.argument("case", metavar="CASE")
@click.argument("number")
@JSON
@case_options
def custody(access: Access, case: str, number: str, *, as_json: bool) -> None:
    """Everything that was done with an exhibit, by whom and why; also after it was shredded (then by its random id)."""
    from habeas.services.exhibits import custody as run  # noqa: PLC0415
    from habeas.services.exhibits import id_of  # noqa: PLC0415

    with access.case(case) as (_, comp):
        show_vault.steps(run(comp, id_of(comp, number)), as_json=as_json)
