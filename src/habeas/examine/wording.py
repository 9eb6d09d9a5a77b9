"""How findings speak: dates, spans and the sentence that the whole product exists to print.

What it does not do: name anyone who is not named in the statements it was given; a dossier is worded from redacted statements.
"""

import re
from collections.abc import Collection, Sequence
from datetime import date

from habeas.domain.statement import Act, Statement
from habeas.domain.when import DAY, When, moment
from habeas.examine.record import Record
from habeas.examine.semantics import FOREVER
from habeas.locale import long_date, long_month, tr, tr_mark, tr_n

_WORDS = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?(?:T(\d{2}:\d{2}))?([~?%])?", re.ASCII)


def when_words(when: When) -> str:
    """A date in words, for example "22 September 1977"; what is more than a plain date or interval stays as it was written."""
    if when.relative is not None:
        return relative_words(when)
    parts = [_one(part) for part in when.text.split("/")]
    if None in parts:
        return when.text
    if len(parts) == 1:
        return str(parts[0])
    if not parts[0] or not parts[1]:
        return tr("until {date}", date=parts[1]) if parts[1] else tr("from {date}", date=parts[0])
    return tr("{first} to {last}", first=parts[0], last=parts[1])


def _one(part: str) -> str | None:
    """One date in words; empty for an open end; None for what has no plain words."""
    if part in ("", ".."):
        return ""
    found = _WORDS.fullmatch(part)
    if not found:
        return None
    year, month, day, hour, doubt = found.groups()
    first = date(int(year), int(month or 1), int(day or 1))
    words = long_date(first) if day else long_month(first) if month else year
    if hour:
        words = tr("{date}, {time}", date=words, time=hour)
    return tr("about {date}", date=words) if doubt else words


_PARTS = re.compile(r"(\d+)([YMWDH])|(T)", re.ASCII)


def relative_words(when: When) -> str:
    """A relative date in words: "14 days after S006", and the days that it comes to where they are known."""
    relative = when.relative
    if relative is None:
        return when.text
    anchor = relative.anchor
    shift = when.text.partition(anchor)[2]
    durations, before = re.findall(r"P[0-9YMWDTH]+", shift, re.ASCII), shift.startswith("-")
    if relative.order:
        words = tr("after {id}", id=anchor) if relative.order == ">" else tr("before {id}", id=anchor)
    elif not durations:
        words = tr("on the day of {id}", id=anchor)
    elif len(durations) == 1:
        said = {"time": _duration_words(durations[0]), "id": anchor}
        words = tr("{time} before {id}", **said) if before else tr("{time} after {id}", **said)
    else:
        said = {"least": _duration_words(durations[0]), "most": _duration_words(durations[1]), "id": anchor}
        words = tr("between {least} and {most} before {id}", **said) if before else tr("between {least} and {most} after {id}", **said)
    if not when.bounded:
        return words
    return tr("{words} ({days})", words=words, days=span((-FOREVER if when.lo is None else when.lo, FOREVER if when.hi is None else when.hi)))


def _duration_words(duration: str) -> str:
    """``P1Y2W`` as "1 year, 2 weeks"."""
    found, clock = [], False
    for count, unit, mark in _PARTS.findall(duration):
        if mark:
            clock = True
            continue
        number = int(count)
        found.append({
            "Y": tr_n("{count} year", "{count} years", number),
            "M": tr_n("{count} minute", "{count} minutes", number) if clock else tr_n("{count} month", "{count} months", number),
            "W": tr_n("{count} week", "{count} weeks", number),
            "D": tr_n("{count} day", "{count} days", number),
            "H": tr_n("{count} hour", "{count} hours", number),
        }[unit])  # fmt: skip
    return ", ".join(found)


def chain_words(record: Record, index: int) -> list[str]:
    """What dates a statement, one line a step, from the date that stands by itself."""
    lines: list[str] = []
    while index in record.relations:
        relation, statement = record.relations[index], record.statements[index]
        words = relative_words(statement.when) if statement.when else ""
        anchor, then = record.statements[relation.anchor].id, span(record.window(relation.anchor))
        lines.append(tr("{id} is dated {date}; {anchor}: {then}.", id=statement.id, date=words, anchor=anchor, then=then))
        if relation.slack:
            lines[-1] += " " + tr("A day is allowed each way, since the clocks of the two places may differ.")
        index = relation.anchor
    return lines[::-1]


