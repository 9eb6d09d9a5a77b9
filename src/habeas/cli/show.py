"""What the commands print: rich tables on a terminal, plain lines where piped."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from habeas.domain.errors import Problem
from habeas.domain.finding import BearsOn, Belief, Changed, Changes, Examination, Finding, Question
from habeas.dossier.across import Chosen
from habeas.dossier.words import finding_label, kind_title
from habeas.examine.independence import Hint
from habeas.locale import tr, tr_n
from habeas.seal.verify import Verdict, group_fingerprint
from habeas.services.demo import DemoMade
from habeas.services.disclosing import DossierMade
from habeas.services.examining import Examined
from habeas.services.folders import Checked
from habeas.services.independence import Voices
from habeas.services.keys import KeyMade

Report = Callable[[str, int, int], None]
_TONE = {"certain": "bold red", "on_presumption": "yellow", "improbable": "cyan", "possible": "dim"}


def _out() -> Console:
    return Console(highlight=False, soft_wrap=not sys.stdout.isatty())


def plain() -> bool:
    """Whether the output is piped."""
    return not sys.stdout.isatty()


def printable(text: str) -> str:
    """A text that cannot play with the terminal: what is not printable stands as an escape."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "backslashreplace").decode() for c in text)


def error(words: str) -> None:
    """One message on standard error."""
    click.echo(tr("habeas: {words}", words=words), err=True)


def problems(found: Sequence[Problem]) -> None:
    """Every problem, one a line, and their number."""
    for problem in found:
        click.echo(str(problem), err=True)
    click.echo(tr_n("{count} problem; nothing was taken.", "{count} problems; nothing was taken.", len(found)), err=True)


@contextmanager
def progress(*, quiet: bool = False) -> Iterator[Report]:
    """A progress bar on standard error, shown only on a terminal."""
    if quiet or not sys.stderr.isatty():
        yield lambda *_: None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, Any] = {}

        def report(what: str, done: int, of: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=of)
            bar.update(tasks[what], completed=done, total=of)

        yield report


def made(folder: Path, names: Sequence[str]) -> None:
    """A new case folder."""
    click.echo(tr("{folder} holds: {names}", folder=folder, names=", ".join(names)))
    click.echo(tr("Next: read {guide}, fill the tables, then run: habeas check {folder}", guide=folder / "GUIDE.txt", folder=folder))


def checked(result: Checked, *, as_json: bool) -> None:
    """The sums of each table, and notes."""
    if as_json:
        click.echo(msgspec.json.encode({"counts": result.read.counts, "notes": result.notes}).decode())
        return
    table = Table(tr("table"), tr("read"), tr("taken"), tr("refused"), tr("duplicates"))
    for count in result.read.counts:
        table.add_row(count.file, *(str(value) for value in (count.read, count.taken, count.refused, count.duplicates)))
        if plain():
            click.echo(tr("{file}: {read} read = {taken} taken + {refused} refused + {duplicates} duplicates",
                          **msgspec.structs.asdict(count)))  # fmt: skip
    if not plain():
        _out().print(table)
    for note in result.notes:
        click.echo("· " + note)
    click.echo(tr("Nothing is wrong with this folder."))


def beside(chosen: Chosen, consenting: int, of: int) -> None:
    """How many of the other cases consent, and what the dossier shows of them, or would once a reviewer confirmed it."""
    click.echo(tr("{count} of {of} other cases consent to stand beside this one before this recipient.", count=consenting, of=of))
    if consenting < of:
        click.echo(
            tr("A consent names the client, and each person whose words are shown: purpose=shared_wording, this recipient word for word, given_on; "
               "with a vault: habeas case add CASE consent person=… purpose=shared_wording recipient=… given_on=…")
        )  # fmt: skip
    for one in chosen.found:
        state = tr("confirmed") if one.id in chosen.reviews else tr("not confirmed for inputs {inputs}", inputs=one.inputs)
        click.echo(f"{one.id}: {state}")
        for line in one.lines:
            click.echo(f"  {line.label}: {line.recorder}, {line.month}, " + tr("{count} words, {own} outside forms", count=line.words, own=line.own))
        for words in one.alignments:
            click.echo("  " + printable(words))


