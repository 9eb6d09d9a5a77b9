"""What the vault's commands print: tables on a terminal, plain lines where piped, or JSON."""

from collections.abc import Sequence
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from habeas.cli.show import plain, printable
from habeas.locale import tr, tr_n


def json_lines(value: Any) -> None:  # whatever msgspec encodes
    """JSON, indented."""
    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def table(head: Sequence[str], rows: Sequence[Sequence[object]], *, empty: str = "") -> None:
    """A table, or tab-separated lines where piped."""
    if not rows:
        click.echo(empty or tr("nothing"))
        return
    if plain():
        click.echo("\t".join(head))
        for row in rows:
            click.echo("\t".join(printable(str(cell)) for cell in row))
        return
    made = Table(*head)
    for row in rows:
        made.add_row(*(Text(printable(str(cell))) for cell in row))
    Console(highlight=False).print(made)


def alarms(found: Sequence[Any]) -> None:
    """What does not hold, on standard error, before anything else is said."""
    for one in found:
        click.echo(tr("ALARM: {words}", words=str(one)), err=True)
    if found:
        click.echo(tr("Do not go on before somebody looked at it: habeas vault verify; docs/security/alarms.md says what each means."), err=True)


def outcomes(found: Sequence[Any], *, as_json: bool) -> None:
    """An outcome for each file, the sum, and the plaintext that is still on the disk."""
    if as_json:
        json_lines([{"file": printable(str(one.file)), "outcome": one.outcome, "number": one.number, "why": one.why} for one in found])
        return
    for one in found:
        more = one.number and tr("exhibit {number}", number=one.number)
        click.echo(f"{one.outcome}\t{more}\t{printable(str(one.file))}" + (f"\t{one.why}" if one.why else ""))
    sums = {word: sum(1 for one in found if one.outcome == word) for word in ("sealed", "duplicate", "refused")}
    click.echo(
        tr("{count} files = {sealed} sealed + {duplicate} duplicates + {refused} refused", count=len(found), **sums)
    )  # fmt: skip
    left = [one.file for one in found if one.outcome != "refused"]
    plaintext(left)


def plaintext(left: Sequence[Any]) -> None:
    """Originals that are still on the disk in plaintext."""
    if not left:
        return
    click.echo(
        tr_n(
            "{count} file is still on the disk in plaintext, where it was:",
            "{count} files are still on the disk in plaintext, where they were:",
            len(left),
        )
    )
    for path in left[:20]:
        click.echo("  " + printable(str(path)))
    if len(left) > 20:  # noqa: PLR2004
        click.echo(tr("  and {count} more", count=len(left) - 20))
    click.echo(tr("Deleting a file does not erase it from most disks; keep originals on an encrypted disk, or destroy the medium."))


def steps(found: Sequence[Any], *, as_json: bool) -> None:
    """A custody or history."""
    if as_json:
        json_lines(found)
        return
    head = (tr("when (a claim)"), tr("who"), tr("device"), tr("commit"), tr("what"), tr("why"), tr("in words"))
    table(head, [(one.t, one.who, one.device, one.n, one.what, one.why, one.words) for one in found])


def checked(result: Any, *, as_json: bool) -> None:
    """What a verification read, in words, and what does not hold."""
    if as_json:
        json_lines(result)
        return
    for cid, one in result.cases:
        click.echo(cid)
        for line in one.words():
            click.echo("  " + line)
        if one.left_over:
            click.echo(tr("  {count} payloads that no commit speaks of (left by an interruption; harmless)", count=one.left_over))
        for problem in one.problems:
            click.echo(tr("  PROBLEM: {words}", words=problem), err=True)
    for cid, why in result.unopened:
        click.echo(tr("{case} could not be opened: {why}", case=cid, why=why), err=True)
    for path in result.bad_files:
        click.echo(tr("missing or changed in the backup: {path}", path=path), err=True)
    click.echo(tr("Everything that was read holds.") if result.good else tr("Something does not hold; see above."))


def synced(result: Any, *, as_json: bool) -> None:
    """What a sync did."""
    if as_json:
        json_lines(result)
        return
    click.echo(
        tr("{fetched} files fetched, {pushed} sent, {deleted} taken away", fetched=result.fetched, pushed=result.pushed, deleted=result.deleted)
    )
    if result.unconfirmed:
        click.echo(tr("Not confirmed the newest keys or erasure yet: {who}", who=", ".join(result.unconfirmed)))
    if result.waiting:
        click.echo(tr("Items that open here once their writer has synced again: {who}", who=", ".join(result.waiting)))
    alarms(result.alarms)
