"""``habeas case …``: cases in the vault, their records and history, erasure, holds, search, reports."""

from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

import click

from habeas.cli import erasing, handing, show, show_vault
from habeas.cli.common import ALL, BECAUSE, DAY, FOLDER, JSON, KINDS, MORE_CELLS, REASON, Access, case_options, review_day, some_pairs, vault_options
from habeas.locale import tr


@click.group()
def case() -> None:
    """Cases in the vault. CASE is the random id that 'habeas vault status' lists."""


@case.command()
@click.argument("title")
@click.option("--review-on", type=DAY, help="When somebody looks whether it is still needed; default in a year.")
@vault_options
def new(access: Access, title: str, review_on: datetime | None) -> None:
    """Make an empty case; prints its id."""
    from habeas.services.cases import new_case  # noqa: PLC0415

    with access.vault() as opened:
        click.echo(new_case(opened, title, review_day(review_on)))


@case.command("import")
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--review-on", type=DAY, help="When somebody looks whether it is still needed; default in a year.")
@JSON
@vault_options
def import_(access: Access, folder: Path, review_on: datetime | None, *, as_json: bool) -> None:
    """Take a case folder in as a new case: everything in it, or nothing. The folder stays, in plaintext."""
    from habeas.services.cases import import_folder  # noqa: PLC0415

    with access.vault() as opened, show.progress(quiet=as_json) as progress:
        done = import_folder(opened, folder, review_day(review_on), progress)
    if as_json:
        paths = {
            "plaintext": [show.printable(str(one)) for one in done.left_in_plaintext],
            "not_taken": [show.printable(str(one)) for one in done.not_taken],
        }
        show_vault.json_lines({"case": done.cid, "counts": done.counts, "exhibits": done.exhibits, "bytes": done.size, **paths})
        return
    click.echo(done.cid)
    for count in done.counts:
        click.echo(tr("{file}: {read} read = {taken} taken + {refused} refused + {duplicates} duplicates",
                      file=count.file, read=count.read, taken=count.taken, refused=count.refused, duplicates=count.duplicates))  # fmt: skip
    for path in done.not_taken:
        click.echo(tr("not taken, since no row names it: {path}", path=show.printable(str(path))))
    show_vault.plaintext(done.left_in_plaintext)


@case.command()
@click.argument("case_id", metavar="CASE")
@click.argument("out", metavar="DIR", type=FOLDER)
@click.option("--as", "ending", type=click.Choice(["csv", "xlsx", "jsonl"]), default="csv", show_default=True)
@REASON
@case_options
def export(access: Access, case_id: str, out: Path, ending: str, reason: str) -> None:
    """Write the whole case as a folder in plaintext. Logged; where there are two people, the second has to agree. Contacts are never in it."""
    from habeas.services.cases import export_folder  # noqa: PLC0415

    with access.case(case_id) as (opened, comp), show.progress() as progress:
        count = export_folder(opened, comp, out, ending="." + ending, reason=reason, progress=progress)
    click.echo(tr("{folder}: the whole case in plaintext, with {count} exhibits.", folder=out, count=count))


@case.command()
@click.argument("case_id", metavar="CASE")
@case_options
def ask(access: Access, case_id: str) -> None:
    """Ask the other members to agree to one bulk export."""
    from habeas.services.approving import ask as run  # noqa: PLC0415
    from habeas.vault.events import What  # noqa: PLC0415

    with access.case(case_id) as (_, comp):
        run(comp, What.EXPORTED)
    click.echo(tr("Asked. Sync; another member agrees with 'habeas case agree CASE', syncs, and you sync again."))


@case.command()
@click.argument("case_id", metavar="CASE")
@case_options
def agree(access: Access, case_id: str) -> None:
    """Agree to the bulk export that somebody else asked for."""
    from habeas.services.approving import agree as run  # noqa: PLC0415
    from habeas.vault.events import What  # noqa: PLC0415

    with access.case(case_id) as (_, comp):
        click.echo(tr("Agreed to one export by {code}.", code=run(comp, What.EXPORTED)))


