"""``habeas case …``: put a case to sleep under a second key, or hand it to somebody else."""

import sys
from pathlib import Path

import click

from habeas.cli import show, show_vault
from habeas.cli.common import FOLDER, Access, case_options, secret, text_of, vault_options
from habeas.locale import tr


@click.command()
@click.argument("case_id", metavar="CASE")
@click.argument("key_file", metavar="SECOND-KEY", type=FOLDER)
@click.option("--key-passphrase-file", type=FOLDER, help="Where the second key's passphrase stands; else you are asked twice.")
@case_options
def dormant(access: Access, case_id: str, key_file: Path, key_passphrase_file: Path | None) -> None:
    """Put a case to sleep: from now on it opens only with a second key too, which is written to SECOND-KEY. Keep that elsewhere."""
    from habeas.services.people import make_dormant  # noqa: PLC0415

    words = secret(key_passphrase_file, tr("A passphrase for the second key"), confirm=True)
    with access.case(case_id) as (_, comp):
        make_dormant(comp, key_file, words)
    click.echo(tr("{file} is the second key. Without it nobody opens this case, recovery words included.", file=key_file))


@click.command()
@click.argument("case_id", metavar="CASE")
@case_options
def wake(access: Access, case_id: str) -> None:
    """Wake a dormant case (with --second-key)."""
    from habeas.services.people import wake as run  # noqa: PLC0415

    with access.case(case_id) as (_, comp):
        run(comp)


@click.command()
@click.argument("case_id", metavar="CASE")
@click.argument("card", metavar="CARD", type=FOLDER)
@click.option("--to", required=True, help="Who gets it.")
@click.option("--code", required=True, help="The receiver's code; the card has to say the same.")
@click.option("--consent", required=True, help="The id of the consent on record that it rests on.")
@click.option("--proposal", type=FOLDER, help="Where to write the proposal, where a second person has to sign it.")
@case_options
def handover(  # noqa: PLR0913
    access: Access, case_id: str, card: Path, to: str, code: str, consent: str, proposal: Path | None
) -> None:
    """Hand a case to another organisation or a lawyer, step one: admit the receiver's device. Step two is 'habeas case leave'."""
    from habeas.cli.people import admitted  # noqa: PLC0415
    from habeas.services.people import hand_over  # noqa: PLC0415

    with access.case(case_id) as (_, comp):
        invitation, note = hand_over(comp, text_of(card), to, consent, code)
    admitted(invitation, note, proposal)


@click.command()
@click.argument("case_id", metavar="CASE")
@click.argument("device", metavar="RECEIVER-DEVICE")
@click.option("--store", required=True, help="Where the receiver gets the case from: synced before and after.")
@case_options
def leave(access: Access, case_id: str, device: str, store: str) -> None:
    """Step two of a handover: sync, make a new epoch for the receiver alone, and send it. Call it again where it was interrupted."""
    from habeas.services.people import leave as run  # noqa: PLC0415
    from habeas.services.syncing import store_of, sync_case  # noqa: PLC0415

    with access.case(case_id) as (opened, comp), show.progress() as progress:
        if not comp.removed:
            before = sync_case(opened, comp, store, progress)
            show_vault.alarms(before.alarms)
            if before.alarms:
                sys.exit(1)
        run(comp, device, store_of(opened, store))
    click.echo(tr("Handed over: the receiver syncs and sends the receipt. Then: habeas case forget CASE --receipt FILE --card FILE"))


@click.command()
@click.argument("case_id", metavar="CASE")
@click.option("--receipt", "receipt_file", required=True, type=FOLDER, help="What the receiver sent back.")
@click.option("--card", required=True, type=FOLDER, help="The card that the receiver gave.")
@vault_options
def forget(access: Access, case_id: str, receipt_file: Path, card: Path) -> None:
    """Step three of a handover: with the receiver's receipt, destroy this device's keys of the case."""
    from habeas.services.people import forget_case  # noqa: PLC0415

    with access.vault() as opened:
        forget_case(opened, case_id, text_of(receipt_file), text_of(card))
    click.echo(tr("Nobody on this device can open the case now. Keep the receipt; the other devices of your organisation do the same."))


@click.command()
@click.argument("case_id", metavar="CASE")
@case_options
def receipt(access: Access, case_id: str) -> None:
    """Acknowledge a case that was handed to you: a signed text for whoever gave it."""
    from habeas.services.people import make_receipt  # noqa: PLC0415

    with access.case(case_id) as (_, comp):
        click.echo(make_receipt(comp))


@click.command("check-receipt")
@click.argument("receipt_file", metavar="RECEIPT", type=FOLDER)
@click.option("--card", required=True, type=FOLDER, help="The card that the receiver gave.")
def check_receipt(receipt_file: Path, card: Path) -> None:
    """Check that a receipt was signed by the device whose card you admitted."""
    from habeas.services.people import check_receipt as run  # noqa: PLC0415

    found = run(text_of(receipt_file), text_of(card))
    click.echo(tr("{case}: held by device {device} since {t}, list of members {n}.", case=found.case, device=found.device, t=found.t, n=found.roster))
