"""Which findings a dossier holds: reviews, counsel's choice, and what counsel is warned of."""

import pytest
from simulators.case_builder import BUENOS_AIRES, MONTEVIDEO, CaseBuilder

from habeas.domain.errors import UsageError
from habeas.domain.finding import BearsOn, Kind
from habeas.services.disclosing import freeze
from habeas.services.examining import examine_folder

DENIES = {"act": "departed", "denied": "true", "when": "1977-09-22", "place": MONTEVIDEO, "stated_on": "1977-11"}


def found(builder, folder):
    return {finding.kind: finding for finding in examine_folder(builder.write(folder / "before")).examination.findings}


def frozen(builder, folder, *chosen):
    return freeze(examine_folder(builder.write(folder / "case")), chosen)


def reviewed(builder, finding, decision="confirmed", **cells):
    return builder.row("reviews", **{"finding": finding.id, "decision": decision, "reviewer": "Rhea Viewer", "inputs": finding.inputs, **cells})


def test_without_reviews_the_dossier_is_a_draft_of_all_that_bears_on_the_accusation(tmp_path):
    made = frozen(CaseBuilder(), tmp_path)
    assert made.selection.draft
    assert made.selection.findings == made.examination.findings
    assert any("DRAFT" in warning for warning in made.selection.warnings)


def test_only_confirmed_findings_stand_in_a_dossier_that_is_no_draft(tmp_path):
    builder = CaseBuilder()
    conflict = found(builder, tmp_path)[Kind.PRESENCE_CONFLICT]
    made = frozen(reviewed(builder, conflict), tmp_path).selection
    assert not made.draft
    assert [one.id for one in made.findings] == [conflict.id]
    assert made.reviews[conflict.id].reviewer == "Rhea Viewer"
    assert not any("DRAFT" in warning for warning in made.warnings)


def test_a_review_for_other_inputs_does_not_count_and_counsel_is_told(tmp_path):
    builder = CaseBuilder()
    conflict = found(builder, tmp_path)[Kind.PRESENCE_CONFLICT]
    made = frozen(reviewed(builder, conflict, inputs="0" * 16), tmp_path).selection
    assert made.draft
    assert not made.reviews
    assert any(conflict.id in warning and conflict.inputs in warning for warning in made.warnings)


def test_a_changed_row_makes_a_review_stale(tmp_path):
    builder = CaseBuilder()
    conflict = found(builder, tmp_path)[Kind.PRESENCE_CONFLICT]
    made = frozen(reviewed(builder, conflict).change("S003", place="Carrasco Airport, Uruguay"), tmp_path).selection
    assert made.draft
    assert any(conflict.id in warning for warning in made.warnings)


def test_a_rejected_finding_stands_nowhere(tmp_path):
    builder = CaseBuilder()
    conflict = found(builder, tmp_path)[Kind.PRESENCE_CONFLICT]
    made = frozen(reviewed(builder, conflict, "rejected"), tmp_path).selection
    assert conflict.id not in {one.id for one in made.findings}
    assert made.draft, "a rejection confirms nothing"


def test_a_stale_rejection_does_not_count_either(tmp_path):
    builder = CaseBuilder()
    conflict = found(builder, tmp_path)[Kind.PRESENCE_CONFLICT]
    made = frozen(reviewed(builder, conflict, "rejected", inputs="0" * 16), tmp_path).selection
    assert conflict.id in {one.id for one in made.findings}


@pytest.mark.parametrize(("decisions", "stands"), [(("confirmed", "rejected"), False), (("rejected", "confirmed"), True)])
def test_the_last_review_of_a_finding_holds(decisions, stands, tmp_path):
    builder = CaseBuilder()
    conflict = found(builder, tmp_path)[Kind.PRESENCE_CONFLICT]
    for decision in decisions:
        reviewed(builder, conflict, decision)
    assert (conflict.id in {one.id for one in frozen(builder, tmp_path).selection.findings}) == stands


def test_a_review_of_a_finding_that_no_longer_exists_is_told(tmp_path):
    made = frozen(CaseBuilder().row("reviews", finding="cc-00000000", decision="confirmed", reviewer="R"), tmp_path).selection
    assert made.draft
    assert any("cc-00000000" in warning for warning in made.warnings)


def test_a_confirmed_finding_that_is_withheld_is_told_and_confirms_nothing(tmp_path):
    builder = CaseBuilder()
    custody = found(builder, tmp_path)[Kind.CUSTODY_CONFLICT]
    made = frozen(reviewed(builder, custody).change("S002", disclosable=""), tmp_path).selection
    assert made.draft
    assert any(custody.id in warning and "withheld" in warning for warning in made.warnings)


def test_counsel_is_told_where_a_finding_was_confirmed_on_more_than_leaves(tmp_path):
    builder = CaseBuilder()
    conflict = found(builder, tmp_path)[Kind.PRESENCE_CONFLICT]
    made = frozen(reviewed(builder, conflict).change("S003", disclosable=""), tmp_path)
    left = next(one for one in made.examination.findings if one.id == conflict.id)
    assert left.inputs != conflict.inputs
    assert any(conflict.id in warning for warning in made.selection.warnings)


def test_counsel_chooses_among_confirmed_findings(tmp_path):
    builder = CaseBuilder()
    kinds = found(builder, tmp_path)
    for one in kinds.values():
        reviewed(builder, one)
    conflict = kinds[Kind.PRESENCE_CONFLICT]
    made = frozen(builder, tmp_path, conflict.id).selection
    assert [one.id for one in made.findings] == [conflict.id]
    assert not made.draft


