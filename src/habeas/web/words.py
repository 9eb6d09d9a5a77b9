"""Closed words of the vault as the screens say them: what was done, to what kind of record, by whom."""

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
