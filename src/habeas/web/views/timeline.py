"""Timeline and map of one case: by source, by days and by kind of act; the same as a table; for paper."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from habeas.domain.case import Case
from habeas.domain.finding import Kind
from habeas.domain.statement import Act, Statement
from habeas.domain.when import parse_when
from habeas.dossier.lane_items import Wanted, items_of, lane_of
from habeas.dossier.lanes import Item, lanes
from habeas.dossier.places_map import Pin, places_map
from habeas.examine.wording import act_words
from habeas.intake.typed_dates import read_typed
from habeas.locale import tr
from habeas.services.examining import Examined
from habeas.vault.events import Kind as Kind_
from habeas.web.desk import Desk
from habeas.web.pages import Form, drawn
from habeas.web.views.common import opened, told
from habeas.web.views.people import FIELDS
from habeas.web.words import people_field


def timeline(desk: Desk, request: Request, form: Form) -> Response:
    """The whole timeline; filters come as a form, so that no name stands in an address."""
    with opened(desk, request) as one:
        case, examined = one.case, one.examined
        wanted, problems = _wanted(form)
        picture = items_of(case, examined.examination, wanted=wanted)
        known: dict[str, Statement] = {s.id: s for s in case.statements}
        rows = [told(case, known[item.id]) for item in sorted(picture.items, key=lambda item: (item.low, item.high))]
        base = f"/cases/{one.cid}"
        return one.page(
            "timeline.html", "timeline", status=422 if problems else 200, problems=problems, form=form, rows=rows,
            picture=drawn(lanes(picture, link=f"{base}/statements/", findings=f"{base}/findings/")), brackets=picture.brackets[:3],
            map=drawn(places_map(_pins(case, examined, picture.items), _joined(case, examined), link=f"{base}/statements/")),
            own=one.book.of(Kind_.PLACE), place_fields=[(name, people_field(name)) for name in FIELDS[Kind_.PLACE]],
            sources=sorted({lane_of(s) for s in case.statements}), acts=[(act.value,
            act_words(act)) for act in Act if any(s.act is act for s in case.statements)],
            shown=len(picture.items), total=len(case.statements),
        )  # fmt: skip


def _wanted(form: Form) -> tuple[Wanted, tuple[str, ...]]:
    problems, bounds = [], {}
    for name, words in (("from", tr("From")), ("to", tr("To"))):
        typed = read_typed(form.get(name, ""))
        if len(typed.readings) == 1:
            bounds[name] = parse_when(typed.readings[0].edtf)
        elif form.get(name, "").strip():
            problems.append(tr("{column}: {why}", column=words, why=typed.problem or tr("this has several readings; write 2017-01-05")))
    low = bounds["from"].lo if "from" in bounds else None
    high = bounds["to"].hi if "to" in bounds else None
    return Wanted(low=low, high=high, lane=form.get("source", ""), act=form.get("act", "")), tuple(problems)


def _pins(case: Case, examined: Examined, items: Sequence[Item]) -> list[Pin]:
    shown = {item.id for item in items}
    named: dict[tuple[str, bool], list[str]] = {}
    for s in case.statements:
        for text in (s.place, s.to_place):
            if text and s.id in shown:
                named.setdefault((text, s.id in case.accusation), []).append(s.id)
    return [
        Pin(place=examined.places[text], ids=tuple(dict.fromkeys(ids)), claimed=claimed)
        for (text, claimed), ids in named.items() if text in examined.places
    ]  # fmt: skip


def _joined(case: Case, examined: Examined) -> list[tuple[str, str]]:
    """Places that a finding about presence sets against each other."""
    known: dict[str, Statement] = {s.id: s for s in case.statements}
    pairs = []
    for one in examined.examination.findings:
        if one.kind is not Kind.PRESENCE_CONFLICT or one.certainty.rank > 2:  # noqa: PLR2004
            continue
        claims = [known[key] for key in one.statements if key in known and key in case.accusation]
        record = [known[key] for key in one.statements if key in known and key not in case.accusation and not known[key].denial]
        pairs += [
            (a.to_place or a.place, b.to_place or b.place) for a in claims for b in record if (a.to_place or a.place) and (b.to_place or b.place)
        ]
    return pairs[:3]