def date_words(statement: Statement) -> str:
    """The date of a statement in words, or when it was said."""
    if statement.when is not None:
        words = when_words(statement.when)
        if statement.when.relative is not None:
            return _days_alone(statement.when)
        return tr("on {date}", date=words) if _WORDS.fullmatch(statement.when.text) and statement.when.text.count("-") > 1 else f"({words})"
    if statement.stated_on is not None:
        return tr("(undated, said {date})", date=when_words(statement.stated_on))
    return tr("(undated)")


def _days_alone(when: When) -> str:
    """The days that a relative date comes to, without the id of what it counts from: no id stands in a sentence for a court."""
    if not when.bounded:
        return tr("(on a day told by another act)")
    low, high = -FOREVER if when.lo is None else when.lo, FOREVER if when.hi is None else when.hi
    days = span((low, high))
    return tr("on {date}", date=days) if low // DAY == high // DAY else f"({days})"


def days_between(early: tuple[int, int], late: tuple[int, int]) -> str:
    """How many days lie between two windows: one number, or at least and at most."""
    if early[1] >= FOREVER or late[0] <= -FOREVER:
        return ""
    least = late[0] // DAY - early[1] // DAY
    if early[0] <= -FOREVER or late[1] >= FOREVER:
        return tr_n("at least {count} day", "at least {count} days", least)
    most = late[1] // DAY - early[0] // DAY
    if least == most:
        return tr_n("{count} day", "{count} days", least)
    return tr("{least} to {most} days", least=least, most=most)


def span(window: tuple[int, int]) -> str:
    """A window in days, in words, for arithmetic."""
    if window[0] == window[1]:
        return tr("{date}, {time}", date=long_date(date.fromisoformat(moment(window[0]))), time=f"{window[0] % DAY // 60:02}:{window[0] % 60:02}")
    low = "…" if window[0] <= -FOREVER else long_date(date.fromisoformat(moment(window[0])))
    high = "…" if window[1] >= FOREVER else long_date(date.fromisoformat(moment(window[1])))
    return low if low == high else tr("{first} to {last}", first=low, last=high)


def clock(minute: int) -> str:
    """A moment in words: "2 May 1977, 10:39"."""
    return span((minute, minute))


def exact_span(window: tuple[int, int]) -> str:
    """A window in words, to the minute where it does not run from the beginning of a day to the end of one."""
    low, high = window
    whole = (low <= -FOREVER or low % DAY == 0) and (high >= FOREVER or high % DAY == DAY - 1)
    if whole or low == high:
        return span(window)
    first, last = "…" if low <= -FOREVER else clock(low), "…" if high >= FOREVER else clock(high)
    return tr("{first} to {last}", first=first, last=last)


def claim_words(record: Record, index: int) -> str:
    """What one statement of the accusation claims, as a clause after "that"."""
    statement = record.statements[index]
    who = record.case.pseudonym or tr("the person")
    place = statement.place.split(",")[0].strip()
    target = statement.to_place.split(",")[0].strip()
    said = {"who": who, "when": date_words(statement), "place": place or tr("a place not named"), "target": target}
    forms = {
        Act.DEPARTED: tr("{who} left {place} for {target} {when}", **said) if target else tr("{who} left {place} {when}", **said),
        Act.ESCAPED: tr("{who} escaped from custody {when}", **said),
        Act.PRESENT: tr("{who} was at liberty in {place} {when}", **said),
        Act.WANTED: tr("{who} was at large and wanted {when}", **said),
        Act.CHARGED: tr("{who} was charged as a fugitive {when}", **said),
        Act.CUSTODY_DENIED: tr("{who} was not in custody {when}", **said),
        Act.RELEASED: tr("{who} was released {when}", **said),
        Act.DIED: tr("{who} died {when}", **said),
    }
    return forms.get(statement.act, tr("what {id} says of {who} is so ({when})", id=statement.id, **said))


