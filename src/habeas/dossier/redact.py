"""What may leave: only rows and exhibits marked ``disclosable``, every speaker under ``shown_as`` or a role, every hidden name masked.

The result is a :class:`Case` again, so the examination can be run anew on exactly what the recipient will see: nothing withheld can
colour a figure or a sentence. What it does not do: look inside exhibits. Whoever marks an exhibit disclosable has read it.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from habeas.domain.case import Case, Exhibit, VoicePair
from habeas.domain.errors import HabeasError
from habeas.domain.identity import fold
from habeas.domain.statement import Side, Statement, without_date
from habeas.dossier.masking import Mask, names_of
from habeas.examine.voices import unnamed, voice_key
from habeas.locale import tr

_BODIES_SHOWN = frozenset({Side.STATE, Side.INTERNATIONAL, Side.COMMISSION})


class NothingToDiscloseError(HabeasError):
    """No statement of the accusation is marked disclosable."""

    def __init__(self) -> None:
        """Say which column decides it."""
        super().__init__(tr("no statement of the accusation is marked disclosable; a dossier would have nothing to answer"))


class Redacted(msgspec.Struct, frozen=True, kw_only=True):
    """The case as it may leave; ``masked``: in how many cells a hidden name was masked; ``withheld``: how many rows stay."""

    case: Case
    masked: int
    withheld: int


def redact(case: Case) -> Redacted:
    """Keep what is disclosable of the main person's statements; raise :class:`NothingToDiscloseError` if no accusation remains."""
    kept = [s for s in case.statements if s.disclosable and s.person.strip() in ("", case.person, case.pseudonym)]
    accusation = tuple(one for one in case.accusation if one in {s.id for s in kept})
    if not accusation:
        raise NothingToDiscloseError
    numbers = {exhibit.number for exhibit in case.exhibits if exhibit.disclosable}
    exhibits = tuple(_exhibit(e, numbers) for e in case.exhibits if e.disclosable)
    labels = _labels(kept)
    relays = _relays(kept, labels)
    shown = [*labels.values(), case.pseudonym, *(s.body for s in kept if _body_shown(s))]
    mask = Mask(names_of(case), shown, {s.body for s in case.statements if s.side is Side.STATE})
    ids = frozenset(s.id for s in kept)
    event = {name: f"E{number}" for number, name in enumerate(dict.fromkeys(s.event for s in kept if s.event), 1)}
    kept = [msgspec.structs.replace(s, event=event.get(s.event, "")) for s in kept]
    statements = tuple(_unanchored(_statement(s, labels, relays, numbers, mask), ids) for s in kept)
    made = Case(
        title=case.pseudonym or tr("the person"),  # the title is for those who work on the case
        pseudonym=case.pseudonym or tr("the person"),
        language=case.language,
        accusation=accusation,
        identifiers=case.identifiers,
        pace=case.pace,
        statements=statements,
        exhibits=tuple(msgspec.structs.replace(e, title=mask(e.title)) for e in exhibits),
        places=case.places,
        voices=_voices(case, labels),
        forms=tuple(msgspec.structs.replace(one, words=mask(one.words), office=mask(one.office), marked_by="", why="") for one in case.forms),
    )
    return Redacted(case=made, masked=mask.count, withheld=len(case.statements) - len(kept))


def _exhibit(exhibit: Exhibit, numbers: Collection[str]) -> Exhibit:
    """What of an exhibit's row may leave: not from whom or by whom it was obtained, nor the number of a withheld one."""
    made_from = exhibit.derived_from if exhibit.derived_from in numbers or not exhibit.derived_from else "withheld"
    return Exhibit(
        number=exhibit.number,
        title=exhibit.title,
        file=exhibit.file,
        form=exhibit.form,
        derived_from=made_from,
        translation_of=exhibit.translation_of if exhibit.translation_of in numbers or not exhibit.translation_of else "withheld",
        language=exhibit.language if re.fullmatch("[a-z]{2,3}", exhibit.language) else "",
        disclosable=True,
    )


