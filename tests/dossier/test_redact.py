"""What may leave a case: the laws of redaction, on the case itself; the bag is searched in services/test_disclosing.py."""

import pytest
from simulators.case_builder import BUENOS_AIRES, MONTEVIDEO, CaseBuilder

from habeas.domain.case import Tie
from habeas.dossier.redact import NothingToDiscloseError, redact
from habeas.examine.examination import examine
from habeas.examine.voices import unnamed, voice_key
from habeas.intake.folder import read_folder
from habeas.intake.gazetteer import understand
from habeas.services.disclosing import freeze
from habeas.services.examining import examine_folder

HIDDEN = "Zorvanelle"


def told(builder, folder):
    return read_folder(builder.write(folder / "case")).case


def figures(case):
    belief = examine(case, understand(case)).belief
    return (belief.must_be_wrong, belief.with_presumptions, belief.if_unknown_merged, belief.to_deny, belief.carriers)


def texts(case):
    rows = [str(getattr(s, name)) for s in case.statements for name in s.__struct_fields__]
    rows += [str(getattr(e, name)) for e in case.exhibits for name in e.__struct_fields__ if name != "file"]
    return "\n".join([*rows, case.title, case.pseudonym, case.person, case.notes, str(case.voices), str(case.appeals), str(case.consents)])


def test_a_row_that_is_not_marked_disclosable_stays(tmp_path):
    case = told(CaseBuilder().change("S003", disclosable="").change("S004", disclosable="false"), tmp_path)
    made = redact(case)
    assert [s.id for s in made.case.statements] == ["S001", "S002"]
    assert made.withheld == 2


def test_rows_about_somebody_else_stay(tmp_path):
    made = redact(told(CaseBuilder().add(person="Other Human", speaker="Tessaly Vorn", when="1977-09-01", place=MONTEVIDEO), tmp_path))
    assert "S005" not in {s.id for s in made.case.statements}
    assert made.withheld == 1


def test_a_case_without_a_disclosable_accusation_is_refused(tmp_path):
    with pytest.raises(NothingToDiscloseError):
        redact(told(CaseBuilder().change("S001", disclosable=""), tmp_path))


def test_what_is_counsels_alone_is_not_in_the_redacted_case(tmp_path):
    builder = CaseBuilder(notes=f"note {HIDDEN}")
    builder.row("appeals", id="A1", to_body=HIDDEN, reply=HIDDEN).row("consents", person=HIDDEN, guardian=HIDDEN)
    builder.row("reviews", finding="x", decision="confirmed", reviewer=HIDDEN, reason=HIDDEN)
    builder.row("voices", voice="Ravella Corvonte", other="Stellin Dormaque", relation="dependent", why=HIDDEN, judged_by=HIDDEN)
    builder.tables["exhibits"][0] |= dict.fromkeys(("obtained_from", "obtained_by", "obtained_on", "method", "translator", "consent"), HIDDEN)
    assert HIDDEN not in texts(redact(told(builder, tmp_path)).case)


def test_a_speaker_appears_under_shown_as_or_a_role_and_never_under_the_name(tmp_path):
    made = redact(told(CaseBuilder(), tmp_path)).case
    assert [s.speaker for s in made.statements] == ["an office of State Office Zeta", "a neighbour", "a passenger", "a member of the family"]
    shown = texts(made)
    assert not [name for name in ("Quillon", "Abernard", "Ravella", "Corvonte", "Stellin", "Dormaque", "Quintus", "Testcase") if name in shown]


@pytest.mark.parametrize("label", ["a witness", ""])
def test_two_witnesses_shown_alike_remain_two_voices(label, tmp_path):
    case = told(CaseBuilder().change("S003", shown_as=label).change("S004", shown_as=label, side="witness"), tmp_path)
    made = redact(case).case
    assert len({s.speaker for s in made.statements[2:]}) == 2
    assert figures(made) == figures(case)


def test_one_speaker_has_one_label_in_all_rows(tmp_path):
    builder = CaseBuilder().add(speaker="Ravella  CORVONTE", shown_as="", act="present", when="1977-09-23", place=MONTEVIDEO, exhibit="1")
    made = redact(told(builder, tmp_path)).case
    assert made.statements[4].speaker == made.statements[2].speaker == "a passenger"


