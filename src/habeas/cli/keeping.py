"""``habeas vault …``: what is due, backups and their drill, verification, and a look at the machine."""

import sys
from pathlib import Path

import click

from habeas.cli import show, show_vault
from habeas.cli.common import FOLDER, JSON, Access, case_options, vault_options
from habeas.locale import tr

_ROLES = click.Choice(["admin", "caseworker", "reader"])


@click.command()
@JSON
@vault_options
def agenda(access: Access, *, as_json: bool) -> None:
    """What is due across all cases: days, case ids and task ids, no text."""
    from habeas.services.cases import agenda as run  # noqa: PLC0415

    with access.vault() as opened:
        found = run(opened)
    if as_json:
        show_vault.json_lines([{"due": due, "case": cid, "task": task} for due, cid, task in found])
    else:
        show_vault.table((tr("due"), tr("case"), tr("task")), found, empty=tr("nothing is due"))


@click.command()
@click.argument("place", metavar="DIR", type=FOLDER)
@vault_options
def backup(access: Access, place: Path) -> None:
    """Copy the vault's ciphertext to another disk. Shredded items leave an earlier backup at the same place."""
    from habeas.services.vaults import make_backup  # noqa: PLC0415

    with access.vault() as opened, show.progress() as progress:
        kept = make_backup(opened, place, progress)
    click.echo(
        tr("{files} files, {new} of them new ({size} bytes); {removed} left the backup. Try it: habeas vault restore {place} --drill",
           files=kept.files, new=kept.new, size=kept.written, removed=kept.removed, place=place)
    )  # fmt: skip


@click.command()
@click.argument("place", metavar="BACKUP", type=FOLDER)
@click.option("--drill", is_flag=True, help="Restore beside the backup, open it, read everything, and take the copy away again.")
@JSON
@vault_options
def restore(access: Access, place: Path, *, drill: bool, as_json: bool) -> None:
    """Restore a backup as a new vault (--vault), or try whether that would work (--drill)."""
    from habeas.services.vaults import drill as run_drill  # noqa: PLC0415
    from habeas.vault.backup import restore as run  # noqa: PLC0415

    if drill:
        passphrase_ = access.passphrase()
        with show.progress(quiet=as_json) as progress:
            result = run_drill(place, passphrase_, progress)
        show_vault.checked(result, as_json=as_json)
        sys.exit(0 if result.good else 1)
    with show.progress() as progress:
        count = run(place, access.root, lambda done, of: progress(tr("Restoring"), done, of))
    click.echo(tr("{vault}: {count} files restored and compared. It opens with the passphrase of that time.", vault=access.root, count=count))
    click.echo(tr("If the device that it came from still works, do not use both: two copies of one device are found out and frozen."), err=True)


@click.command()
@click.argument("case", metavar="CASE")
@case_options
def resume(access: Access, case: str) -> None:
    """After a restore: write to a case again without a sync. Only where no store and no other copy of this device exists."""
    from habeas.services.vaults import resume as run  # noqa: PLC0415

    with access.case(case) as (_, comp):
        run(comp)


@click.command()
@JSON
@vault_options
def verify(access: Access, *, as_json: bool) -> None:
    """Read everything that this device can open, to the end, and say in words what was checked."""
    from habeas.services.vaults import verify_vault  # noqa: PLC0415

    with access.vault() as opened, show.progress(quiet=as_json) as progress:
        result = verify_vault(opened, progress)
    show_vault.checked(result, as_json=as_json)
    sys.exit(0 if result.good else 1)


@click.command()
@JSON
@vault_options
def doctor(access: Access, *, as_json: bool) -> None:
    """Look at the machine and at everything in the vault: what is wrong, and what would put it right."""
    from habeas.services.vaults import verify_vault  # noqa: PLC0415
    from habeas.vault.doctor import surroundings  # noqa: PLC0415

    remarks = surroundings(access.root)
    with access.vault() as opened, show.progress(quiet=as_json) as progress:
        result = verify_vault(opened, progress)
        late = not opened.settings.backups
    if as_json:
        show_vault.json_lines({"machine": remarks, "vault": result, "no_backup": late})
    else:
        for one in remarks:
            click.echo(("! " if one.bad else "  ") + one.words)
        click.echo("! " + tr("no backup was made from this device") if late else "  " + tr("a backup is on record"))
        show_vault.checked(result, as_json=False)
    sys.exit(0 if result.good else 1)
