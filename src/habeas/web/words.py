"""Words of the screens: closed words of the vault (what was done, to what kind of record, by whom), fields of forms, and what is wrong with them."""

from collections.abc import Mapping

from habeas.domain.errors import Problem
from habeas.locale import tr


def in_words(word: str) -> str:
    """A closed word of a log, a custody, a roster or a consent in the language of the screens; what is not closed is shown as it stands."""
    return {
        "Sealed": tr("bytes sealed"), "Recorded": tr("recorded"), "Touched": tr("used"), "Withdrawn": tr("withdrawn"), "Shredded": tr("shredded"),
        "Held": tr("hold or review date set"), "Rotated": tr("new keys"), "Admitted": tr("access changed"), "Erased": tr("erasure confirmed"),
        "sealed": tr("bytes sealed"), "recorded": tr("recorded"), "withdrawn": tr("withdrawn"), "shredded": tr("shredded"),
        "withdrawal taken back": tr("withdrawal taken back"),
        "opened": tr("opened"), "cited": tr("cited"), "exported": tr("exported"), "searched": tr("searched"), "reported": tr("reported"),
        "asked": tr("second person asked"), "agreed": tr("second person agreed"), "handed_over": tr("handed over"), "received": tr("received"),
        "stamped": tr("time-stamped"), "reviewed": tr("looked at"),
        "added": tr("added"), "imported": tr("imported"), "corrected": tr("corrected"), "undone": tr("undone"), "decided": tr("decided"),
        "consent_withdrawn": tr("consent withdrawn"), "mistake": tr("a mistake"), "not_needed": tr("not needed"), "duplicate": tr("a duplicate"),
        "ordered": tr("ordered"), "screen": tr("on the screen"), "download": tr("saved to a file"), "examination": tr("for an examination"),
        "memorandum": tr("for the memorandum"), "dossier": tr("for a dossier"), "folder": tr("as a folder"), "across": tr("beside other cases"),
        "patterns": tr("for patterns"), "beside": tr("beside another case"),
        "head": tr("first page"), "statement": tr("statement"), "exhibit": tr("exhibit"), "place": tr("place"), "appeal": tr("appeal"),
        "consent": tr("consent"), "review": tr("review"), "voice": tr("tie of sources"), "form": tr("standard form"), "contact": tr("contact"),
        "relation": tr("relation"), "note": tr("note"), "task": tr("task"), "referral": tr("referral"), "stamp": tr("time stamp"),
        "joint": tr("joint compartment"), "interview": tr("interview"),
        "admin": tr("everything, also grant and shred"), "caseworker": tr("read and write"), "reader": tr("only read"),
        "seal-only": tr("only seal"), "named": tr("with the name"), "pseudonym": tr("under another name"), "none": tr("not at all"),
    }.get(word, word)  # fmt: skip


def all_in_words(words: str) -> str:
    """The reason word of a history: several closed words with commas between them."""
    return ", ".join(in_words(word) for word in words.split(", "))


def _statement_fields() -> Mapping[str, str]:
    return {
        "id": tr("No."),
        "speaker": tr("Who says it"), "side": tr("On whose side"), "act": tr("What happened"), "when": tr("When"), "place": tr("Where"),
        "body": tr("On behalf of which body or state"), "how_known": tr("How they know"), "relayed_by": tr("Passed on by (outermost first, <)"),
        "denied": tr("They say that it did not happen"), "to_place": tr("To where"), "stated_on": tr("When it was said"),
        "event": tr("The same event as others (one word)"), "identifiers": tr("Numbers and names as written"), "circumstances": tr("Circumstances"),
        "person": tr("About another person"), "disclosable": tr("May leave in a dossier"), "shown_as": tr("Shown outside as"),
        "summary": tr("In one sentence"), "quote": tr("The exact words"), "quote_translation": tr("Translation"), "exhibit": tr("Exhibit"),
        "locator": tr("Page or line"),
    }  # fmt: skip


def _exhibit_fields() -> Mapping[str, str]:
    return {
        "title": tr("Title"), "form": tr("Held as"), "obtained_from": tr("Obtained from"), "obtained_by": tr("Obtained by"),
        "obtained_on": tr("Obtained on"), "method": tr("How"), "language": tr("Language (such as ru)"), "derived_from": tr("Made from exhibit"),
        "translation_of": tr("Translation of exhibit"), "translator": tr("Translator"), "consent": tr("Consent"),
        "disclosable": tr("May leave in a dossier"), "distressing": tr("Hard to look at or to read: show a warning first"),
    }  # fmt: skip


def _people_fields() -> Mapping[str, str]:
    return {
        "name": tr("Place, as it is written in the statements"), "latitude": tr("Latitude (degrees, such as 43.32)"),
        "longitude": tr("Longitude (degrees, such as 45.69)"), "radius_km": tr("Within how many kilometres"),
        "within": tr("Lies in (such as Grozny, Russia)"),
        "person": tr("Person (pseudonym if need be)"), "channel": tr("Channel"), "address": tr("Number or address"), "safe_hours": tr("Safe hours"),
        "who_else_reads": tr("Who else reads or hears it"), "code_word": tr("Code word"), "never_contact": tr("Never contact"),
        "other": tr("To whom"), "relation": tr("Relation"),
        "purpose": tr("For what (empty: any; only 'a dossier' covers a dossier)"), "recipient": tr("For which recipient (empty: any)"),
        "shown": tr("Shown as"), "given_on": tr("Given on"), "language": tr("In which language"), "expires_on": tr("Until"),
        "guardian": tr("Guardian"), "refused": tr("Refused"),
    }  # fmt: skip


def statement_field(name: str) -> str:
    """A column of the table of statements as its field is called."""
    return _statement_fields().get(name, name)


def exhibit_field(name: str) -> str:
    """A column of the table of exhibits as its field is called."""
    return _exhibit_fields().get(name, name)


def people_field(name: str) -> str:
    """A field of a contact, relation, consent, place or tie as it is called."""
    return _people_fields().get(name, name)


def problem_words(problem: Problem) -> str:
    """What is wrong, by the name of the field that was filled in; what is wrong in a table, by its row and column as they stand there."""
    fields = {"statements": _statement_fields, "exhibits": _exhibit_fields}.get(problem.file, _people_fields)()
    if problem.row or problem.column not in fields:
        return str(problem)
    return tr("{column}: {why}", column=fields[problem.column], why=problem.message)