def examination(examined: Examined) -> None:
    """Findings, the cost of belief, the timeline's words and what comes next."""
    result = examined.examination
    click.echo(result.case)
    click.echo("")
    _sentences(result.belief)
    click.echo("")
    _findings([f for f in result.findings if f.bears_on is BearsOn.ACCUSATION], tr("Findings on the accusation"))
    own = [f for f in result.findings if f.bears_on is BearsOn.OWN_ACCOUNT]
    if own:
        click.echo("")
        _findings(own, tr("For counsel alone: what weakens the client's own account"))
    click.echo("")
    _belief(result)
    _questions(result.questions)


def _sentences(belief: Belief) -> None:
    _out().print(Text(belief.sentence, style="bold"))
    if belief.with_presumptions != belief.must_be_wrong:
        _out().print(belief.sentence_with_presumptions, markup=False)


def _findings(findings: Sequence[Finding], title: str) -> None:
    if plain():
        click.echo(title)
        for f in findings:
            click.echo(f"  {f.id}  {f.kind}  {f.certainty}  {' '.join(f.statements)}  inputs={f.inputs}")
            click.echo(f"      {f.explanation}")
            for line in _lines(f, len(f.arithmetic)):
                click.echo(f"      {line}")
        return
    table = Table(tr("id, inputs"), tr("finding"), tr("how firm"), tr("what it says"), title=title, title_justify="left", show_lines=True)
    for f in findings:
        words = "\n".join([f.explanation, *_lines(f, 3)])
        table.add_row(f"{f.id}\n{f.inputs}", kind_title(f.kind), Text(finding_label(f.kind, f.certainty), style=_TONE[f.certainty]), Text(words))
    _out().print(table)


def _lines(finding: Finding, arithmetic: int) -> list[str]:
    presumes = [tr("presumes: {what}", what=one) for one in finding.presumptions]
    readings = [tr("other reading: {what}", what=one) for one in finding.readings]
    return [*finding.arithmetic[:arithmetic], *presumes, *readings]


def _belief(result: Examination) -> None:
    belief = result.belief
    label = {origin.id: origin.label for origin in result.origins}
    click.echo(tr("Sources without a presumption, if every unrecorded pair were one: {count}. Carriers of it all: {carriers}. "
                  "Sources to deny it: {deny}.",
                  count=belief.if_unknown_merged, carriers=belief.carriers, deny=belief.to_deny))  # fmt: skip
    for point in belief.points_with_presumptions:
        click.echo(f"  {label[point.origin]}: {', '.join(point.statements)}")
    for one in belief.excluded:
        click.echo(tr("Not counted ({reason}): {ids}", reason=one.reason, ids=", ".join(one.statements)))
    if belief.admitted:
        click.echo(tr("Recorded by the accusing side itself: {ids}", ids=", ".join(belief.admitted)))


def _hint(hint: Hint, what: str) -> str:
    return {
        Hint.RELAYED_TOGETHER: tr("both passed on by {what}", what=what),
        Hint.ONE_EXHIBIT: tr("both in exhibit {what}", what=what),
        Hint.SPEAKS_THROUGH: tr("one speaks through {what}", what=what),
        Hint.SAME_DAY: tr("both recorded on {what}", what=what),
        Hint.SAME_WITNESSES: tr("both taken by or before {what}", what=what),
    }[hint]


