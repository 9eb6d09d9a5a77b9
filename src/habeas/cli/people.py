"""``habeas vault …``: who is in a case: members, cards, second signatures, revoking, seal-only kits."""

from pathlib import Path

import click

from habeas.cli import show, show_vault
from habeas.cli.common import FOLDER, JSON, OFFLINE, SYNC_WITH, YES, Access, case_options, synced_around, text_of, vault_options
from habeas.locale import tr

_ROLES = click.Choice(["admin", "caseworker", "reader"])


@click.command()
@click.argument("case", metavar="CASE")
@JSON
@case_options
def members(access: Access, case: str, *, as_json: bool) -> None:
    """Who is in a case: codes, devices, roles, and who has not confirmed the newest keys."""
    from habeas.services.erasing import waiting_for  # noqa: PLC0415

    with access.case(case) as (_, comp):
        late = waiting_for(comp)
        if as_json:
            show_vault.json_lines({"members": comp.roster.members, "version": comp.roster.version, "not_confirmed": late, "me": comp.seat.device})
            return
        rows = [
            (one.code, one.device, one.role.value, tr("active") if one.active else tr("revoked after commit {n}", n=one.until),
             tr("this device") if one.device == comp.seat.device else tr("not confirmed") if f"{one.code} ({one.device})" in late else "")
            for one in comp.roster.members
        ]  # fmt: skip
        show_vault.table((tr("person"), tr("device"), tr("role"), tr("state"), ""), rows)


@click.command()
@vault_options
def card(access: Access) -> None:
    """Make a card with fresh keys, to be admitted to one case. Give it to an admin by a way that nobody can change."""
    from habeas.services.people import make_card  # noqa: PLC0415

    with access.vault() as opened:
        click.echo(make_card(opened))


@click.command()
@click.argument("case", metavar="CASE")
@click.argument("card_file", metavar="CARD", type=FOLDER)
@click.option("--role", type=_ROLES, required=True)
@click.option("--code", required=True, help="The code of the person that you expect; the card has to say the same.")
@click.option("--same-person", is_flag=True, help="It is another device of somebody who is in the case already.")
@click.option("--proposal", type=FOLDER, help="Where to write the proposal, where a second person has to sign it.")
@case_options
def admit(  # noqa: PLR0913
    access: Access, case: str, card_file: Path, role: str, code: str, proposal: Path | None, *, same_person: bool
) -> None:
    """Admit a device by its card. Where there is a second admin, he signs the proposal with 'habeas vault approve'."""
    from habeas.services.people import admit as run  # noqa: PLC0415
    from habeas.vault.roster import Role  # noqa: PLC0415

    with access.case(case) as (opened, comp):
        invitation, note = run(comp, text_of(card_file), Role(role), code, same_person=same_person, vault=opened)
    admitted(invitation, note, proposal)


def admitted(invitation: str, note: bytes, proposal: Path | None) -> None:
    """An invitation, or a proposal that is written for a second person."""
    if invitation:
        click.echo(invitation)
        click.echo(tr("Sync, then give this invitation to the device's owner: habeas vault join FILE --store STORE"), err=True)
        return
    path = proposal or Path("proposal.note")
    with path.open("xb") as stream:
        stream.write(note)
    click.echo(tr("{file}: a second admin signs it on his own device: habeas vault approve CASE {file}", file=path), err=True)


@click.command()
@click.argument("case", metavar="CASE")
@click.argument("proposal", type=FOLDER)
@click.option(
    "--words", "files", multiple=True, type=FOLDER, help="Recovery words in place of a second person who is gone: a file with one list (repeatable)."
)
@YES
@case_options
def approve(access: Access, case: str, proposal: Path, files: tuple[Path, ...], *, yes: bool) -> None:
    """Sign a proposal as the second person. Look first whom it admits."""
    from habeas.services.people import approve as run  # noqa: PLC0415
    from habeas.services.people import changes_in  # noqa: PLC0415

    note = text_of(proposal).encode()
    with access.case(case) as (opened, comp):
        for line in changes_in(comp, note):
            click.echo(line, err=True)
        if not yes:
            click.confirm(tr("Sign it?"), abort=True, err=True)
        click.echo(run(comp, note, [text_of(one).strip() for one in files], opened))
    click.echo(tr("Sync, then give this invitation to the device's owner."), err=True)


