"""``habeas vault …``: make and open a vault, its people and devices, sync, stamps, backup."""

from pathlib import Path

import click

from habeas.cli import keeping, people, sharing, show_vault
from habeas.cli.common import FOLDER, JSON, YES, Access, default_vault, secret, text_of, vault_options
from habeas.locale import tr

_ROLES = click.Choice(["admin", "caseworker", "reader"])


@click.group()
def vault() -> None:
    """Keep cases sealed: make a vault, admit people, sync through a store nobody trusts, back up, and prove that it is whole."""


@vault.command()
@click.option("--code", required=True, help="How the log calls you: a code such as A1, never a name.")
@vault_options
def create(access: Access, code: str) -> None:
    """Make a new vault. Next come the recovery words: no case can be made before them."""
    from habeas.services.casebook import utc_now  # noqa: PLC0415
    from habeas.vault.vault import create_vault  # noqa: PLC0415

    passphrase = access.passphrase() if access.has_file else secret(None, tr("A new passphrase"), confirm=True)
    create_vault(access.root, passphrase, code, utc_now).close()
    click.echo(tr("{vault}: a new vault. Only its passphrase opens it; nobody can reset that.", vault=access.root))
    click.echo(tr("Next: habeas vault recovery-words --threshold 2 --shares 3, give the lists to people you trust, then habeas vault recovery-check"))


@vault.command()
@JSON
@vault_options
def status(access: Access, *, as_json: bool) -> None:
    """Unlock, run the self-test, and list the cases open to you: ids, figures and days, no text."""
    from habeas.services.cases import list_cases  # noqa: PLC0415
    from habeas.vault.selftest import self_test  # noqa: PLC0415

    with access.vault() as opened:
        lines, checks, settings = list_cases(opened), self_test(), opened.settings
        if as_json:
            show_vault.json_lines({"cases": lines, "self_test": checks, "recovery_checked": settings.recovery_checked, "backups": settings.backups})
            return
        click.echo(tr("Self-test: {count} checks passed.", count=checks))
        if not settings.recovery_checked:
            click.echo(tr("No recovery words were checked yet: a forgotten passphrase or a lost device would lose everything."), err=True)
        if not settings.backups:
            click.echo(tr("No backup was made from this device."), err=True)
        head = (tr("case"), tr("role"), tr("statements"), tr("exhibits"), tr("next due"), tr("review on"), tr("state"))
        rows = [
            (one.cid, one.role or "–", one.statements, one.exhibits, one.next_due, one.review_on, _state(one)) for one in lines
        ]  # fmt: skip
        show_vault.table(head, rows, empty=tr("No case yet: habeas case new, or habeas case import DIR"))


def _state(one: object) -> str:
    words = [
        getattr(one, "state", ""),
        tr("on hold") if getattr(one, "held", False) else "", tr("dormant") if getattr(one, "dormant", False) else "",
        tr("ALARM") if getattr(one, "alarms", 0) else "",
    ]  # fmt: skip
    return ", ".join(word for word in words if word)


@vault.command()
@click.option("--new-passphrase-file", type=FOLDER, help="Where the new one stands; else you are asked twice.")
@vault_options
def passphrase(access: Access, new_passphrase_file: Path | None) -> None:
    """Change the passphrase. Older backups keep opening with the old one."""
    from habeas.vault.vault import change_passphrase  # noqa: PLC0415

    with access.vault() as opened:
        change_passphrase(opened, secret(new_passphrase_file, tr("A new passphrase"), confirm=True))
    click.echo(tr("The passphrase was changed. Backups made before still open with the old one: make them again."))


