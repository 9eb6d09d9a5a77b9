"""``habeas vault …``: stores and sync, and time stamps: the commands that may talk to a network, and what belongs to them."""

import sys
from pathlib import Path

import click

from habeas.cli import show, show_vault
from habeas.cli.common import FOLDER, JSON, Access, case_options, pairs, text_of, vault_options
from habeas.locale import tr

_ROLES = click.Choice(["admin", "caseworker", "reader"])


@click.group()
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
@JSON
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


@click.command()
@click.argument("case", metavar="CASE")
@click.option("--store", "name", required=True, help="A known store, a folder, or a seal-only kit.")
@JSON
@case_options
def sync(access: Access, case: str, name: str, *, as_json: bool) -> None:
    """Fetch and send one case. Interrupted, it goes on where it was."""
    from habeas.services.syncing import sync_case  # noqa: PLC0415

    with access.case(case) as (opened, comp), show.progress(quiet=as_json) as progress:
        result = sync_case(opened, comp, name, progress)
    show_vault.synced(result, as_json=as_json)
    if result.alarms:
        sys.exit(1)


@click.command()
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


@click.group()
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
        count = len(opened.settings.authorities)
    click.echo(tr("{name} is known.", name=name) + (" " + tr("A second one is wanted, which does not depend on the first.") if count == 1 else ""))


@click.group()
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
@JSON
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