DENIES = {"act": "departed", "denied": "true", "when": "1977-09-22", "place": MONTEVIDEO, "stated_on": "1977-11"}


def two_reporters(side):
    builder = CaseBuilder()
    for name in ("Reporter Uno", "Reporter Duo"):
        builder.add(**DENIES, side=side, body="Gazette Omicron", speaker=name, shown_as=name.lower())
    return builder


ALIKE = {
    "as given": CaseBuilder,
    "two speakers of one press body": lambda: two_reporters("press"),
    "two speakers of one private body": lambda: two_reporters("other"),
    "two offices of one state": lambda: CaseBuilder().add(
        side="state", body="State Office Zeta", speaker="Port Desk", shown_as="the port", act="departed", when="1977-09-22", place=MONTEVIDEO,
        to_place=BUENOS_AIRES, stated_on="1977-10-05"),
    "an unnamed source with a name to be shown": lambda: CaseBuilder().add(**DENIES, speaker="anonymous guard", shown_as="a guard"),
    "a named source shown as anonymous": lambda: CaseBuilder().change("S003", shown_as="an anonymous passenger"),
    "two sources without any name, one label": lambda: CaseBuilder().change("S003", speaker="").change("S004", speaker="", shown_as="a passenger"),
    "a label that looks like a lettered one": lambda: CaseBuilder().change("S003", shown_as="a neighbour").add(
        **DENIES, speaker="Third Voice", shown_as="a neighbour A"),
    "a label that is the state's name": lambda: CaseBuilder().change("S003", shown_as="State Office Zeta"),
    "a label that is a commission's name": lambda: CaseBuilder().change("S003", shown_as="Peace Board").add(
        **DENIES, side="commission", body="Peace Board", speaker="Chair"),
    "relays named like labels": lambda: CaseBuilder().change("S003", relayed_by="Relay Xaver").change("S004", relayed_by="relay 1"),
    "a recorded dependence": lambda: CaseBuilder().row("voices", voice="RAVELLA corvonte", other="Stellin Dormaque", relation="dependent"),
    "a recorded independence": lambda: CaseBuilder().row("voices", voice="Ravella Corvonte", other="Stellin Dormaque", relation="independent"),
    "a dependence of a body": lambda: two_reporters("press").row("voices", voice="Gazette Omicron", other="Ravella Corvonte", relation="dependent"),
}  # fmt: skip


@pytest.mark.parametrize("name", ALIKE)
def test_where_nothing_is_withheld_no_figure_changes(name, tmp_path):
    case = told(ALIKE[name](), tmp_path)
    made = redact(case)
    assert made.withheld == 0
    assert figures(made.case) == figures(case)


@pytest.mark.parametrize("name", ALIKE)
def test_two_rows_are_one_voice_after_redaction_exactly_if_they_were_before(name, tmp_path):
    case = told(ALIKE[name](), tmp_path)
    pairs = list(zip(case.statements, redact(case).case.statements, strict=True))
    for one, one_shown in pairs:
        assert unnamed(one) == unnamed(one_shown), one.id
        for other, other_shown in pairs:
            if not unnamed(one) and not unnamed(other):
                assert (voice_key(one) == voice_key(other)) == (voice_key(one_shown) == voice_key(other_shown)), (one.id, other.id)


def test_ties_are_told_under_the_shown_names_without_the_judgement(tmp_path):
    builder = CaseBuilder().row("voices", voice="Ravella Corvonte", other="Stellin Dormaque", relation="dependent", why="sisters", judged_by="J")
    (tie,) = redact(told(builder, tmp_path)).case.voices
    assert (tie.voice, tie.other, tie.relation, tie.why, tie.judged_by) == ("a passenger", "a member of the family", Tie.DEPENDENT, "", "")


def test_a_tie_with_a_withheld_voice_does_not_leave(tmp_path):
    builder = CaseBuilder().change("S004", disclosable="").row("voices", voice="Ravella Corvonte", other="Stellin Dormaque", relation="dependent")
    assert redact(told(builder, tmp_path)).case.voices == ()