def _labels(statements: Sequence[Statement]) -> dict[tuple[str, str], str]:
    """(voice, speaker) → the name under which that speaker appears, everywhere the same.

    The voices stay what they were: two never share a name, one never gets two, an unnamed source stays unnamed and a named one named.
    """
    proposed: dict[tuple[str, str], str] = {}
    for s in sorted(statements, key=lambda one: not one.shown_as.strip()):
        proposed.setdefault((voice_key(s), fold(s.speaker)), _proposal(s))
    taken = {fold(s.body) for s in statements if _body_shown(s)}
    hidden = {voice_key(s): s for s in statements if not _body_shown(s)}
    name_of: dict[str, str] = {}
    for voice in hidden:
        mine = next(label for (one, _), label in proposed.items() if one == voice)
        rivals = [one for one in hidden if next(label for (v, _), label in proposed.items() if v == one) == mine]
        label = mine if len(rivals) == 1 else f"{mine} {_letter(rivals.index(voice))}"
        number = 1
        while fold(label) in taken:
            number += 1
            label = f"{mine} {number}"
        taken.add(fold(label))
        name_of[voice] = label
    return {(voice, speaker): name_of.get(voice, label) for (voice, speaker), label in proposed.items()}


def _body_shown(s: Statement) -> bool:
    return bool(s.body) and s.side in _BODIES_SHOWN


def _proposal(s: Statement) -> str:
    """What counsel wrote under ``shown_as``, or the role; never a word that makes a named source unnamed or the reverse."""
    wanted = s.shown_as.strip()
    if unnamed(s) or not wanted:
        return _role(s)
    return _role(s) if unnamed(msgspec.structs.replace(s, speaker=wanted)) else wanted


def _letter(number: int) -> str:
    return chr(ord("A") + number) if number < 26 else str(number + 1)  # noqa: PLR2004


def _role(s: Statement) -> str:
    if unnamed(s):
        return tr("an unnamed source")
    if s.side is Side.STATE:
        return tr("an office of {body}", body=s.body) if s.body else tr("an office of the state")
    return {
        Side.FAMILY: tr("a member of the family"),
        Side.WITNESS: tr("a witness"),
        Side.PRESS: tr("a press source"),
        Side.INTERNATIONAL: tr("an international body"),
        Side.COMMISSION: tr("a commission of inquiry"),
    }.get(s.side, tr("a source"))


def _relays(statements: Iterable[Statement], labels: Mapping[tuple[str, str], str]) -> dict[str, str]:
    """Relay → how it is shown: a speaker's own label, or a number."""
    by_speaker = {speaker: label for (_, speaker), label in labels.items()}
    found: dict[str, str] = {}
    for s in statements:
        for relay in s.relayed_by:
            key = fold(relay)
            if key not in found:
                found[key] = by_speaker.get(key) or tr("relay {number}", number=len(found) + 1)
    return found


def _statement(s: Statement, labels: Mapping[tuple[str, str], str], relays: Mapping[str, str], numbers: set[str], mask: Mask) -> Statement:
    resting = s.exhibit in numbers
    return msgspec.structs.replace(
        s,
        person="",
        speaker=labels[voice_key(s), fold(s.speaker)],
        body=s.body if _body_shown(s) else "",
        relayed_by=tuple(relays[fold(relay)] for relay in s.relayed_by),
        identifiers=tuple((key, mask(value)) for key, value in s.identifiers),
        place=mask.place(s.place),
        to_place=mask.place(s.to_place),
        circumstances=tuple((key, mask(value)) for key, value in s.circumstances),
        summary=mask(s.summary),
        quote=mask(s.quote),
        quote_translation=mask(s.quote_translation),
        exhibit=s.exhibit if resting else "",
        locator=mask(s.locator) if resting else "",
        shown_as="",
    )


def _unanchored(s: Statement, ids: frozenset[str]) -> Statement:
    """Without a date that is told by a withheld row: its id may not leave."""
    anchored = s.when is not None and s.when.relative is not None and s.when.relative.anchor not in ids
    return without_date(s) if anchored else s


def _voices(case: Case, labels: Mapping[tuple[str, str], str]) -> tuple[VoicePair, ...]:
    """Recorded ties under the shown names; why and by whom they were judged stays with counsel."""
    shown: dict[str, str] = {}
    for (voice, speaker), label in labels.items():
        shown.setdefault(speaker, label)
        shown.setdefault(voice, label)
    bodies = {fold(s.body): s.body for s in case.statements if s.body and s.side in _BODIES_SHOWN}
    shown |= bodies
    return tuple(
        VoicePair(voice=shown[fold(pair.voice)], other=shown[fold(pair.other)], relation=pair.relation)
        for pair in case.voices
        if fold(pair.voice) in shown and fold(pair.other) in shown
    )
