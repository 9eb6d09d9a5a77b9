"""``habeas vault …``: make and open a vault, its people and devices, sync, stamps, backup."""

import sys
from pathlib import Path

import click

from habeas.cli import show, show_vault
from habeas.cli.common import FOLDER, Access, case_options, default_vault, pairs, secret, text_of, vault_options
from habeas.locale import tr

_ROLES = click.Choice(["admin", "caseworker", "reader"])
_JSON = click.option("--json", "as_json", is_flag=True, help="The same as JSON.")


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
@_JSON
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

    with access.vault() as opened:
        lists = make_recovery(opened, threshold, shares)
    if out:
        out.mkdir(mode=0o700)
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
    click.echo(tr("They work. Cases that are made or rotated from now on can be recovered with them."))


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
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--vault", "folder", type=FOLDER, help="The vault's folder.")
def panic(folder: Path | None, *, yes: bool) -> None:
    """Delete the key files of this device at once. Only recovery words, a backup, or another member's device bring the cases back."""
    from habeas.vault.vault import panic as run  # noqa: PLC0415

    if not yes:
        click.confirm(tr("Delete the keys of this device now?"), abort=True, err=True)
    click.echo(tr("{count} files deleted. What a disk keeps of deleted files still needs the passphrase.", count=run(folder or default_vault())))


# People


@vault.command()
@click.argument("case", metavar="CASE")
@_JSON
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


@vault.command()
@vault_options
def card(access: Access) -> None:
    """Make a card with fresh keys, to be admitted to one case. Give it to an admin by a way that nobody can change."""
    from habeas.services.people import make_card  # noqa: PLC0415

    with access.vault() as opened:
        click.echo(make_card(opened))


@vault.command()
@click.argument("case", metavar="CASE")
@click.argument("card_file", metavar="CARD", type=FOLDER)
@click.option("--role", type=_ROLES, required=True)
@click.option("--proposal", type=FOLDER, help="Where to write the proposal, where a second person has to sign it.")
@case_options
def admit(access: Access, case: str, card_file: Path, role: str, proposal: Path | None) -> None:
    """Admit a device by its card. Where there is a second admin, he signs the proposal with 'habeas vault approve'."""
    from habeas.services.people import admit as run  # noqa: PLC0415
    from habeas.vault.roster import Role  # noqa: PLC0415

    with access.case(case) as (_, comp):
        invitation, note = run(comp, text_of(card_file), Role(role))
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


@vault.command()
@click.argument("case", metavar="CASE")
@click.argument("proposal", type=FOLDER)
@case_options
def approve(access: Access, case: str, proposal: Path) -> None:
    """Sign a proposal as the second person. Look first whom it admits."""
    from habeas.services.people import approve as run  # noqa: PLC0415
    from habeas.vault.roster import parse_roster  # noqa: PLC0415

    note = text_of(proposal).encode()
    after, _ = parse_roster(note)
    with access.case(case) as (_, comp):
        known = {one.device for one in comp.roster.members}
        for one in after.members:
            if one.device not in known:
                click.echo(tr("It admits {code} ({device}) as {role}.", code=one.code, device=one.device, role=one.role.value), err=True)
        click.confirm(tr("Sign it?"), abort=True, err=True)
        click.echo(run(comp, note))
    click.echo(tr("Sync, then give this invitation to the device's owner."), err=True)


@vault.command()
@click.argument("invitation", type=FOLDER)
@click.option("--store", required=True, help="A known store or a folder.")
@vault_options
def join(access: Access, invitation: Path, store: str) -> None:
    """Begin to work on a case that your card was admitted to."""
    from habeas.services.people import join_case  # noqa: PLC0415
    from habeas.services.syncing import store_of, sync_case  # noqa: PLC0415

    with access.vault() as opened, show.progress() as progress:
        cid = join_case(opened, text_of(invitation), store_of(opened, store))
        with opened.case(cid) as comp:
            result = sync_case(opened, comp, store, progress)
    click.echo(cid)
    show_vault.synced(result, as_json=False)


@vault.command()
@click.argument("case", metavar="CASE")
@click.argument("who", metavar="CODE-OR-DEVICE")
@click.option("--despite-damage", is_flag=True, help="Go on although some items do not open; they never will.")
@case_options
def revoke(access: Access, case: str, who: str, *, despite_damage: bool) -> None:
    """Revoke a device, or all devices of a person: new keys at once. What was read stays read."""
    from habeas.services.people import revoke as run  # noqa: PLC0415

    with access.case(case) as (_, comp):
        hit = run(comp, who, despite_damage=despite_damage)
    click.echo(tr("Revoked: {devices}. New items are closed to them; sync now, so that the others get the new keys.", devices=", ".join(hit)))