def test_withheld_rows_change_no_figure_of_what_leaves(tmp_path):
    small = redact(told(CaseBuilder(), tmp_path / "a")).case
    builder = CaseBuilder()
    for name in ("Hidden Uno", "Hidden Duo"):
        builder.add(**DENIES, speaker=name, disclosable="")
    builder.add(side="state", body="State Office Zeta", speaker="Insider", act="held_at", when="1977-09-22", place=MONTEVIDEO, disclosable="")
    big = redact(told(builder, tmp_path / "b")).case
    assert figures(big) == figures(small)
    assert [f.id for f in examine(big, understand(big)).findings] == [f.id for f in examine(small, understand(small)).findings]


HOLDERS = {
    "summary": {"summary": f"Heard from {HIDDEN}."},
    "summary, in capitals": {"summary": f"HEARD FROM {HIDDEN.upper()}."},
    "quote": {"quote": f"It was {HIDDEN} who told me."},
    "quote_translation": {"quote_translation": f"It was {HIDDEN}."},
    "place": {"place": f"House of {HIDDEN}, {MONTEVIDEO}"},
    "to_place": {"to_place": f"House of {HIDDEN}, {MONTEVIDEO}"},
    "event": {"event": f"visit-{HIDDEN}"},
    "locator": {"locator": f"letter of {HIDDEN}"},
    "identifiers: name": {"identifiers": f"name_as_written=Mirra {HIDDEN}"},
    "identifiers: vehicle": {"identifiers": f"vehicle=the car of {HIDDEN}"},
    "circumstances": {"circumstances": f"present={HIDDEN}; officer=Mirra {HIDDEN}"},
    "relayed_by": {"relayed_by": f"Mirra {HIDDEN}"},
    "speaker": {"speaker": f"a friend of {HIDDEN}"},
}


@pytest.mark.parametrize("column", HOLDERS)
def test_a_hidden_speakers_name_is_masked_in_every_column_of_another_row(column, tmp_path):
    case = told(CaseBuilder().change("S003", speaker=f"Mirra {HIDDEN}").change("S002", **HOLDERS[column]), tmp_path)
    assert HIDDEN.casefold() in str(case.statements[1]).casefold()
    assert HIDDEN.casefold() not in texts(redact(case).case).casefold()


@pytest.mark.parametrize("name", ["Eva Zor", "Ли Ян", "zorvanelle", "მარიამ ზორი", "王小明", "Zor-Vanelle", "O'Zorva", "Éléonore Zörg", "محمد زور"])
def test_names_of_every_script_and_length_are_masked(name, tmp_path):
    case = told(CaseBuilder().change("S003", speaker=name).change("S002", summary=f"Told by {name} in that year."), tmp_path)
    shown = texts(redact(case).case)
    assert not [part for part in [name, *name.split()] if part in shown]


def test_the_case_title_stays_and_titles_of_exhibits_are_masked(tmp_path):
    builder = CaseBuilder(title=f"{HIDDEN} and Person Q").change("S003", speaker=f"Mirra {HIDDEN}")
    builder.tables["exhibits"][0]["title"] = f"Letter of Mirra {HIDDEN}"
    made = redact(told(builder, tmp_path))
    assert HIDDEN not in texts(made.case)
    assert (made.masked, made.case.title) == (1, "Person Q")


def test_a_name_in_a_place_does_not_unmask_it_elsewhere(tmp_path):
    builder = CaseBuilder().change("S003", speaker=f"Mirra {HIDDEN}").change("S004", place=f"House of {HIDDEN}, {MONTEVIDEO}")
    made = redact(told(builder.change("S002", summary=f"With {HIDDEN}."), tmp_path)).case
    assert HIDDEN not in made.statements[1].summary


PRIVATE = {
    "the person": lambda b: b.head.update(person=f"Mirra {HIDDEN}"),
    "a withheld witness": lambda b: b.add(speaker=f"Mirra {HIDDEN}", disclosable="", when="1977-09-01", place=MONTEVIDEO),
    "a withheld officer": lambda b: b.add(side="state", body="State Office Zeta", speaker=f"Mirra {HIDDEN}", disclosable="", when="1977-09-01"),
    "an officer with a rank": lambda b: b.change("S001", speaker=f"Officer {HIDDEN}"),
    "an officer shown by office": lambda b: b.change("S001", speaker=f"Mirra {HIDDEN}"),
    "a relay": lambda b: b.change("S003", relayed_by=f"Mirra {HIDDEN}"),
    "another person": lambda b: b.add(person=f"Mirra {HIDDEN}", speaker="X", disclosable="", when="1977-09-01"),
    "a hidden body": lambda b: b.change("S003", body=f"{HIDDEN} Trust"),
    "a consenting person": lambda b: b.row("consents", person=f"Mirra {HIDDEN}"),
    "a guardian": lambda b: b.row("consents", person="X", guardian=f"Mirra {HIDDEN}"),
    "who gave an exhibit": lambda b: b.tables["exhibits"][0].update(obtained_from=f"Mirra {HIDDEN}"),
    "who fetched an exhibit": lambda b: b.tables["exhibits"][0].update(obtained_by=f"Mirra {HIDDEN}"),
    "a translator": lambda b: b.tables["exhibits"][0].update(translator=f"Mirra {HIDDEN}"),
}


