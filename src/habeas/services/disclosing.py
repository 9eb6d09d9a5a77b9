"""From a case folder to a sealed dossier, and to counsel's memorandum."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import Any

import msgspec

from habeas import __version__
from habeas.domain.case import Case, Exhibit
from habeas.domain.errors import BadInput
from habeas.domain.finding import Examination, Kind
from habeas.dossier import error_rates
from habeas.dossier.across import Chosen, choose, is_across, shown_wording
from habeas.dossier.contents import ForCounsel, ShownExhibit, across_data, dossier_data, memorandum_data, timeline_of
from habeas.dossier.exhibits import ExhibitUnreadableError, Made, make_pages
from habeas.dossier.page_words import dossier_words, memorandum_words
from habeas.dossier.pdf.links import exhibit_link
from habeas.dossier.pdf.merge import Merged
from habeas.dossier.redact import NothingToDiscloseError, Redacted, redact
from habeas.dossier.render import authored, whole
from habeas.dossier.selection import Selection, select
from habeas.dossier.words import kind_title
from habeas.examine.examination import examine
from habeas.examine.hostile import hostile_questions
from habeas.examine.hypotheses import matrix
from habeas.examine.record import Record
from habeas.intake.folder.columns import STATEMENTS
from habeas.intake.folder.reading import statement_row
from habeas.intake.folder.tables import write_csv
from habeas.intake.gazetteer import understand
from habeas.intake.gazetteer.places import unclear
from habeas.locale import language, long_date, tr, tr_n
from habeas.seal.bag import BagFile, lay_out
from habeas.seal.bag_writer import write_bag
from habeas.seal.digest import digest_bytes
from habeas.seal.kit import recipient_kit
from habeas.seal.signature import SigningKey
from habeas.seal.verify import Verdict, verify_folder
from habeas.services.examining import Examined, examine_case
from habeas.services.exports import outside, outside_bags, write_private
from habeas.services.source import Source

Progress = Callable[[str, int, int], None]
"""(what, done, of how many)."""
Coarsen = Callable[[Case], Case]
"""What leaves, with some of it shown coarser than it is known."""


class DossierMade(msgspec.Struct, frozen=True, kw_only=True):
    """A dossier that was written and verified: figures, warnings for counsel, and what was withheld."""

    folder: Path
    fingerprint: str
    pages: int
    exhibits: int
    findings: int
    withheld: int
    draft: bool
    warnings: tuple[str, ...]
    full: Examination
    frozen: Examination
    verdict: Verdict
    timeline: str
    beside: Chosen = Chosen()


class Frozen(msgspec.Struct, frozen=True, kw_only=True):
    """What may leave, examined anew."""

    redacted: Redacted
    examination: Examination
    selection: Selection
    coarse: bool = False


def _dates_lost(case: Case, redacted: Case) -> list[str]:
    """Disclosed statements whose date hangs on something withheld, or on what another person did."""
    told = {s.id: s.when for s in case.statements}
    return [s.id for s in redacted.statements if s.when is None and told.get(s.id) is not None]


def freeze(examined: Examined, chosen: tuple[str, ...] = (), coarsened: Coarsen = lambda case: case) -> Frozen:
    """Redact, examine what is left, select, and warn. Raise :class:`NothingToDiscloseError` or a usage error.

    ``coarsened``: makes places and dates of what leaves coarser (see :mod:`habeas.services.generalising`).
    """
    redacted = redact(examined.case)
    shown = coarsened(redacted.case)
    coarse = shown != redacted.case
    redacted = msgspec.structs.replace(redacted, case=shown)
    examination = examine(redacted.case, understand(redacted.case))
    reviews = [review for review in examined.case.reviews if not is_across(review.finding)]
    selection = select(examined.examination, examination, reviews, chosen)
    said = []
    lost = _dates_lost(examined.case, redacted.case)
    if lost:
        said.append(tr("the date of these is told by a row that does not leave, and is lost in the dossier: {ids}", ids=", ".join(lost)))
    if coarse:
        said.append(tr("some dates or places are shown coarser than they are known; quotations and exhibits may say more: read them for it"))
    return Frozen(redacted=redacted, examination=examination,
                  selection=msgspec.structs.replace(selection, warnings=(*selection.warnings, *said)), coarse=coarse)  # fmt: skip


class Composed(msgspec.Struct, frozen=True, kw_only=True):
    """A dossier in memory, before it is sealed: its files, its pages, and what counsel has to know."""

    payload: dict[str, Any]
    merged: Merged
    frozen: Frozen
    full: Examination
    warnings: tuple[str, ...]
    exhibits: int
    beside: Chosen
    data: dict[str, Any]
    """What the pages are made of, for an editable copy."""


def compose_dossier(  # noqa: PLR0913  # one parameter an option
    source: Source,
    day: date,
    *,
    chosen: tuple[str, ...] = (),
    foreign: Mapping[str, Case] | None = None,
    with_originals: bool = False,
    coarsened: Coarsen = lambda case: case,
    progress: Progress = lambda *_: None,
) -> Composed:
    """Everything that a dossier for this case would hold. ``day`` is printed and decides the bytes.

    ``foreign``: other cases that consent to stand beside this one before the recipient.
    ``with_originals``: put the disclosable files themselves beside the pages, with whatever metadata they hold.
    """
    progress(tr("Examining"), 0, 1)
    examined = examine_case(source.case, settle=False)
    frozen = freeze(examined, chosen, coarsened)
    beside = _beside(frozen, foreign or {}, source.case, chosen)
    progress(tr("Examining"), 1, 1)
    originals, made = _exhibits(source, frozen.redacted.case, progress)
    progress(tr("Typesetting"), 0, 1)
    warnings = [*frozen.selection.warnings, *beside.warnings, *(warning for one in made.values() for warning in one.warnings)]
    if frozen.redacted.masked:
        warnings.append(
            tr("a hidden name stood in {count} cells of free text and was masked; read the exhibits for it too", count=frozen.redacted.masked)
        )
    data = _data(frozen, originals, made, beside, len(foreign or {}), day)
    merged = whole(data, [one.pages for one in made.values()], day, draft=frozen.selection.draft)
    progress(tr("Typesetting"), 1, 1)
    payload = _payload(frozen, originals, beside, merged, with_originals=with_originals)
    if with_originals and originals:
        warnings.append(tr("the bag holds the original files: read their metadata (place, device, author) before you hand it over"))
    return Composed(
        payload=payload,
        merged=merged,
        frozen=frozen,
        full=examined.examination,
        warnings=tuple(warnings),
        exhibits=len(made),
        beside=beside,
        data=data,
    )


def bag_of(composed: Composed, key: SigningKey, day: date) -> tuple[BagFile, ...]:
    """The files of the sealed bag."""
    info = (
        ("Bag-Software-Agent", f"Habeas {__version__}"),
        ("Bagging-Date", day.isoformat()),
        ("External-Description", "Dossier; see VERIFY.txt"),
    )
    return lay_out(composed.payload, recipient_kit(language()), info, key)


def make_dossier(  # noqa: PLR0913  # one parameter an option
    source: Source,
    out: Path,
    key: SigningKey,
    day: date,
    *,
    chosen: tuple[str, ...] = (),
    foreign: Mapping[str, Case] | None = None,
    with_originals: bool = False,
    progress: Progress = lambda *_: None,
) -> DossierMade:
    """Write the bag ``out`` for a case; all or nothing. ``day`` is printed and decides the bytes.

    ``foreign``: other cases that consent to stand beside this one before the recipient.
    ``with_originals``: put the disclosable files themselves beside the pages, with whatever metadata they hold.
    """
    if source.folder and source.folder.resolve() in out.resolve().parents:
        raise BadInput.one(out.name, tr("this place lies inside the case folder or the vault; write the bag elsewhere"))
    composed = compose_dossier(source, day, chosen=chosen, foreign=foreign, with_originals=with_originals, progress=progress)
    progress(tr("Sealing"), 0, 1)
    out.parent.mkdir(parents=True, exist_ok=True)
    write_bag(out, bag_of(composed, key, day))
    verdict = verify_folder(out, key.fingerprint)
    progress(tr("Sealing"), 1, 1)
    frozen = composed.frozen
    return DossierMade(
        folder=out,
        fingerprint=key.fingerprint,
        pages=composed.merged.pages,
        exhibits=composed.exhibits,
        findings=len(frozen.selection.findings),
        withheld=frozen.redacted.withheld,
        draft=frozen.selection.draft,
        warnings=composed.warnings,
        full=composed.full,
        frozen=frozen.examination,
        verdict=verdict,
        timeline=timeline_of(frozen.redacted.case, frozen.examination),
        beside=composed.beside,
    )


def _beside(frozen: Frozen, foreign: Mapping[str, Case], case: Case, chosen: tuple[str, ...]) -> Chosen:
    """Wording shared with other cases, on what may leave of each."""
    return choose(shown_wording(frozen.redacted.case, foreign, case) if foreign else (), case.reviews, chosen, draft=frozen.selection.draft)


def _exhibits(source: Source, case: Case, progress: Progress) -> tuple[dict[str, bytes], dict[str, Made]]:
    """(number → original bytes, number → pages) of the exhibits that may leave and hold a file."""
    shown = [exhibit for exhibit in case.exhibits if exhibit.file]
    originals: dict[str, bytes] = {}
    made: dict[str, Made] = {}
    for done, exhibit in enumerate(shown):
        progress(tr("Exhibits"), done, len(shown))
        originals[exhibit.number] = _original(source, exhibit)
        made[exhibit.number] = make_pages(exhibit, originals[exhibit.number])
    progress(tr("Exhibits"), len(shown), len(shown) or 1)
    return originals, made


def _original(source: Source, exhibit: Exhibit) -> bytes:
    try:
        return source.content(exhibit)
    except BadInput:
        raise ExhibitUnreadableError(exhibit.number, tr("its file is gone, too large, or cannot be read")) from None


def _data(frozen: Frozen, originals: dict[str, bytes], made: dict[str, Made], beside: Chosen, others: int, day: date) -> dict[str, Any]:
    """Everything that the pages show."""
    case, selection = frozen.redacted.case, frozen.selection
    shown = [
        ShownExhibit(
            number=exhibit.number,
            title=exhibit.title,
            form=exhibit.form,
            language=exhibit.language,
            pages=0,
            page=0,
            sha256=digest_bytes(originals[exhibit.number]).sha256 if exhibit.number in originals else "",
            note=made[exhibit.number].note if exhibit.number in made else tr("not attached"),
        )
        for exhibit in case.exhibits
    ]
    data = dossier_data(case, frozen.examination, selection, shown, _annex(made))
    return data | {
        **_page(day, case.title),
        "across": across_data(beside),
        "beside": tr_n("One other case was set beside this one.", "{count} other cases were set beside this one.", others) if others else "",
        "words": dossier_words(frozen.examination.belief, data["reviewers"]),
        "links": {number: exhibit_link(number) for number in sorted(made)},
        "marking": tr("DRAFT") if selection.draft else "",
        "watermark": tr("DRAFT") if selection.draft else "",
        "running": tr("The accusation against {who}", who=case.pseudonym),
        "quote_lang": language_code(case.language),
    }


def language_code(words: str) -> str:
    """ISO 639 code of a language cell; English where it holds something else."""
    code = re.split("[-_]", words.strip())[0].lower()
    return code if re.fullmatch("[a-z]{2,3}", code) else "en"


def _page(day: date, title: str) -> dict[str, Any]:
    return {"date": [day.year, day.month, day.day], "date_words": long_date(day), "lang": language(), "total": 0, "running": title}


def _annex(made: dict[str, Made]) -> dict[str, Any]:
    rates = error_rates.by_kind()
    return {
        "tests": [
            {"name": kind_title(kind), "version": f"{kind} 1", "rates": rates.get(kind, tr("not measured: no annotated material"))} for kind in Kind
        ],
        "versions": [
            f"Habeas {__version__}",
            *(f"{name} {metadata.version(name)}" for name in ("python-sat", "typst", "pikepdf", "pypdfium2")),
            tr("places: a subset of GeoNames (CC BY 4.0) and Natural Earth (public domain)"),
        ],
        "warnings": [warning for one in made.values() for warning in one.warnings],
    }


def _payload(frozen: Frozen, originals: dict[str, bytes], beside: Chosen, merged: Merged, *, with_originals: bool) -> dict[str, Any]:
    """What stands below ``data/``: neutral names, nothing withheld, nothing that is counsel's alone."""
    case = frozen.redacted.case
    payload: dict[str, Any] = {
        "dossier.pdf": merged.pdf,
        "statements.csv": write_csv(STATEMENTS.names, [statement_row(s) for s in case.statements]),
        "findings.json": public_json(frozen, beside),
    }
    for exhibit in case.exhibits if with_originals else ():
        if exhibit.number in originals:
            payload[f"exhibits/{original_name(exhibit)}"] = originals[exhibit.number]
    return payload