@vault.command("recovery-words")
@click.option("--threshold", default=2, show_default=True, help="How many lists open everything together.")
@click.option("--shares", default=3, show_default=True, help="How many lists there are.")
@click.option("--out", type=FOLDER, help="Write one file a list into this new folder (to print and destroy) instead of showing them.")
@vault_options
def recovery_words(access: Access, threshold: int, shares: int, out: Path | None) -> None:
    """Make recovery words: lists of 33 words for paper (SLIP-39). Any THRESHOLD of them open every case; fewer tell nothing."""
    from habeas.vault.vault import make_recovery  # noqa: PLC0415

    if out:
        out.mkdir(mode=0o700)  # first: words that cannot be written down must not replace the old ones
    with access.vault() as opened:
        lists = make_recovery(opened, threshold, shares)
    if out:
        for number, words in enumerate(lists, 1):
            (out / f"list-{number}.txt").write_text(words + "\n", encoding="ascii")
        click.echo(
            tr("{folder} holds {count} lists. Print each, give each to another person, then destroy the folder.", folder=out, count=len(lists))
        )
    else:
        for number, words in enumerate(lists, 1):
            click.echo(tr("List {number} of {count}, for one person:", number=number, count=len(lists)))
            click.echo("  " + words)
    click.echo(tr("They count once you typed {threshold} of them back: habeas vault recovery-check", threshold=threshold))


@vault.command("recovery-check")
@click.option("--words", "files", multiple=True, type=FOLDER, help="A file with one list (repeatable); else you are asked.")
@vault_options
def recovery_check(access: Access, files: tuple[Path, ...]) -> None:
    """Type enough lists back, so that they are known to work. Cases can be made after that."""
    from habeas.vault.vault import check_recovery  # noqa: PLC0415

    with access.vault() as opened:
        check_recovery(opened, _lists(files))
    click.echo(tr("They work, for cases made from now on. For each older case: habeas vault recovery-renew CASE"))


def _lists(files: tuple[Path, ...]) -> list[str]:
    if files:
        return [text_of(one).strip() for one in files]
    found: list[str] = []
    while True:
        words = click.prompt(
            tr("List {number} (empty: that was all)", number=len(found) + 1), default="", show_default=False, hide_input=True, err=True
        )
        if not words.strip():
            return found
        found.append(words)


@vault.command()
@click.argument("origin", metavar="COPY", type=FOLDER)
@click.option("--code", required=True, help="How the log calls you.")
@click.option("--words", "files", multiple=True, type=FOLDER, help="A file with one list (repeatable); else you are asked.")
@click.option("--second-key", type=FOLDER, help="The second key, where a case there is dormant.")
@vault_options
def recover(access: Access, origin: Path, code: str, files: tuple[Path, ...], second_key: Path | None) -> None:
    """Make a new vault from recovery words and a copy of the cases: a backup, a lost device's vault, or the folder of a store."""
    from habeas.services import opening  # noqa: PLC0415
    from habeas.services.vaults import recover as run  # noqa: PLC0415

    words = _lists(files)
    second = opening.second_key(second_key, secret(None, tr("Passphrase of the second key"))) if second_key else None
    new = access.passphrase() if access.has_file else secret(None, tr("A passphrase for the new vault"), confirm=True)
    cases = run(access.root, origin, words, new, code, second)
    click.echo(tr("{vault}: a new vault with {count} cases: {ids}", vault=access.root, count=len(cases), ids=", ".join(cases)))
    click.echo(tr("The lost device is still a member of each: revoke it now (habeas vault members CASE, habeas vault revoke CASE DEVICE)."))


@vault.command()
@YES
@click.option("--vault", "folder", type=FOLDER, help="The vault's folder.")
def panic(folder: Path | None, *, yes: bool) -> None:
    """Delete the key files of this device at once. Only recovery words, a backup, or another member's device bring the cases back."""
    from habeas.vault.vault import panic as run  # noqa: PLC0415

    if not yes:
        click.confirm(tr("Delete the keys of this device now?"), abort=True, err=True)
    click.echo(tr("{count} files deleted. What a disk keeps of deleted files still needs the passphrase.", count=run(folder or default_vault())))


for _command in (
    people.members,
    people.card,
    people.admit,
    people.approve,
    people.join,
    people.revoke,
    people.rotate,
    people.kit,
    people.recovery_renew,
    people.drop,
    keeping.resume,
    sharing.store,
    sharing.sync,
    sharing.head,
    sharing.authority,
    sharing.stamp,
    keeping.agenda,
    keeping.backup,
    keeping.restore,
    keeping.verify,
    keeping.doctor,
):
    vault.add_command(_command)
