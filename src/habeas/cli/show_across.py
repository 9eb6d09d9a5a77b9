"""What ``habeas across`` prints: charts and alignments of shared wording, and patterns as tables with bars."""

from collections.abc import Mapping, Sequence

import click

from habeas.cli.show import printable
from habeas.cli.show_vault import table
from habeas.domain.across import Across, Alignment, FormUse, Patterns, SharedGroup, Statement
from habeas.domain.case import Case
from habeas.domain.statement import Statement as Row
from habeas.dossier.pattern_pictures import key_words, p_words, prompt_words
from habeas.examine.passages import with_slots
from habeas.examine.patterns import BEYOND_CHANCE
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
    nearest = {one: max((a for a in group.alignments if one in (a.first, a.second)), key=lambda a: a.words) for one in group.statements}
    head = (tr("case"), tr("statement"), tr("taken down by"), tr("recorded"), tr("words shared"), tr("outside forms"))
    table(head, [(*one, *_row(told[one]), nearest[one].words, nearest[one].own) for one in group.statements])
    for one in group.alignments[:_ALIGNED]:
        click.echo("  " + printable(_aligned(one, told)))
    if len(group.alignments) > _ALIGNED:
        click.echo("  " + tr("and {count} more; --json has all", count=len(group.alignments) - _ALIGNED))
    click.echo("  " + tr("It may be: a standard form or a recorder's habit; one repeating the other; one drafter. It is no proof of any."))


def _row(statement: Row) -> tuple[str, str]:
    by = " / ".join(part for part in (statement.circumstance("officer"), statement.circumstance("office")) if part)
    return by or tr("not recorded"), when_words(statement.stated_on) if statement.stated_on else tr("not dated")


def _aligned(one: Alignment, told: Told) -> str:
    return f"{'/'.join(one.first)} · {'/'.join(one.second)}: {with_slots(told[one.first].quote, told[one.second].quote, one.spans)}"


def _forms(uses: Sequence[FormUse], told: Told) -> None:
    for number, use in enumerate(uses, 1):
        click.echo("")
        if use.form:
            click.echo(tr("Marked form {number} ({form}), a standard form by a person's word: {count} statements", number=number,
                          form="/".join(use.form), count=len(use.statements)))  # fmt: skip
        else:
            words = printable(told[use.statements[0]].quote[slice(*use.span)])
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
        (tr("first recorded"), tr("cases"), "", tr("within as many days before it"), tr("corrected")),
        [
            (tr("within {count} days after {event}", count=one.within, event=prompt_words(one.prompt)), f"{len(one.cases)}/{one.of}",
             _bar(len(one.cases), one.of), f"{one.before}/{one.of}", p_words(one.corrected))
            for one in found.follows
            if one.corrected <= BEYOND_CHANCE
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
    _titled(
        tr("Waves"),
        (tr("within"), tr("most"), tr("from"), tr("to"), tr("expected by chance"), tr("corrected")),
        [
            (tr_n("{count} day", "{count} days", one.within), f"{one.most}/{one.of}", one.begins, one.ends, one.expected, p_words(one.corrected))
            for one in found.waves
            if one.corrected <= BEYOND_CHANCE
        ],
    )  # fmt: skip
    corrected = [one.corrected for one in found.follows] + [one.corrected for one in found.together] + [one.corrected for one in found.waves]
    silent = sum(p > BEYOND_CHANCE for p in corrected)
    if silent:
        click.echo("")
        click.echo(tr_n("{count} more comparison shows no more than chance explains (--json has it).",
                        "{count} more comparisons show no more than chance explains (--json has them).", silent))  # fmt: skip


def _titled(title: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    if rows:
        click.echo("")
        click.echo(title)
        table(head, rows)


def _bar(count: int, of: int) -> str:
    full = round(_BAR * count / of) if of else 0
    return "█" * full + "·" * (_BAR - full)