def original_name(exhibit: Exhibit) -> str:
    """A neutral file name: the number and a plain ending, never the name that somebody chose for the file."""
    ending = Path(exhibit.file).suffix.lower()
    return f"exhibit-{exhibit.number}" + (ending if re.fullmatch(r"\.[a-z0-9]{1,5}", ending) else "")


def public_json(frozen: Frozen, beside: Chosen) -> bytes:
    """The selected findings and the cost of belief for machines, without what is counsel's alone."""
    findings = [{name: value for name, value in msgspec.to_builtins(one).items() if name != "would_change"} for one in frozen.selection.findings]
    belief = {name: value for name, value in msgspec.to_builtins(frozen.examination.belief).items() if name not in ("to_deny", "deny_sets")}
    whole_case = {
        "case": frozen.redacted.case.title,
        "draft": frozen.selection.draft,
        "findings": findings,
        "origins": msgspec.to_builtins(frozen.examination.origins),
        "belief": belief,
        **({"shared_with_other_cases": across_data(beside)} if beside.groups else {}),
    }
    return msgspec.json.format(msgspec.json.encode(whole_case), indent=2) + b"\n"


def make_memorandum(case: Case, day: date) -> bytes:
    """Counsel's memorandum as PDF bytes; the caller writes it where counsel says, and nowhere else."""
    examined = examine_case(case)
    try:
        selection: Selection | None = freeze(examined).selection
    except NothingToDiscloseError:
        selection = None
    gaps = tuple(tr("place of {ids}: {note}", ids=_where_used(case, place.name), note=place.note) for place in unclear(examined.places.values()))
    record = Record(case, examined.places)
    hostile = hostile_questions(record, case, examined.examination)
    counsel = ForCounsel(hypotheses=matrix(record, case), hostile=hostile, places=gaps)
    data = memorandum_data(case, examined.examination, counsel, selection, [(exhibit, ()) for exhibit in case.exhibits])
    data |= {
        **_page(day, case.title),
        "words": memorandum_words(examined.examination.belief),
        "links": {},
        "marking": tr("PRIVILEGED"),
        "watermark": "",
    }
    return authored("memorandum.typ", data, day)


def _where_used(case: Case, place: str) -> str:
    ids = [s.id for s in case.statements if place in (s.place, s.to_place)]
    return ", ".join(ids[:6]) + (" …" if len(ids) > 6 else "")  # noqa: PLR2004


def write_memorandum(out: Path, pdf: bytes, vault: Path | None = None) -> None:
    """Write the memorandum, readable by its owner alone, never over another file, into a bag or into the ``vault``."""
    if vault:
        outside(vault, out)
    outside_bags(out)
    write_private(out, pdf)
