"""Many plainly synthetic cases of one organisation: when each accusation was first recorded, what went before it, and who took it down.

``planted``: share of cases in which the accusation follows the complaint within a week; elsewhere both are drawn from the same ``affair`` days, so that
they lie near each other though neither follows the other.
"""

import random
from collections.abc import Mapping
from datetime import date, timedelta

from simulators.case_builder import CaseBuilder
from simulators.people import case, state

from habeas.domain.case import Case

START = date(2016, 1, 1)
OFFICERS = {"Office North": ("Captain K", "Major L"), "Office South": ("Captain M", "Captain N"), "Office West": ("Major O", "Captain P")}
ARTICLES = ("208", "205", "222")
FORM = (
    "I have been told what false statements lead to and say of my own will that {who} left the country on {day} by himself, "
    "that nobody held him and that I have no complaints against anyone."
)
OWN = (
    "On {day} my neighbour came in the evening and told us that the road was closed and that the car of {who} stood open.",
    "We asked at the hospital first, then at the market, and {who} had been seen nowhere since {day}.",
    "He promised to ring before supper on {day}; the telephone of {who} has been off from that hour.",
)


def one_case(draw: random.Random, number: int, *, said: date, complaint: date, office: str = "", words: str = "") -> Case:
    """A case in which relatives complained and a state recorded that the person had left."""
    office = office or draw.choice(list(OFFICERS))
    officer = draw.choice(OFFICERS[office])
    who = f"Person {number}"
    left = said - timedelta(days=draw.randrange(3, 40))
    text = (words or draw.choice(OWN)).format(who=who, day=left.isoformat())
    return case(
        state(act="departed", when=left.isoformat(), stated_on=said.isoformat(), place="Montevideo, Uruguay", to_place="Argentina", quote=text,
              circumstances=f"office={office}; officer={officer}; article={draw.choice(ARTICLES)}"),
        {"act": "appeal_sent", "when": complaint.isoformat(), "side": "family", "speaker": f"mother {number}"},
        {"act": "seen_in_custody", "when": (left + timedelta(days=1)).isoformat(), "place": "Montevideo, Uruguay", "quote": draw.choice(OWN)},
        accusation=(1,),
    )  # fmt: skip


def casework(
    draw: random.Random, count: int, *, planted: float = 0.0, days: int = 1500, affair: int = 120, moulded: Mapping[str, float] | None = None
) -> dict[str, Case]:
    """``moulded``: office → share of its cases whose text comes from one mould."""
    found = {}
    for number in range(1, count + 1):
        begins = START + timedelta(days=draw.randrange(days))
        complaint = begins + timedelta(days=draw.randrange(affair))
        follows = draw.random() < planted
        said = complaint + timedelta(days=draw.randrange(1, 7)) if follows else begins + timedelta(days=draw.randrange(affair))
        office = draw.choice(list(OFFICERS))
        words = FORM if draw.random() < (moulded or {}).get(office, 0.0) else ""
        found[f"case-{number:012x}"] = one_case(draw, number, said=said, complaint=complaint, office=office, words=words)
    return found


CONSENTS = ("shared_wording", "patterns")


def signed_case(number: int, *, recipient: str = "", said: str = "", words: str = FORM, **cells: str) -> CaseBuilder:
    """A folder in which relatives signed one mould; ``recipient``: for whom the case consents to stand beside others."""
    who, day = f"Zorvan{number}elle Testcase", f"{3 + number % 20} May 2016"
    made = CaseBuilder(title=f"Case {number} (synthetic)", person=who, pseudonym=f"Person {number}")
    made.change(
        "S001", act="departed", when="2016-05", stated_on=said or f"2016-06-{1 + number % 28:02}", quote=words.format(who=who, day=day),
        circumstances=f"office=Office North; officer=Captain K{number % 2}; article=208", **cells,
    )  # fmt: skip
    made.add(act="appeal_sent", when=f"2016-05-{10 + number % 20}", speaker="Ravella Corvonte", disclosable="true")
    for purpose in CONSENTS if recipient else ():
        made.row("consents", person=who, purpose=purpose, recipient=recipient, given_on="2026-01-01")
    return made