@vault.command()
@click.argument("case", metavar="CASE")
@click.option("--despite-damage", is_flag=True, help="Go on although some items do not open; they never will.")
@case_options
def rotate(access: Access, case: str, *, despite_damage: bool) -> None:
    """New keys for a case, and the old ones destroyed."""
    from habeas.vault.rotation import Change  # noqa: PLC0415
    from habeas.vault.rotation import rotate as run  # noqa: PLC0415

    with access.case(case) as (_, comp), show.progress() as progress:
        after = run(comp, Change(), despite_damage=despite_damage, progress=lambda done, of: progress(tr("Headers"), done, of))
    click.echo(tr("Epoch {epoch}. Sync now, so that the others get the new keys.", epoch=after.epoch))


@vault.command()
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


# Sync


@vault.group()
def store() -> None:
    """Stores to sync through: a folder, a stick, an S3-compatible bucket."""


@store.command("add")
@click.argument("name")
@click.argument("address")
@click.option("--credentials-file", type=FOLDER, help="Lines access_key=… and secret_key=… for a bucket.")
@vault_options
def store_add(access: Access, name: str, address: str, credentials_file: Path | None) -> None:
    """Know a store: a folder, or s3://BUCKET/PREFIX?endpoint=https://HOST&region=NAME. Connects to it once, to see that it keeps what is there."""
    from habeas.services.syncing import add_store  # noqa: PLC0415

    lines = text_of(credentials_file).split("\n") if credentials_file else []
    with access.vault() as opened:
        add_store(opened, name, address, pairs(tuple(line.strip() for line in lines if line.strip())))
    click.echo(tr("{name} is known. It sees sizes, counts and times, and no content.", name=name))


@store.command("list")
@_JSON
@vault_options
def store_list(access: Access, *, as_json: bool) -> None:
    """The stores that this vault knows."""
    from habeas.services.syncing import list_stores  # noqa: PLC0415

    with access.vault() as opened:
        found = list_stores(opened)
    if as_json:
        show_vault.json_lines(found)
    else:
        show_vault.table((tr("name"), tr("address")), [(one.name, one.address) for one in found])


@store.command("remove")
@click.argument("name")
@vault_options
def store_remove(access: Access, name: str) -> None:
    """Forget a store; what lies there stays there."""
    from habeas.services.syncing import remove_store  # noqa: PLC0415

    with access.vault() as opened:
        remove_store(opened, name)


@vault.command()
@click.argument("case", metavar="CASE")
@click.option("--store", "name", required=True, help="A known store, a folder, or a seal-only kit.")
@_JSON
@case_options
def sync(access: Access, case: str, name: str, *, as_json: bool) -> None:
    """Fetch and send one case. Interrupted, it goes on where it was."""
    from habeas.services.syncing import sync_case  # noqa: PLC0415

    with access.case(case) as (opened, comp), show.progress(quiet=as_json) as progress:
        result = sync_case(opened, comp, name, progress)
    show_vault.synced(result, as_json=as_json)
    if result.alarms:
        sys.exit(1)


@vault.command()
@click.argument("case", metavar="CASE")
@click.option("--compare", help="What the other member reads out; spaces do not matter.")
@case_options
def head(access: Access, case: str, compare: str | None) -> None:
    """The fingerprint of a case's history, for two members to compare by telephone after both synced: a store cannot freeze one of them unseen."""
    from habeas.seal.verify import group_fingerprint  # noqa: PLC0415

    with access.case(case) as (_, comp):
        mine = comp.head_fingerprint()
    click.echo(group_fingerprint(mine))
    if compare is not None:
        same = "".join(compare.split()).lower() == mine
        click.echo(tr("The same.") if same else tr("NOT the same: sync both again; if it stays so, the store shows you different histories."))
        sys.exit(0 if same else 1)


# Time


@vault.group()
def authority() -> None:
    """Time-stamping authorities (RFC 3161); two are wanted."""


@authority.command("add")
@click.argument("name")
@click.argument("url")
@click.argument("root", metavar="CERTIFICATE.pem", type=FOLDER)
@vault_options
def authority_add(access: Access, name: str, url: str, root: Path) -> None:
    """Know an authority, and the root certificate that its stamps have to lead to (you got it by a way that you trust)."""
    from habeas.services.stamping import add_authority  # noqa: PLC0415

    with access.vault() as opened:
        add_authority(opened, name, url, text_of(root).encode())


