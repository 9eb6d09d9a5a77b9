"""An interview from the first word to the sealed text: what the person has to hear first, pauses, reading back, the papers to sign.

After the Istanbul Protocol (2022, §§ 125-160) and the Berkeley Protocol (2020, §§ 61-66): informed consent before anything is written, breaks at any
time, an account in the person's own words, read back and corrected. What it does not do: ask the questions; decide whether somebody is fit to talk.
"""

from datetime import date

import msgspec

from habeas.domain.case import Exhibit
from habeas.domain.errors import BadInput
from habeas.domain.work import Interview
from habeas.locale import in_language, tr, tr_mark
from habeas.services.casebook import read_book, revise
from habeas.services.changing import add_record
from habeas.services.exhibits import seal_streams
from habeas.vault.compartment import Compartment
from habeas.vault.events import Kind, Why


class Papers(msgspec.Struct, frozen=True, kw_only=True):
    """The words of one language: what is said before, what is asked, and what stands on the papers."""

    script: tuple[str, ...]
    consent_title: str
    uses: tuple[str, ...]
    shown: tuple[str, ...]
    statement_title: str
    confirms: str
    signed: str
    interpreter: str
    writer: str


def papers(code: str) -> Papers:
    """The papers in a language (ISO 639-1); English where a sentence has no translation."""

    def say(message: str) -> str:
        return in_language(code, message)

    return Papers(
        script=tuple(map(say, SCRIPT)), consent_title=say(tr_mark("Consent")), uses=tuple(map(say, USES)), shown=tuple(map(say, SHOWN)),
        statement_title=say(tr_mark("Statement")),
        confirms=say(tr_mark("This was read back to me in a language that I understand. It is what I said.")),
        signed=say(tr_mark("Signature or mark, place and day")), interpreter=say(tr_mark("Interpreter")),
        writer=say(tr_mark("Name and organisation of whoever writes this down")),
    )  # fmt: skip


SCRIPT = (
    tr_mark("My name is on this paper, and I work for the organisation that is named there. I am not of the police and not of any state."),
    tr_mark(
        "I would like to write down what you know. It is used to show that an accusation is not true. "
        "Nobody is paid for it, and you lose nothing if you say no."
    ),
    tr_mark("You may leave out whatever you want, take a break, or stop at any time. Then what was written is destroyed, if you wish."),
    tr_mark("You decide who may see it: a lawyer, a court, an international body, nobody. You decide whether your name is shown."),
    tr_mark("You may withdraw your consent later. What was already handed over cannot be called back."),
    tr_mark("It is kept encrypted. Still, a paper or a device can be taken: tell me now what could put you or others in danger."),
    tr_mark("Do you have questions? Do you agree that we begin?"),
)
USES = (
    tr_mark("It may be shown to a lawyer."), tr_mark("It may be handed to a court or an asylum authority."),
    tr_mark("It may be handed to INTERPOL's commission or a UN body."),
    tr_mark("It may stand beside other cases, without my name."),
)  # fmt: skip
SHOWN = (tr_mark("with my name"), tr_mark("under another name"), tr_mark("without any name"))


def begin(comp: Compartment, person: str, language: str, interpreter: str, day: date, *, heard: bool) -> str:
    """A new interview; how it is called. Raises BadInput before the person has heard what it is for."""
    if not person:
        raise BadInput.one("interview", tr("who is talking? A pseudonym is enough"), column="person")
    if not heard:
        raise BadInput.one("interview", tr("first say or read out what this is for, and ask whether the person agrees"), column="consent_read")
    record = Interview(person=person, language=language, interpreter=interpreter, began_on=day.isoformat(), consent_read=True)
    return add_record(comp, Kind.INTERVIEW, record)


def pause(comp: Compartment, key: str, text: str) -> None:
    """Keep what was written so far, as a revision; the ones before stay. Raises BadInput for one that is sealed."""
    entry = read_book(comp).find(Kind.INTERVIEW, key)
    if entry.record.exhibit:
        raise BadInput.one(key[:6], tr("this interview is sealed; correct a statement, or begin another interview"))
    if text == entry.record.text:
        return
    draft = comp.draft()
    revise(draft, entry, msgspec.structs.replace(entry.record, text=text, pauses=entry.record.pauses + 1), Why.CORRECTED)
    comp.commit(draft)


def sealed_text(comp: Compartment, key: str) -> str:
    """The text of an interview as it is now: from its exhibit, once it is sealed."""
    book = read_book(comp)
    record: Interview = book.find(Kind.INTERVIEW, key).record
    if not record.exhibit:
        return record.text
    content = book.find(Kind.EXHIBIT, record.exhibit).content
    return comp.read_content(content).decode().partition("\n\n")[2] if content else ""


def finish(comp: Compartment, key: str, text: str, *, read_back: bool, details: Exhibit) -> str:
    """Seal the text as an exhibit; its number. Raises BadInput for an empty text, or one that was not read back."""
    if not text.strip():
        raise BadInput.one("interview", tr("nothing was written yet"), column="text")
    if not read_back:
        raise BadInput.one("interview", tr("read it back to the person first, and correct it"), column="read_back")
    pause(comp, key, text)
    entry = read_book(comp).find(Kind.INTERVIEW, key)
    record: Interview = entry.record
    details = msgspec.structs.replace(
        details,
        title=tr("Interview, {day}", day=record.began_on),
        language=record.language,
        method=tr("interview, read back"),
        obtained_from=record.person,
    )
    head = tr("Interview, {day}", day=record.began_on) + f"\n{record.person}\n\n"  # no two people have one exhibit
    made = seal_streams(comp, [(f"interview-{record.began_on}.txt", [(head + text).encode()])], details)[0]
    if made.outcome != "sealed":
        raise BadInput.one("interview", tr("the same text is sealed already as exhibit {number}; nothing was changed", number=made.number))
    draft = comp.draft()
    revise(draft, entry, msgspec.structs.replace(record, text="", read_back=True, exhibit=made.number), Why.DECIDED)
    comp.commit(draft)
    return made.number