@case.command("list")
@click.argument("case_id", metavar="CASE")
@click.argument("kind", type=ALL)
@JSON
@case_options
def list_(access: Access, case_id: str, kind: str, *, as_json: bool) -> None:
    """The records of one kind, as they stand."""
    from habeas.services.casebook import encode, read_book  # noqa: PLC0415
    from habeas.vault.events import Kind  # noqa: PLC0415

    with access.case(case_id) as (_, comp):
        book = read_book(comp)
    rows = [(one.key, one.withdrawn, one.forked, len(one.revisions), encode(one.kind, one.record)) for one in book.of(Kind(kind), withdrawn=True)]
    if as_json:
        show_vault.json_lines([dict(zip(("id", "withdrawn", "edited_at_once", "revisions", "record"), row, strict=True)) for row in rows])
        return
    head = (tr("id"), tr("state"), tr("revisions"), tr("record"))
    show_vault.table(head, [(key, _state(withdrawn=gone, forked=forked), count, _line(cells)) for key, gone, forked, count, cells in rows])
    for rid in book.unreadable:
        click.echo(tr("does not open here: {id}", id=rid), err=True)


def _state(*, withdrawn: bool, forked: bool) -> str:
    return tr("withdrawn") if withdrawn else tr("EDITED BY TWO AT ONCE: see its history") if forked else ""


def _line(cells: dict[str, Any]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cells.items() if value not in ("", False, []))


@case.command()
@click.argument("case_id", metavar="CASE")
@click.argument("kind", type=KINDS)
@click.argument("cells", metavar="COLUMN=VALUE", nargs=-1)
@MORE_CELLS
@REASON
@case_options
def add(access: Access, case_id: str, kind: str, cells: tuple[str, ...], source: IO[str] | None, reason: str) -> None:
    """Add a record from cells. A statement gets the next free id where none is given; a task takes rule=… and from=DATE."""
    from habeas.services.records import add_cells  # noqa: PLC0415
    from habeas.vault.events import Kind  # noqa: PLC0415

    with access.case(case_id) as (_, comp):
        key, note = add_cells(comp, Kind(kind), some_pairs(cells, source), reason)
    click.echo(key)
    if note:
        click.echo(note, err=True)


@case.command()
@click.argument("case_id", metavar="CASE")
@click.argument("kind", type=ALL)
@click.argument("key", metavar="ID")
@click.argument("cells", metavar="COLUMN=VALUE", nargs=-1)
@MORE_CELLS
@REASON
@case_options
def edit(access: Access, case_id: str, kind: str, key: str, cells: tuple[str, ...], source: IO[str] | None, reason: str) -> None:  # noqa: PLR0913
    """A new revision of a record with some cells changed; the older ones stay in its history."""
    from habeas.services.changing import edit as run  # noqa: PLC0415
    from habeas.vault.events import Kind  # noqa: PLC0415

    with access.case(case_id) as (_, comp):
        entry = run(comp, Kind(kind), key, some_pairs(cells, source), reason)
        withdrawn = entry.withdrawn
    click.echo(tr("{id} has a new revision.", id=key))
    if withdrawn:
        click.echo(tr("It is withdrawn and counts no more; 'habeas case withdraw --back' takes that back."), err=True)


@case.command()
@click.argument("case_id", metavar="CASE")
@click.option("--title")
@click.option("--pseudonym")
@click.option("--person", help="The name; never shown outside.")
@click.option("--language")
@click.option("--accusation", help="Ids of the statements that are to be tested, separated by commas.")
@click.option("--notes")
@REASON
@case_options
def head(access: Access, case_id: str, reason: str, accusation: str | None, **given: str | None) -> None:
    """Change the case's title, people, language or accusation."""
    from habeas.services.records import change_head  # noqa: PLC0415

    ids = None if accusation is None else tuple(one.strip() for one in accusation.split(",") if one.strip())
    with access.case(case_id) as (_, comp):
        change_head(comp, {name: value for name, value in given.items() if value is not None}, ids, reason)