@pytest.mark.parametrize("who", PRIVATE)
def test_whoever_is_hidden_is_masked_in_a_summary(who, tmp_path):
    builder = CaseBuilder().change("S002", summary=f"With {HIDDEN} that day.")
    PRIVATE[who](builder)
    assert HIDDEN not in texts(redact(told(builder, tmp_path)).case)


def test_ordinary_words_are_not_masked_because_a_relay_is_described_with_them(tmp_path):
    builder = CaseBuilder().change("S003", relayed_by="Parliamentary Commission of Inquiry of September")
    builder.change("S002", summary="As a result of their inquiry he was held on 22 September by a commission.")
    assert redact(told(builder, tmp_path)).case.statements[1].summary == builder.statements[1]["summary"]


def test_the_shown_name_and_the_pseudonym_are_not_masked(tmp_path):
    builder = (
        CaseBuilder().change("S003", speaker="Mirra Zorvanelle", shown_as="Mirra Zorvanelle").change("S002", summary="Mirra Zorvanelle saw Person Q.")
    )
    made = redact(told(builder, tmp_path))
    assert made.case.statements[1].summary == "Mirra Zorvanelle saw Person Q."
    assert made.masked == 0


def test_a_date_told_by_a_withheld_row_does_not_name_it(tmp_path):
    builder = CaseBuilder().add(id="WITHHELD7", speaker="X", disclosable="", when="1977-09-01", place=MONTEVIDEO)
    case = told(builder.add(id="S006", speaker="Yan Y", when="@WITHHELD7+P14D", place=MONTEVIDEO), tmp_path)
    assert "WITHHELD7" not in texts(redact(case).case)


def test_a_row_that_rests_on_a_withheld_exhibit_names_neither_exhibit_nor_locator(tmp_path):
    builder = CaseBuilder().add_exhibit("77", "x.txt", b"x", disclosable="").change("S002", exhibit="77", locator="p. 9")
    made = redact(told(builder, tmp_path)).case
    assert (made.statements[1].exhibit, made.statements[1].locator) == ("", "")
    assert [e.number for e in made.exhibits] == ["1"]


def test_an_exhibit_does_not_name_a_withheld_one_from_which_it_was_made(tmp_path):
    builder = CaseBuilder().add_exhibit("77", "x.txt", b"x", disclosable="")
    builder.add_exhibit("2", "y.txt", b"y", derived_from="77", translation_of="77")
    made = redact(told(builder, tmp_path)).case
    assert "77" not in (made.exhibits[1].derived_from, made.exhibits[1].translation_of)


def test_redacting_twice_changes_nothing_more(tmp_path):
    once = redact(told(CaseBuilder(), tmp_path)).case
    assert figures(redact(once).case) == figures(once)


def test_a_denial_whose_date_hangs_on_a_withheld_row_denies_nothing_in_the_dossier(tmp_path):
    """Without its date it would read "never, up to the day it was said", and the figure would rise."""
    builder = CaseBuilder().add(act="departed", denied="true", when="@S006", stated_on="1980-01-01", place=MONTEVIDEO, to_place=BUENOS_AIRES,
                                speaker="Witness W", shown_as="a witness")  # fmt: skip
    builder.add(act="other", when="1977-03-01", place=MONTEVIDEO, disclosable="false", speaker="Witness V")
    frozen = freeze(examine_folder(builder.write(tmp_path / "case")))
    (lost,) = [s for s in frozen.redacted.case.statements if s.id == "S005"]
    assert (lost.when, lost.stated_on) == (None, None)
    assert not [one for one in frozen.examination.findings if "S005" in one.statements]
    assert [one for one in frozen.selection.warnings if "S005" in one]
