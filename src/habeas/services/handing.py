"""Hand a dossier over from the screens: what would leave, who agreed, who could be harmed; then the sealed bag as one archive, checked first.

Nothing touches the disk here; the archive goes to the browser, which puts it where its user says: a declared export, logged first. The signing key is
made once and lies sealed in the vault. What it does not do: send anything; put counsel's memorandum beside a dossier.
"""

import io
import zipfile
from collections.abc import Collection, Sequence
from datetime import date

import msgspec

from habeas.domain.case import Case, Consent, Exhibit
from habeas.domain.errors import HabeasError
from habeas.domain.identity import flat, fold
from habeas.domain.statement import Side
from habeas.dossier.redact import redact
from habeas.examine.wording import identifier_words
from habeas.locale import LANGUAGES, in_language, tr, tr_mark
from habeas.seal.age import seal_with_passphrase
from habeas.seal.bag import BagFile
from habeas.seal.digest import digest_bytes
from habeas.seal.signature import SigningKey
from habeas.seal.verify import SIGNATURE, TAG_MANIFEST, verify_signature
from habeas.services.cases import log_use
from habeas.services.disclosing import Composed, bag_of
from habeas.vault.compartment import Compartment
from habeas.vault.errors import NotAllowedError
from habeas.vault.events import Kind, Touched, What
from habeas.vault.vault import Vault, check_passphrase

FOLDER = "dossier"
RECIPIENTS = {
    "interpol_ccf": tr_mark("INTERPOL, Commission for the Control of Files"),
    "un_wgeid": tr_mark("UN Working Group on Enforced or Involuntary Disappearances"),
    "un_hrc": tr_mark("UN Human Rights Committee"),
    "ecthr": tr_mark("European Court of Human Rights"),
    "eu_asylum": tr_mark("Asylum authority"),
    "court": tr_mark("Court"),
    "lawyer": tr_mark("Lawyer"),
}
"""Codes as consents name them, and the names that are offered; any other name may be written."""


class NotAsSealedError(HabeasError):
    """The archive that was just made does not hold what was signed; nothing was handed over."""


