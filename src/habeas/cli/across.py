"""``habeas across …``: several cases side by side: shared wording and patterns on the accusing side's texts and keys."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from habeas.cli import show, show_vault
from habeas.cli.common import DAY, FOLDER, JSON, REASON, Access, case_options, review_day, vault_options
from habeas.locale import tr

if TYPE_CHECKING:
    from habeas.services.joint import Ran

_RECIPIENT = click.option("--recipient", required=True, help="For whom: cases without a consent for this recipient are left out (consents.csv).")


@click.group()
def across() -> None:
    """Several cases side by side: wording that the accusing side's texts share, and patterns in what it recorded. Nothing of a client is compared.

    With a vault, cases are set side by side in a joint compartment (JOINT), which admits nobody who does not read every case in it.
    """


@across.command()
@click.argument("folders", metavar="DIR…", nargs=-1, required=True, type=FOLDER)
@JSON
def look(folders: tuple[Path, ...], *, as_json: bool) -> None:
    """Look at case folders side by side; nothing is kept."""
    from habeas.cli import show_across  # noqa: PLC0415
    from habeas.services.across import look as run_look  # noqa: PLC0415
    from habeas.services.across import read_folders  # noqa: PLC0415

    with show.progress(quiet=as_json) as progress:
        progress(tr("Comparing"), 0, 1)
        cases = read_folders(folders)
        found = run_look(cases)
    if as_json:
        show_vault.json_lines(found)
    else:
        show_across.across(found, cases)


@across.command()
@click.argument("cases", metavar="CASE…", nargs=-1, required=True)
@click.option("--review-on", type=DAY, help="When somebody looks whether it is still needed; default in a year.")
@vault_options
def new(access: Access, cases: tuple[str, ...], review_on: datetime | None) -> None:
    """Make a joint compartment of cases that you read; prints its id. Admit others to it as to a case."""
    from habeas.services.joint import new_joint  # noqa: PLC0415

    with access.vault() as opened:
        joint = new_joint(opened, cases, review_day(review_on))
    click.echo(joint)
    click.echo(tr("A joint compartment of {count} cases. Next: habeas across run {id}", count=len(set(cases)), id=joint), err=True)


@across.command()
@click.argument("joint", metavar="JOINT")
@JSON
@case_options
def run(access: Access, joint: str, *, as_json: bool) -> None:
    """Look at the cases of a joint compartment as they stand now. Each case's log says so; the result is kept nowhere."""
    from habeas.services.joint import run as run_joint  # noqa: PLC0415

    with access.case(joint) as (opened, comp), show.progress(quiet=as_json) as progress:
        progress(tr("Comparing"), 0, 1)
        ran = run_joint(opened, comp, date.today())  # noqa: DTZ011  # the user's own calendar
    _said(ran, as_json=as_json)


def _said(ran: "Ran", *, as_json: bool) -> None:
    from habeas.cli import show_across  # noqa: PLC0415

    if as_json:
        show_vault.json_lines(ran.found)
        return
    show_across.across(ran.found, ran.cases)
    if ran.number > 1:
        click.echo(tr("This is look {number} at these cases. Each look is one more chance for something to appear by chance.", number=ran.number))


@across.command()
@click.argument("joint", metavar="[JOINT]", required=False)
@click.option("--folder", "folders", multiple=True, type=FOLDER, help="Case folders instead of a joint compartment (repeatable).")
@click.option("--out", type=FOLDER, required=True, help="A new folder for tables and pictures.")
@_RECIPIENT
@REASON
@case_options
def export(access: Access, joint: str | None, folders: tuple[Path, ...], out: Path, recipient: str, reason: str) -> None:
    """Write the patterns for a recipient: only over cases that consent, only what is disclosable, no figure for fewer than five cases."""
    from habeas.domain.errors import UsageError  # noqa: PLC0415
    from habeas.services.across import read_folders  # noqa: PLC0415
    from habeas.services.joint import export_patterns  # noqa: PLC0415
    from habeas.services.releasing import may_leave, write_patterns  # noqa: PLC0415

    if bool(joint) == bool(folders):
        raise UsageError(tr("either a joint compartment or --folder DIR is wanted"))
    today = date.today()  # noqa: DTZ011  # the user's own calendar
    if joint:
        with access.case(joint) as (opened, comp):
            names = export_patterns(opened, comp, out, recipient, today, reason)
    else:
        names = write_patterns(may_leave(read_folders(folders), recipient, today), out, recipient)
    click.echo(tr("{folder} holds: {names}", folder=out, names=", ".join(names)))
    click.echo(tr("Do not write it anew for each new case: two exports that differ by one case show that case."))