@case.command()
@click.argument("case_id", metavar="CASE")
@click.argument("kind", type=ALL)
@click.argument("key", metavar="ID")
@REASON
@case_options
def undo(access: Access, case_id: str, kind: str, key: str, reason: str) -> None:
    """Take the newest revision of a record back. Undo again to go further; a record's first revision is withdrawn."""
    from habeas.services.changing import undo as run  # noqa: PLC0415
    from habeas.vault.events import Kind  # noqa: PLC0415

    with access.case(case_id) as (_, comp):
        gone = run(comp, Kind(kind), key, reason)
    if gone:
        click.echo(
            tr("{id} had no earlier revision: it is withdrawn now and counts no more. To take that back: habeas case withdraw … --back", id=key)
        )
    else:
        click.echo(tr("{id} is as it was before its last change.", id=key))


@case.command()
@click.argument("case_id", metavar="CASE")
@click.argument("kind", type=ALL)
@click.argument("key", metavar="ID")
@JSON
@case_options
def history(access: Access, case_id: str, kind: str, key: str, *, as_json: bool) -> None:
    """Every revision of a record: who, when, why, and which cells changed."""
    from habeas.services.records import history as run  # noqa: PLC0415
    from habeas.vault.events import Kind  # noqa: PLC0415

    with access.case(case_id) as (_, comp):
        found = run(comp, Kind(kind), key)
    if as_json:
        show_vault.json_lines(found)
    else:
        head = (tr("commit"), tr("when (a claim)"), tr("who"), tr("why"), tr("in words"), tr("changed"))
        show_vault.table(head, [(one.n, one.t, one.who, one.why, one.words, _line(dict(one.changed))) for one in found])


@case.command()
@click.argument("case_id", metavar="CASE")
@click.argument("kind", type=ALL)
@click.argument("keys", metavar="ID…", nargs=-1, required=True)
@click.option("--because", type=BECAUSE, required=True)
@click.option("--back", is_flag=True, help="Take an earlier withdrawal back.")
@REASON
@case_options
def withdraw(access: Access, case_id: str, kind: str, keys: tuple[str, ...], because: str, reason: str, *, back: bool) -> None:  # noqa: PLR0913
    """Records no longer count, and stay sealed. To erase them, shred."""
    from habeas.services.changing import withdraw as run  # noqa: PLC0415
    from habeas.vault.events import Because, Kind  # noqa: PLC0415

    with access.case(case_id) as (_, comp):
        run(comp, Kind(kind), keys, Because(because), reason, back=back)


@case.command()
@click.argument("case_id", metavar="CASE")
@click.argument("task", metavar="TASK")
@case_options
def done(access: Access, case_id: str, task: str) -> None:
    """Mark a task as done today."""
    from habeas.services.changing import finish_task  # noqa: PLC0415

    with access.case(case_id) as (_, comp):
        finish_task(comp, task, date.today())  # noqa: DTZ011  # the user's own calendar


@case.command()
@click.argument("case_id", metavar="CASE")
@click.argument("query")
@click.option("--exact", is_flag=True, help="The words as they stand, without their other forms.")
@click.option("--one-script", is_flag=True, help="Do not look for the same word in Latin and Cyrillic letters.")
@JSON
@case_options
def search(access: Access, case_id: str, query: str, *, exact: bool, one_script: bool, as_json: bool) -> None:
    """Find records in which every word stands, in Russian, English or Spanish. Contacts are never searched."""
    from habeas.services.records import find  # noqa: PLC0415

    with access.case(case_id) as (_, comp):
        found = find(comp, query, exact=exact, cross_script=not one_script)
    if as_json:
        show_vault.json_lines([{"kind": kind, "id": key} for kind, key, _ in found])
    else:
        show_vault.table((tr("kind"), tr("id"), tr("record")), found, empty=tr("nothing was found"))


for _command in (
    erasing.shred,
    erasing.shredded,
    erasing.consent_withdrawn,
    erasing.hold,
    erasing.review_on,
    erasing.person_report,
    handing.dormant,
    handing.wake,
    handing.handover,
    handing.leave,
    handing.forget,
    handing.receipt,
    handing.check_receipt,
):
    case.add_command(_command)