def voices(found: Voices, picture: Path | None, *, as_json: bool) -> None:
    """Pairs that nobody has judged with what to ask, then those that were judged, then the chains."""
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode({"pairs": found.pairs, "passings": found.passings}), indent=2).decode())
        return
    unknown = [pair for pair in found.pairs if pair.relation is None]
    if unknown:
        click.echo(tr("Pairs of sources on which nothing is recorded. Ask of each, and write the answer into voices.csv:"))
        for question in (
            tr("Did one hear it from the other, or both from a third?"),
            tr("Was it the same interpreter, interviewer or lawyer who took down both, or one draft that both signed?"),
            tr("Do they belong to one organisation, outlet or family, or were they prepared together?"),
            tr("Could either have known it without the other?"),
        ):
            click.echo(f"  - {question}")
        for pair in unknown:
            shared = "; ".join(_hint(hint, what) for hint, what in pair.hints)
            click.echo(f"  {pair.voice} × {pair.other}" + (f"  [{shared}]" if shared else ""))
    for pair in found.pairs:
        if pair.relation is not None:
            click.echo(tr("{voice} × {other}: {relation} ({why}; judged by {who})", voice=pair.voice, other=pair.other, relation=pair.relation.value,
                          why=pair.why or "–", who=pair.judged_by or "–"))  # fmt: skip
    if found.passings:
        click.echo(tr("Who passes on whom:"))
        for one in found.passings:
            click.echo(f"  {one.relay} → {one.voice}  ({', '.join(one.statements)})")
    if picture:
        click.echo(tr("{file}: it names sources and shows how word reached you. Keep it as you keep the memorandum.", file=picture))


def changes(found: Changes | None) -> None:
    """What differs from an earlier run and why; nothing where there was none."""
    if found is None:
        return
    click.echo("")
    same = found.must_be_wrong[0] == found.must_be_wrong[1] and found.with_presumptions[0] == found.with_presumptions[1]
    if same and not (found.touched or found.changes or found.stale):
        click.echo(tr("Since the last examination: no statement was added, changed or taken out."))
        return
    click.echo(tr("Since the last examination: statements added, changed or taken out: {ids}", ids=", ".join(found.touched) or "–"))
    how = {Changed.APPEARED: tr("appeared"), Changed.FELL: tr("fell"), Changed.FIRMER: tr("became firmer"), Changed.WEAKER: tr("became weaker")}
    for one in found.changes:
        levels = " → ".join(finding_label(one.kind, level) for level in (one.before, one.after) if level is not None)
        click.echo(tr("  {finding} ({title}, {levels}) {how}, because of {ids}", finding=one.finding, title=kind_title(one.kind), levels=levels,
                      how=how[one.how], ids=", ".join(one.because) or "–"))  # fmt: skip
    if not found.changes:
        click.echo(tr("  No finding appeared, fell, or became firmer or weaker."))
    for (was, now), words in (
        (found.must_be_wrong, tr("  Sources that must be wrong: {before} before, {after} now.")),
        (found.with_presumptions, tr("  With custody presumed: {before} before, {after} now.")),
    ):
        if was != now:
            click.echo(words.format(before=was, after=now))
    for finding in found.stale:
        click.echo(tr("  The review of {finding} was given for other inputs and no longer counts.", finding=finding))


_ASKED = 8
"""Questions shown; ``--json`` and the memorandum have all."""


def _questions(questions: Sequence[Question]) -> None:
    if not questions:
        return
    click.echo("")
    click.echo(tr("For counsel alone: what would settle what is open, the most useful first"))
    for number, one in enumerate(questions[:_ASKED], 1):
        click.echo(f"  {number}. {one.words} [{', '.join(one.findings)}]")
    if len(questions) > _ASKED:
        click.echo(tr("  and {count} more (--json, memorandum)", count=len(questions) - _ASKED))