@vault.group()
def stamp() -> None:
    """Time stamps over the state of a case. An authority sees a salted digest and nothing else."""


@stamp.command("request")
@click.argument("case", metavar="CASE")
@case_options
def stamp_request(access: Access, case: str) -> None:
    """Make requests over the case as it is now. No network: they wait."""
    from habeas.services.stamping import request_stamps  # noqa: PLC0415

    with access.case(case) as (opened, comp):
        count = request_stamps(opened, comp)
    click.echo(tr("{count} requests wait. Send them (habeas vault stamp send CASE) or carry them (habeas vault stamp write CASE DIR).", count=count))


@stamp.command("send")
@click.argument("case", metavar="CASE")
@case_options
def stamp_send(access: Access, case: str) -> None:
    """Send waiting requests over the network to their authorities."""
    from habeas.services.stamping import send_waiting  # noqa: PLC0415

    with access.case(case) as (opened, comp):
        answered, left = send_waiting(opened, comp)
    click.echo(tr("{answered} answered, {left} still wait.", answered=answered, left=left))
    if left:
        sys.exit(1)


@stamp.command("write")
@click.argument("case", metavar="CASE")
@click.argument("folder", metavar="DIR", type=FOLDER)
@case_options
def stamp_write(access: Access, case: str, folder: Path) -> None:
    """Write waiting requests as .tsq files, to be carried to a machine with a connection."""
    from habeas.services.stamping import write_requests  # noqa: PLC0415

    with access.case(case) as (_, comp):
        for path in write_requests(comp, folder):
            click.echo(path)


@stamp.command("import")
@click.argument("case", metavar="CASE")
@click.argument("files", nargs=-1, required=True, type=FOLDER)
@case_options
def stamp_import(access: Access, case: str, files: tuple[Path, ...]) -> None:
    """Take replies (.tsr) that were carried back."""
    from habeas.services.stamping import import_reply  # noqa: PLC0415

    with access.case(case) as (_, comp):
        for file in files:
            click.echo(import_reply(comp, file))


@stamp.command("check")
@click.argument("case", metavar="CASE")
@_JSON
@case_options
def stamp_check(access: Access, case: str, *, as_json: bool) -> None:
    """Check every stamp anew, at its own time, and that the history it covers is still the one that is here."""
    from habeas.services.stamping import check_stamps  # noqa: PLC0415

    with access.case(case) as (_, comp):
        found = check_stamps(comp)
    if as_json:
        show_vault.json_lines(found)
    else:
        rows = [(one.id, one.authority, one.state, one.at, tr("yes") if one.matches else tr("NO") if one.at else "") for one in found]
        show_vault.table((tr("stamp"), tr("authority"), tr("state"), tr("existed at"), tr("covers this history")), rows)
    if any(one.state not in ("good", "waiting") or (one.at and not one.matches) for one in found):
        sys.exit(1)


@stamp.command("export")
@click.argument("case", metavar="CASE")
@click.argument("stamp_id", metavar="STAMP")
@click.argument("folder", metavar="DIR", type=FOLDER)
@case_options
def stamp_export(access: Access, case: str, stamp_id: str, folder: Path) -> None:
    """Write what a stranger needs to check a stamp with stock openssl. The stamped bytes name the case's id and devices."""
    from habeas.services.stamping import export_stamp  # noqa: PLC0415

    with access.case(case) as (_, comp):
        for path in export_stamp(comp, stamp_id, folder):
            click.echo(path)
    click.echo(tr("openssl ts -verify -data stamped.bin -in reply.tsr -CAfile root.pem -untrusted chain.pem"), err=True)


# Keeping


@vault.command()
@_JSON
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


@vault.command()
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


@vault.command()
@click.argument("place", metavar="BACKUP", type=FOLDER)
@click.option("--drill", is_flag=True, help="Restore beside the backup, open it, read everything, and take the copy away again.")
@_JSON
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


@vault.command()
@_JSON
@vault_options
def verify(access: Access, *, as_json: bool) -> None:
    """Read everything that this device can open, to the end, and say in words what was checked."""
    from habeas.services.vaults import verify_vault  # noqa: PLC0415

    with access.vault() as opened, show.progress(quiet=as_json) as progress:
        result = verify_vault(opened, progress)
    show_vault.checked(result, as_json=as_json)
    sys.exit(0 if result.good else 1)


@vault.command()
@_JSON
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