_MAIN = (Act.DEPARTED, Act.ESCAPED, Act.PRESENT, Act.WANTED, Act.CHARGED, Act.RELEASED, Act.CUSTODY_DENIED)


def by_gravity(record: Record, version: Collection[int]) -> list[int]:
    """The claims of a version: testable ones first, the gravest act, the narrowest date, the first in the file."""

    def rank(index: int) -> tuple[bool, int, int, int]:
        act = record.statements[index].act
        low, high = record.window(index)
        return (not record.testable(index), _MAIN.index(act) if act in _MAIN else len(_MAIN), max(high - low, DAY), index)

    return sorted(version, key=rank)


def belief_sentence(  # the parts of one sentence
    record: Record,
    version: Collection[int],
    count: int,
    labels: Sequence[str],
    *,
    claims: Sequence[int] = (),
    presumed: bool = False,
) -> str:
    """The sentence: N ≥ 2, and the honest ones for N = 1, N = 0 and an accusation that names nothing testable."""
    if not version:
        if not record.case.accusation:
            return tr("No statement is listed as the accusation; there is nothing to test yet.")
        return tr("The accusation names nothing that can be tested against what is known.")
    said = list(dict.fromkeys(claim_words(record, index) for index in claims or by_gravity(record, version)[:1]))
    claim = said[0] if len(said) == 1 else tr("{claims} and that {last}", claims=tr(", that ").join(said[:-1]), last=said[-1])
    lasting = tr(", if custody is presumed to have lasted while no end of it is on record") if presumed else ""
    names = "; ".join(labels)
    if count == 0:
        return tr(
            "Nothing that counts in this file excludes, as it is dated and placed, that {claim}{lasting}. "
            "That is no support for it: it says only that no source need be wrong for it to be true.",
            claim=claim, lasting=lasting,
        )  # fmt: skip
    if count == 1:
        return tr(
            "To accept that {claim}, one must hold that one source is wrong{lasting}: {names}. No second counted source excludes it.",
            claim=claim, lasting=lasting, names=names,
        )  # fmt: skip
    return tr(
        "To accept that {claim}, one must hold that at least {count} sources, none recorded as resting on another, "
        "are all wrong{lasting}: {names}.",
        claim=claim, count=count, lasting=lasting, names=names,
    )  # fmt: skip


_ACTS = {
    Act.DETAINED: tr_mark("arrested"),
    Act.HELD_AT: tr_mark("held"),
    Act.SEEN_IN_CUSTODY: tr_mark("seen in custody"),
    Act.TRANSFERRED: tr_mark("transferred"),
    Act.RELEASED: tr_mark("released"),
    Act.ESCAPED: tr_mark("escaped"),
    Act.DEPARTED: tr_mark("left the country"),
    Act.PRESENT: tr_mark("present"),
    Act.WANTED: tr_mark("wanted"),
    Act.CHARGED: tr_mark("charged"),
    Act.DIED: tr_mark("died"),
    Act.BURIED: tr_mark("buried"),
    Act.CUSTODY_DENIED: tr_mark("custody denied"),
    Act.APPEAL_SENT: tr_mark("complaint made"),
    Act.REPLY: tr_mark("reply"),
    Act.SEARCHED_PREMISES: tr_mark("home searched"),
    Act.STATEMENT_TAKEN: tr_mark("statement taken"),
    Act.THREATENED: tr_mark("threatened"),
    Act.OTHER: tr_mark("recorded"),
}


def act_words(act: Act) -> str:
    """An act, in words."""
    return tr(_ACTS[act])


def identifier_words(key: str) -> str:
    """The name of an identifier, in words."""
    return {
        "id_number": tr("identity number"),
        "passport_number": tr("passport number"),
        "birth_date": tr("date of birth"),
        "name_as_written": tr("name as written"),
        "seat": tr("seat"),
        "ticket": tr("ticket"),
        "flight": tr("flight"),
        "vehicle": tr("vehicle"),
        "article": tr("article"),
    }.get(key, key.replace("_", " "))