@click.command()
@click.argument("invitation", type=FOLDER)
@click.option("--store", required=True, help="A known store or a folder.")
@vault_options
def join(access: Access, invitation: Path, store: str) -> None:
    """Begin to work on a case that your card was admitted to."""
    from habeas.services.people import join_case, say_joined  # noqa: PLC0415
    from habeas.services.syncing import store_of, sync_case  # noqa: PLC0415

    with access.vault() as opened, show.progress() as progress:
        cid = join_case(opened, text_of(invitation), store_of(opened, store))
        with opened.case(cid) as comp:
            sync_case(opened, comp, store, progress)
            say_joined(comp)
            result = sync_case(opened, comp, store, progress)
    click.echo(cid)
    show_vault.synced(result, as_json=False)


@click.command()
@click.argument("case", metavar="CASE")
@click.argument("who", metavar="CODE-OR-DEVICE")
@SYNC_WITH
@OFFLINE
@click.option("--despite-damage", is_flag=True, help="Go on although some items do not open; they never will.")
@case_options
def revoke(access: Access, case: str, who: str, store: str | None, *, offline: bool, despite_damage: bool) -> None:
    """Revoke a device, or all devices of a person: new keys at once. What was read stays read."""
    from habeas.services.people import revoke as run  # noqa: PLC0415

    with access.case(case) as (opened, comp), synced_around(opened, comp, store, offline=offline):
        hit = run(comp, who, despite_damage=despite_damage)
    click.echo(
        tr("Revoked: {devices}. What is added from now on is closed to them; the others get the new keys when they sync.", devices=", ".join(hit))
    )


@click.command()
@click.argument("case", metavar="CASE")
@SYNC_WITH
@OFFLINE
@click.option("--despite-damage", is_flag=True, help="Go on although some items do not open; they never will.")
@case_options
def rotate(access: Access, case: str, store: str | None, *, offline: bool, despite_damage: bool) -> None:
    """New keys for a case, and the old ones destroyed."""
    from habeas.vault.rotation import Change  # noqa: PLC0415
    from habeas.vault.rotation import rotate as run  # noqa: PLC0415

    with access.case(case) as (opened, comp), synced_around(opened, comp, store, offline=offline), show.progress() as progress:
        after = run(comp, Change(), despite_damage=despite_damage, progress=lambda done, of: progress(tr("Headers"), done, of))
    click.echo(tr("Epoch {epoch}. The others get the new keys when they sync.", epoch=after.epoch))


@click.command()
@click.argument("case", metavar="CASE")
@click.argument("out", metavar="NEW-FOLDER", type=FOLDER)
@click.option("--code", required=True, help="How the log calls whoever carries it.")
@case_options
def kit(access: Access, case: str, out: Path, code: str) -> None:
    """Make a seal-only kit for the field: it adds exhibits and can read nothing (habeas exhibit add --kit). Bring it home with a sync."""
    from habeas.services.people import seal_only_kit  # noqa: PLC0415

    with access.case(case) as (_, comp):
        device = seal_only_kit(comp, out, code)
    click.echo(tr("{folder}: seal-only device {device}. Home: habeas vault sync CASE --store {folder}", folder=out, device=device))


@click.command("recovery-renew")
@click.argument("case", metavar="CASE")
@click.option("--proposal", type=FOLDER, help="Where to write the proposal, where a second person has to sign it.")
@case_options
def recovery_renew(access: Access, case: str, proposal: Path | None) -> None:
    """Put the newest recovery words in the place of those that a case was made with; the old ones then open it no longer."""
    from habeas.services.people import renew_words  # noqa: PLC0415

    with access.case(case) as (opened, comp):
        note = renew_words(opened, comp)
    if note:
        admitted("", note, proposal)
    else:
        click.echo(tr("The newest words open this case from now on. Sync, so that others and the store have it too."))


@click.command()
@click.argument("case", metavar="CASE")
@YES
@vault_options
def drop(access: Access, case: str, *, yes: bool) -> None:
    """Give up this device's place in a case: its keys there are destroyed. To come back, it needs a fresh card."""
    from habeas.services.people import drop_seat  # noqa: PLC0415

    if not yes:
        click.confirm(tr("Destroy this device's keys of the case?"), abort=True, err=True)
    with access.vault() as opened:
        drop_seat(opened, case)
