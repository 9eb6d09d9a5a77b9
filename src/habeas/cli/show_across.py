"""What ``habeas across`` prints: charts and alignments of shared wording, and patterns as tables with bars."""

from collections.abc import Mapping, Sequence

import click

from habeas.cli.show_vault import table
from habeas.domain.across import Across, Alignment, FormUse, Patterns, SharedGroup, Statement
from habeas.domain.case import Case
from habeas.domain.statement import Statement as Row
from habeas.dossier.pattern_pictures import BEYOND_CHANCE, key_words, p_words, prompt_words
from habeas.examine.passages import with_slots
from habeas.examine.wording import when_words
from habeas.locale import tr, tr_n

_BAR = 20
_ALIGNED = 6
"""Alignments of one group that are printed; JSON has all."""
Told = Mapping[Statement, Row]


def across(found: Across, cases: Mapping[str, Case]) -> None:
    """Everything that a run found, with the words as the cases hold them now."""
    told: dict[Statement, Row] = {(name, s.id): s for name, case in cases.items() for s in case.statements}
    click.echo(tr_n("Wording shared across cases: {count} group", "Wording shared across cases: {count} groups", len(found.groups)))
    for number, group in enumerate(found.groups, 1):
        _group(number, group, told)
    _forms(found.forms, told)
    click.echo("")
    _patterns(found.patterns)


def _group(number: int, group: SharedGroup, told: Told) -> None:
    click.echo("")
    click.echo(tr("wording {number}", number=number))
    most = {one: max((a.words for a in group.alignments if one in (a.first, a.second)), default=0) for one in group.statements}
    head = (tr("case"), tr("statement"), tr("taken down by"), tr("place"), tr("recorded"), tr("words shared"))
    table(head, [(*one, *_row(told.get(one)), most[one]) for one in group.statements])
    for one in group.alignments[:_ALIGNED]:
        click.echo("  " + _aligned(one, told))
    if len(group.alignments) > _ALIGNED:
        click.echo("  " + tr("and {count} more; --json has all", count=len(group.alignments) - _ALIGNED))
    click.echo("  " + tr("It may be: a standard form or a recorder's habit; one repeating the other; one drafter. It is no proof of any."))


def _row(statement: Row | None) -> tuple[str, str, str]:
    if statement is None:
        return tr("withdrawn or shredded"), "", ""
    by = " / ".join(part for part in (statement.circumstance("officer"), statement.circumstance("office")) if part)
    return by or tr("not recorded"), statement.place.split(",")[0], when_words(statement.stated_on) if statement.stated_on else tr("not dated")


def _aligned(one: Alignment, told: Told) -> str:
    first, second = told.get(one.first), told.get(one.second)
    if first is None or second is None or any(max(a[1], 0) > len(first.quote) or b[1] > len(second.quote) for a, b in one.spans):
        return tr("{one} and {other}: the words changed since; run again", one="/".join(one.first), other="/".join(one.second))
    return f"{'/'.join(one.first)} · {'/'.join(one.second)}: {with_slots(first.quote, second.quote, one.spans)}"


def _forms(uses: Sequence[FormUse], told: Told) -> None:
    for number, use in enumerate(uses, 1):
        click.echo("")
        holder = told.get(use.statements[0])
        if use.form:
            click.echo(tr("Marked form {number} ({form}), a standard form by a person's word: {count} statements", number=number,
                          form="/".join(use.form), count=len(use.statements)))  # fmt: skip
        else:
            words = holder.quote[slice(*use.span)] if holder else tr("withdrawn or shredded")
            click.echo(tr("Widely used {number} ({count} statements), not judged: a standard form, or a template on a mass scale? {words}",
                          number=number, count=len(use.statements), words=words))  # fmt: skip
            click.echo("  " + tr("To mark it: a row in forms.csv, or habeas case add CASE form id=F1 words=… office=… marked_by=…"))
        table((tr("office"), tr("statements")), use.offices)


def _patterns(found: Patterns) -> None:
    click.echo(tr("Patterns: {cases} cases, {dated} dated to a week; {looks} tests, each p corrected for all of them (Holm)",
                  cases=found.cases, dated=found.dated, looks=found.looks))  # fmt: skip
    for note in found.notes:
        click.echo("· " + note)
    _titled(
        tr("What accusations follow"),
        (tr("first recorded"), tr("cases"), "", tr("by chance"), tr("corrected")),
        [
            (tr("within {count} days of {event}", count=one.within, event=prompt_words(one.prompt)), f"{len(one.cases)}/{one.of}",
             _bar(len(one.cases), one.of), one.expected, p_words(one.corrected))
            for one in found.follows
        ],
    )  # fmt: skip
    _titled(
        tr("What recurs"),
        (tr("what"), tr("value"), tr("cases"), "", tr("first"), tr("last")),
        [
            (key_words(one.key), one.value, f"{len(one.cases)}/{one.of}", _bar(len(one.cases), one.of), one.first, one.last)
            for one in found.recurs
        ],
    )  # fmt: skip
    beyond = [one for one in found.together if one.corrected <= BEYOND_CHANCE]
    _titled(
        tr("What goes together"),
        (tr("the one"), tr("the other"), tr("with"), tr("without"), tr("corrected")),
        [
            (one.one[1], one.other[1], f"{one.both}/{one.both + one.one_only}", f"{one.other_only}/{one.other_only + one.neither}",
             p_words(one.corrected))
            for one in beyond
        ],
    )  # fmt: skip
    if len(found.together) > len(beyond):
        click.echo(tr("{count} more pairs go together no more than chance explains (--json has them)", count=len(found.together) - len(beyond)))
    _titled(
        tr("Waves"),
        (tr("within"), tr("most"), tr("from"), tr("to"), tr("by chance"), tr("corrected")),
        [
            (tr_n("{count} day", "{count} days", one.within), f"{one.most}/{one.of}", one.begins, one.ends, one.expected, p_words(one.corrected))
            for one in found.waves
        ],
    )  # fmt: skip


def _titled(title: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    if rows:
        click.echo("")
        click.echo(title)
        table(head, rows)


def _bar(count: int, of: int) -> str:
    full = round(_BAR * count / of) if of else 0
    return "█" * full + "·" * (_BAR - full)