def test_choosing_a_finding_that_nobody_confirmed_makes_no_clean_dossier(tmp_path):
    builder = CaseBuilder()
    kinds = found(builder, tmp_path)
    reviewed(builder, kinds[Kind.PRESENCE_CONFLICT])
    try:
        made = frozen(builder, tmp_path, kinds[Kind.CUSTODY_CONFLICT].id).selection
    except UsageError as error:
        assert kinds[Kind.CUSTODY_CONFLICT].id in str(error)
    else:
        assert made.draft, "a dossier with no confirmed finding in it says DRAFT"


def test_choosing_a_finding_that_may_not_leave_is_said(tmp_path):
    builder = CaseBuilder()
    custody = found(builder, tmp_path)[Kind.CUSTODY_CONFLICT]
    builder.change("S002", disclosable="")
    try:
        said = " ".join(frozen(builder, tmp_path, custody.id).selection.warnings)
    except UsageError as error:
        said = str(error)
    assert custody.id in said


def test_choosing_an_unknown_finding_is_refused(tmp_path):
    with pytest.raises(UsageError, match="zz-12345678"):
        frozen(CaseBuilder(), tmp_path, "zz-12345678")


def own_account():
    """Two relatives date one visit differently, which weakens the client's own account."""
    builder = CaseBuilder()
    for when in ("1977-08-04", "1977-08-14"):
        builder.add(side="family", speaker=f"Kin of {when}", act="appeal_sent", when=when, event="the report", place=MONTEVIDEO, stated_on="1977-10")
    return builder


def test_a_finding_about_the_clients_own_account_is_never_selected(tmp_path):
    builder = own_account()
    own = next(one for one in found(builder, tmp_path).values() if one.bears_on is BearsOn.OWN_ACCOUNT)
    made = frozen(reviewed(builder, own), tmp_path)
    assert BearsOn.OWN_ACCOUNT in {one.bears_on for one in made.examination.findings}
    assert {one.bears_on for one in made.selection.findings} == {BearsOn.ACCUSATION}
    assert made.selection.draft
    assert own.id not in made.selection.reviews


def test_choosing_a_finding_about_the_clients_own_account_is_refused(tmp_path):
    builder = own_account()
    own = next(one for one in found(builder, tmp_path).values() if one.bears_on is BearsOn.OWN_ACCOUNT)
    with pytest.raises(UsageError, match=own.id):
        frozen(builder, tmp_path, own.id)


def test_counsel_is_warned_where_withholding_raises_the_figure(tmp_path):
    builder = CaseBuilder().row("voices", voice="Ravella Corvonte", other="Bridge Person", relation="dependent")
    builder.row("voices", voice="Bridge Person", other="Stellin Dormaque", relation="dependent")
    builder.add(**DENIES, speaker="Bridge Person", disclosable="")
    examined = examine_folder(builder.write(tmp_path / "case"))
    made = freeze(examined)
    assert (examined.examination.belief.must_be_wrong, made.examination.belief.must_be_wrong) == (1, 2)
    assert any("raises the figure" in warning for warning in made.selection.warnings)


def test_counsel_is_warned_where_withholding_lowers_the_figure(tmp_path):
    made = frozen(CaseBuilder().change("S003", disclosable=""), tmp_path)
    assert any("lowers the figure" in warning for warning in made.selection.warnings)
    assert not any("raises" in warning for warning in made.selection.warnings)


def test_nothing_is_said_of_the_figure_where_it_stays(tmp_path):
    assert not any("figure" in warning for warning in frozen(CaseBuilder(), tmp_path).selection.warnings)


def supported():
    return CaseBuilder().add(side="press", speaker="Port Reporter", act="departed", when="1977-09-22", place=MONTEVIDEO, to_place=BUENOS_AIRES,
                             stated_on="1977-12", how_known="firsthand")  # fmt: skip


def test_what_supports_the_accusation_stands_in_the_dossier(tmp_path):
    made = frozen(supported(), tmp_path).selection
    assert Kind.SUPPORTS_ACCUSATION in {one.kind for one in made.findings}
    assert not any("S005" in warning for warning in made.warnings)


@pytest.mark.parametrize("how", ["withheld", "rejected", "not confirmed", "not chosen"])
def test_counsel_is_warned_where_what_supports_the_accusation_is_left_out(how, tmp_path):
    builder = supported()
    kinds = found(builder, tmp_path)
    chosen = ()
    if how == "withheld":
        builder.change("S005", disclosable="")
    elif how == "rejected":
        reviewed(builder, kinds[Kind.SUPPORTS_ACCUSATION], "rejected")
    else:
        reviewed(builder, kinds[Kind.PRESENCE_CONFLICT])
        if how == "not chosen":
            reviewed(builder, kinds[Kind.SUPPORTS_ACCUSATION])
            chosen = (kinds[Kind.PRESENCE_CONFLICT].id,)
    made = frozen(builder, tmp_path, *chosen).selection
    assert Kind.SUPPORTS_ACCUSATION not in {one.kind for one in made.findings}
    assert any("S005" in warning and "support" in warning for warning in made.warnings)


def test_where_nothing_is_withheld_every_finding_keeps_its_id_so_that_its_review_counts(tmp_path):
    builder = (
        own_account().change("S002", event="the arrest").change("S003", event="the flight", identifiers="flight=7").change("S001", event="the flight")
    )
    examined = examine_folder(builder.write(tmp_path / "case"))
    made = freeze(examined)
    assert [one.id for one in made.examination.findings] == [one.id for one in examined.examination.findings]