class Leaves(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a dossier would show.

    Speakers as (known, shown, whether it is a person), bodies, places, identifiers, exhibits as
    (number, title, file's ending).
    """

    speakers: tuple[tuple[str, str, bool], ...]
    bodies: tuple[str, ...]
    places: tuple[str, ...]
    identifiers: tuple[str, ...]
    exhibits: tuple[tuple[str, str, str], ...]
    withheld: int
    masked: int


def what_leaves(case: Case) -> Leaves:
    """What would leave of a case as it is marked now. Raises NothingToDiscloseError."""
    shown = redact(case)
    known = {s.id: s for s in case.statements}
    pairs = dict.fromkeys((known[s.id].speaker, s.speaker, known[s.id].side in _PEOPLE) for s in shown.case.statements)
    return Leaves(
        speakers=tuple(pairs), bodies=tuple(sorted({s.body for s in shown.case.statements if s.body})),
        places=tuple(sorted({text for s in shown.case.statements for text in (s.place, s.to_place) if text})),
        identifiers=tuple(sorted({f"{identifier_words(key)}: {value}" for s in shown.case.statements for key, value in s.identifiers}
                                 | {f"{identifier_words(key)}: {value}" for key, value in shown.case.identifiers})),
        exhibits=tuple((one.number, one.title, one.file.rpartition(".")[2].lower() if "." in one.file else "") for one in shown.case.exhibits),
        withheld=shown.withheld, masked=shown.masked,
    )  # fmt: skip


def untranslated(case: Case) -> list[Exhibit]:
    """Exhibits that leave in another language than English without a translation beside them, as far as languages are recorded."""
    beside = {one.translation_of for one in case.exhibits if one.disclosable}
    return [one for one in case.exhibits if one.disclosable and one.language not in ("", "en") and one.number not in beside]


class Agreed(msgspec.Struct, frozen=True, kw_only=True):
    """A person whose words or papers would leave: what is on record of a consent, and a warning where it does not cover this."""

    person: str
    consent: Consent | None
    warning: str
    stops: bool = False


def consents_for(case: Case, recipient: str, day: date) -> tuple[Agreed, ...]:
    """Whoever would be shown or heard: the client, speakers and relays that are people, whoever an exhibit came from, and everybody with a refusal.

    ``stops``: a refusal, or "not at all", stops the dossier; other warnings are for people to decide.
    """
    shown = redact(case).case
    ids, numbers = {s.id for s in shown.statements}, {one.number for one in shown.exhibits}
    label = {s.id: s.speaker for s in shown.statements}
    client = case.person or case.pseudonym or case.title
    leaving: dict[str, str] = {client: ""}
    for s in case.statements:
        if s.id in ids:
            asked = s.side in _PEOPLE or any(_same(one.person, s.speaker) for one in case.consents)
            for name in (s.speaker, *s.relayed_by, s.person):
                if name.strip() and ((asked and name == s.speaker) or any(_same(one.person, name) for one in case.consents)):
                    leaving[name] = leaving.get(name) or (label[s.id] if name == s.speaker else "")
            if s.shown_as.strip() and any(_same(one.person, s.shown_as) for one in case.consents):
                leaving.setdefault(s.shown_as, s.shown_as)
    for name in (*_of_exhibits(case, numbers), *_refused_in_words(case, ids)):
        leaving.setdefault(name, "")
    return tuple(_agreed(case, person, outside, recipient, day, client=person == client) for person, outside in leaving.items())


def _of_exhibits(case: Case, numbers: Collection[str]) -> list[str]:
    """Names beside the exhibits that would leave, where a consent is on record for them."""
    beside = (name for one in case.exhibits if one.number in numbers for name in (one.obtained_from, one.obtained_by, one.translator, one.consent))
    return [name for name in beside if any(_same(consent.person, name) for consent in case.consents)]


def _refused_in_words(case: Case, ids: Collection[str]) -> list[str]:
    """Whoever refused and is named in the words that would leave."""
    said = flat(" ".join(text for s in case.statements if s.id in ids for text in (s.summary, s.quote, s.quote_translation, s.locator)))
    return [one.person for one in case.consents if one.refused and fold(one.person) and fold(one.person) in said]


_PURPOSES = frozenset({"", "dossier", "a dossier", "dossiers", "досье"})
"""Purposes that cover a dossier; another one is told, and people decide."""


def _recipient(text: str) -> str:
    """One spelling of a recipient: the code of the case folder, where it is one that is known."""
    folded = text.strip().casefold()
    spelt = {code: {code, *(in_language(each, words).casefold() for each in LANGUAGES)} for code, words in RECIPIENTS.items()}
    return next((code for code, spellings in spelt.items() if folded in spellings), folded)


def recipient_words(text: str) -> str:
    """A recipient by name, in the current language, where its code or name is known."""
    words = RECIPIENTS.get(_recipient(text))
    return tr(words) if words else text


def purpose_words(text: str) -> str:
    """The purpose of a consent; one that covers a dossier by that word."""
    return tr("a dossier") if text.strip().casefold() in _PURPOSES - {""} else text


def _same(one: str, other: str) -> bool:
    return bool(one.strip()) and fold(one) == fold(other)


_PEOPLE = frozenset({Side.FAMILY, Side.WITNESS, Side.OTHER, Side.PRESS})


def _agreed(case: Case, person: str, outside: str, recipient: str, day: date, *, client: bool) -> Agreed:  # noqa: PLR0911  # one answer for each way of not agreeing
    names = {fold(person)} | ({fold(case.person), fold(case.pseudonym)} - {""} if client else set())
    mine = [one for one in case.consents if fold(one.person) in names]
    refused = next((one for one in mine if one.refused or one.shown == "none"), None)
    if refused is not None:
        return Agreed(person=person, consent=refused, warning=tr("refused: nothing of this person may leave"), stops=True)
    if not mine:
        return Agreed(person=person, consent=None, warning=tr("no consent is on record"))
    mine = [one for one in mine if one.purpose.strip().casefold() in _PURPOSES] or mine
    fitting = [one for one in mine if not one.recipient.strip() or _recipient(one.recipient) == _recipient(recipient)]
    last = (fitting or mine)[-1]
    if outside and fold(outside) == fold(person) and last.shown == "pseudonym":
        return Agreed(person=person, consent=last, warning=tr("agreed to another name alone, and would be shown by this one"))
    if not fitting:
        return Agreed(person=person, consent=last, warning=tr("the consent is for another recipient"))
    if last.purpose.strip().casefold() not in _PURPOSES:
        return Agreed(person=person, consent=last, warning=tr("the consent is for another purpose: {purpose}", purpose=last.purpose))
    if last.expires_on is not None and last.expires_on.hi is not None and last.expires_on.hi // 1440 + 1 < day.toordinal():
        return Agreed(person=person, consent=last, warning=tr("the consent is over"))
    return Agreed(person=person, consent=last, warning="")


def signing_key(vault: Vault) -> SigningKey:
    """The key that signs dossiers of this vault; made when it is first needed."""
    if not vault.settings.signing:
        vault.settings.signing = SigningKey.generate().to_pem(None).decode()
        vault.save()
    return SigningKey.from_pem(vault.settings.signing.encode())


def digest_of(composed: Composed) -> str:
    """What would be sealed, as one digest: whoever looked at the pages seals these and no others."""
    whole = "".join(f"{digest_bytes(content if isinstance(content, bytes) else b''.join(content())).sha256} {name}\n"
                    for name, content in sorted(composed.payload.items()))  # fmt: skip
    return digest_bytes(whole.encode()).sha256


def seal_archive(composed: Composed, key: SigningKey, day: date) -> bytes:
    """The sealed bag as one ZIP archive whose bytes depend on nothing but their content; read again and checked. Raises NotAsSealedError."""
    files = bag_of(composed, key, day)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            info = zipfile.ZipInfo(f"{FOLDER}/{file.path}", (1980, 1, 1, 0, 0, 0))
            info.compress_type, info.external_attr, info.create_system = zipfile.ZIP_DEFLATED, 0o600 << 16, 3
            archive.writestr(info, b"".join(file.chunks()))
    _check(out.getvalue(), files, key)
    return out.getvalue()


def _check(made: bytes, files: Sequence[BagFile], key: SigningKey) -> None:
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        found = {name.removeprefix(f"{FOLDER}/"): archive.read(name) for name in archive.namelist()}
    same = {name: digest_bytes(content) for name, content in found.items()} == {file.path: file.digest for file in files}
    if not same or not verify_signature(key.public_bytes, found[TAG_MANIFEST], found[SIGNATURE]):
        raise NotAsSealedError


def seal_for(archive: bytes, passphrase: str) -> bytes:
    """The archive under a passphrase that the lawyer gets by another way; stock ``age -d`` opens it. Raises NotReadyError for a short one."""
    check_passphrase(passphrase)
    return seal_with_passphrase(archive, passphrase)


def may_hand_over(comp: Compartment) -> None:
    """Raise NotAllowedError for whoever makes no dossiers."""
    if not comp.me.role.writes:
        raise NotAllowedError(f"role {comp.me.role}")


def log_handed_over(comp: Compartment, ids: tuple[str, ...], recipient: str, fingerprint: str) -> None:
    """Say in the log what leaves, to whom, and which bag it was (the first figures of its digest), before it does."""
    log_use(comp, What.EXPORTED, ids, reason=tr("dossier for {who}, archive {digest}", who=recipient, digest=fingerprint[:16]), about="dossier")


def handed_over(comp: Compartment) -> list[tuple[str, str]]:
    """(when, to whom and which archive) of every dossier that left, newest first; words that this member may not read are left out."""
    found = []
    for _, _, t, line in comp.index.events(("Touched",)):
        if isinstance(line, Touched) and line.what is What.EXPORTED and line.about == "dossier":
            found.append((t, comp.words(line.reason)))
    return found[::-1]


def ids_of_disclosed(case: Case, entries: Sequence[tuple[str, Kind, str]]) -> tuple[str, ...]:
    """Random ids of what leaves. ``entries``: (id, kind, key) of the book."""
    statements = {s.id for s in case.statements if s.disclosable}
    exhibits = {one.number for one in case.exhibits if one.disclosable}
    return tuple(rid for rid, kind, key in entries if (kind is Kind.STATEMENT and key in statements) or (kind is Kind.EXHIBIT and key in exhibits))
