"""``habeas case …``: erase what has to go, and say what that does not reach; legal hold, review date, person report."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from habeas.cli import show, show_vault
from habeas.cli.common import ALL, BECAUSE, DAY, FOLDER, JSON, OFFLINE, OVERRIDE_HOLD, REASON, SYNC_WITH, YES, Access, case_options, synced_around
from habeas.locale import tr
from habeas.vault.errors import HeldError


@click.command()
@click.argument("case_id", metavar="CASE")
@click.argument("kind", type=ALL)
@click.argument("keys", metavar="ID…", nargs=-1, required=True)
@click.option("--because", type=BECAUSE, required=True)
@OVERRIDE_HOLD
@click.option("--despite-damage", is_flag=True, help="Although some other items do not open; they never will.")
@YES
@SYNC_WITH
@OFFLINE
@REASON
@case_options
def shred(  # noqa: PLR0913
    access: Access,
    case_id: str,
    kind: str,
    keys: tuple[str, ...],
    because: str,
    reason: str,
    *,
    store: str | None,
    override_hold: bool,
    despite_damage: bool,
    yes: bool,
    offline: bool,
) -> None:
    """Erase exhibits or records for good, with all their revisions. Says first what that does not reach."""
    from habeas.services.casebook import read_book  # noqa: PLC0415
    from habeas.services.erasing import reach, waiting_for  # noqa: PLC0415
    from habeas.services.erasing import shred as run  # noqa: PLC0415
    from habeas.vault.events import Because, Kind  # noqa: PLC0415

    with access.case(case_id) as (opened, comp), synced_around(opened, comp, store, offline=offline), show.progress() as progress:
        book = read_book(comp)
        entries = [book.find(Kind(kind), key) for key in keys]
        _ask_to_shred(reach(opened, comp, entries), yes=yes, override=override_hold)
        count = run(comp, entries, Because(because), reason, override=override_hold, despite_damage=despite_damage,
                    progress=lambda done, of: progress(tr("Headers"), done, of))  # fmt: skip
        late = waiting_for(comp)
    _shredded(count, late)


def _ask_to_shred(found: Any, *, yes: bool, override: bool) -> None:
    if found.held and not override:
        raise HeldError
    click.echo(tr("To be shredded: {items} ({count} payloads).", items=", ".join(found.items), count=found.payloads), err=True)
    for line in found.words():
        click.echo("· " + line, err=True)
    if not yes:
        click.confirm(tr("Shred?"), abort=True, err=True)


def _shredded(count: int, late: dict[str, int]) -> None:
    click.echo(tr("{count} payloads shredded. Make backups again; a device that has not synced still can read them.", count=count))
    if late:
        click.echo(tr("Not confirmed yet: {who}", who=", ".join(sorted(late))))


@click.command("consent-withdrawn")
@click.argument("case_id", metavar="CASE")
@click.argument("person")
@OVERRIDE_HOLD
@YES
@SYNC_WITH
@OFFLINE
@REASON
@case_options
def consent_withdrawn(  # noqa: PLR0913
    access: Access, case_id: str, person: str, reason: str, store: str | None, *, override_hold: bool, yes: bool, offline: bool
) -> None:
    """A person withdrew consent: shred what that person said, and the exhibits that came from that person or under that consent."""
    from habeas.services.casebook import read_book  # noqa: PLC0415
    from habeas.services.erasing import reach, resting_on_consent, waiting_for, withdraw_consent  # noqa: PLC0415

    with access.case(case_id) as (opened, comp), synced_around(opened, comp, store, offline=offline), show.progress() as progress:
        resting = resting_on_consent(comp, read_book(comp), person)
        if resting:
            _ask_to_shred(reach(opened, comp, resting), yes=yes, override=override_hold)
        count = withdraw_consent(comp, person, reason, override=override_hold, progress=lambda done, of: progress(tr("Headers"), done, of))
        late = waiting_for(comp)
    _shredded(count, late)


@click.command()
@click.argument("case_id", metavar="CASE")
@click.argument("state", type=click.Choice(["on", "off"]))
@REASON
@case_options
def hold(access: Access, case_id: str, state: str, reason: str) -> None:
    """Begin or end a legal hold, which blocks shredding."""
    from habeas.services.cases import set_hold  # noqa: PLC0415

    with access.case(case_id) as (_, comp):
        set_hold(comp, on=state == "on", until=None, reason=reason)
    click.echo(
        tr("The case is under legal hold: nothing is shredded but with --override-hold.") if state == "on" else tr("The legal hold has ended.")
    )


@click.command("review-on")
@click.argument("case_id", metavar="CASE")
@click.argument("day", type=DAY)
@REASON
@case_options
def review_on(access: Access, case_id: str, day: datetime, reason: str) -> None:
    """Set the day on which somebody looks whether the case is still needed."""
    from habeas.services.cases import set_hold  # noqa: PLC0415

    with access.case(case_id) as (_, comp):
        set_hold(comp, on=None, until=day.date(), reason=reason)
    click.echo(tr("To be reviewed on {day}.", day=day.date().isoformat()))


@click.command("person-report")
@click.argument("case_id", metavar="CASE")
@click.argument("person")
@click.option("--also", multiple=True, help="Another spelling of the name (repeatable).")
@click.option("--out", type=FOLDER, help="Write it as JSON to this file instead of showing it.")
@case_options
def person_report(access: Access, case_id: str, person: str, also: tuple[str, ...], out: Path | None) -> None:
    """Everything that is held on one person, with third persons masked. Read it before you hand it over: the mask is a net, not a wall."""
    import msgspec  # noqa: PLC0415

    from habeas.services.exports import outside, write_private  # noqa: PLC0415
    from habeas.services.reporting import person_report as run  # noqa: PLC0415

    with access.case(case_id) as (_, comp):
        if out:
            outside(comp.disk.root, out)
        report = run(comp, person, also=also)
    content = msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"
    if out:
        write_private(out, content)
    else:
        click.echo(content.decode(), nl=False)
    click.echo(
        tr("{count} records; names masked in {masked} cells. Not searched: the content of {exhibits} exhibits.",
           count=len(report.records), masked=report.masked, exhibits=len(report.not_searched)), err=True
    )  # fmt: skip


@click.command()
@click.argument("case_id", metavar="CASE")
@JSON
@case_options
def shredded(access: Access, case_id: str, *, as_json: bool) -> None:
    """What was shredded in a case: random ids (for 'habeas exhibit custody'), who, when, why."""
    from habeas.services.records import shredded as run  # noqa: PLC0415

    with access.case(case_id) as (_, comp):
        found = run(comp)
    if as_json:
        show_vault.json_lines(found)
    else:
        head = (tr("ids"), tr("when (a claim)"), tr("who"), tr("commit"), tr("why"), tr("in words"), tr("payloads"))
        rows = [(" ".join(one.ids), one.t, one.who, one.n, one.because, one.words, one.payloads) for one in found]
        show_vault.table(head, rows, empty=tr("nothing was shredded"))