def dossier(result: DossierMade) -> None:
    """What was written, the warnings for counsel, and the fingerprint."""
    for warning in result.warnings:
        click.echo(tr("Warning for counsel: {words}", words=warning), err=True)
    click.echo(
        tr("{folder}: {pages} pages, {findings} findings, {exhibits} exhibits; {withheld} row(s) withheld{draft}",
           folder=result.folder, pages=result.pages, findings=result.findings, exhibits=result.exhibits, withheld=result.withheld,
           draft=tr("; DRAFT on every page") if result.draft else "")
    )  # fmt: skip
    click.echo(tr("Signed by {fingerprint}", fingerprint=group_fingerprint(result.fingerprint)))
    click.echo(tr("Verified: {state}. Not whether it is true.", state=result.verdict.state.value))
    click.echo(tr("Give the recipient the fingerprint by another way than this folder: by telephone, on paper, in person."))
    if result.draft:
        click.echo(tr("DRAFT: no finding in it is confirmed in reviews.csv (finding id, decision, reviewer, on, reason, inputs). Do not send it."))


def memorandum(out: Path) -> None:
    """Where the memorandum lies."""
    click.echo(tr("{file}: privileged, for counsel alone. It must never be put into a bag or sent with one.", file=out))


def key(result: KeyMade) -> None:
    """The fingerprint, and a warning where the key is open."""
    click.echo(tr("{file}: keep it secret and keep a copy.", file=result.path))
    if not result.protected:
        click.echo(tr("It has no passphrase: whoever finds the file can sign with it."), err=True)
    click.echo(tr("Fingerprint, to be given to recipients by another way than the dossier:"))
    click.echo(group_fingerprint(result.fingerprint))


def verdict(result: Verdict, *, as_json: bool) -> None:
    """The verdict in words, or as JSON."""
    if as_json:
        rows = [{"what": problem.what.value, "where": problem.where} for problem in result.problems]
        click.echo(
            msgspec.json.encode({
                "state": result.state.value, "good": result.good, "signer": result.signer, "expected": result.expected,
                "problems": rows, "files": result.files, "bytes": result.size,
            }).decode("utf-8", "backslashreplace")
        )  # fmt: skip
        return
    click.echo(str(result).encode(sys.stdout.encoding or "utf-8", "backslashreplace").decode(sys.stdout.encoding or "utf-8"))


def demo(result: DemoMade) -> None:
    """The demonstration's tale, and which files to open."""
    frozen = result.dossier.frozen
    click.echo(tr("The case of Julio Castro, from the public record, restated in our own words."))
    click.echo("")
    _sentences(frozen.belief)
    click.echo("")
    kinds = {f.kind for f in result.dossier.full.findings}
    click.echo(tr("{count} findings of {kinds} kinds:", count=len(result.dossier.full.findings), kinds=len(kinds)))
    _findings(result.dossier.full.findings, tr("All findings"))
    click.echo("")
    dossier(result.dossier)
    click.echo("")
    click.echo(tr("Open these files:"))
    for path, words in (
        (result.dossier.folder / "data" / "dossier.pdf", tr("the dossier")),
        (result.timeline, tr("its timeline as a picture")),
        (result.memorandum, tr("counsel's memorandum")),
        (result.dossier.folder / "VERIFY.txt", tr("how a stranger verifies it")),
        (result.case, tr("the case folder it was made from")),
    ):
        click.echo(f"  {path}  ({words})")
    ((_, read),) = result.verified.cases
    click.echo(
        tr("{vault}: the same case, sealed as {case}; {commits} commits and {payloads} payloads read to the end, {problems} problems.",
           vault=result.vault, case=result.cid, commits=read.commits, payloads=read.payloads, problems=len(read.problems))
    )  # fmt: skip
    click.echo(
        tr("Try: habeas examine --case {case} --vault {vault} --passphrase-file {file}", case=result.cid, vault=result.vault, file=result.passphrase)
    )
    click.echo(
        tr("Try: habeas open --vault {vault}   (the application; the passphrase stands in {file})", vault=result.vault, file=result.passphrase)
    )
    click.echo(tr("Try: habeas verify {bag} --key {fingerprint}", bag=result.dossier.folder, fingerprint=result.dossier.fingerprint))
    click.echo(
        tr("Relatives and others concerned who object to this example may write to the maintainers (SECURITY.md): it will be changed or removed.")
    )
