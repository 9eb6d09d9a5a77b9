"""What `check` says beyond right and wrong."""

from simulators.case_builder import CaseBuilder
from simulators.people import case, state

from habeas.intake.folder import write_folder
from habeas.services.folders import check_folder, new_folder


def notes_of(tmp_path, *rows, **fields):
    write_folder(case(*rows, **fields), tmp_path / "case")
    return check_folder(tmp_path / "case").notes


def test_an_accusation_about_another_person_is_pointed_out(tmp_path):
    notes = notes_of(tmp_path, state(act="wanted", when="2017-05", person="forty men of Argun"), accusation=(1,))
    assert any("another person" in note and "S001" in note for note in notes)


def test_an_accusation_that_no_state_made_is_pointed_out(tmp_path):
    notes = notes_of(tmp_path, {"act": "present", "when": "2017-05", "side": "other"}, accusation=(1,))
    assert any("not said by a state" in note and "S001" in note for note in notes)


def test_an_accusation_by_a_state_about_the_person_gets_neither_remark(tmp_path):
    notes = notes_of(tmp_path, state(act="wanted", when="2017-05"), accusation=(1,))
    assert not any("in the accusation" in note for note in notes)


def test_a_new_folder_can_be_checked_at_once_and_holds_its_guide(tmp_path):
    assert "GUIDE.txt" in new_folder(tmp_path / "new")
    assert any("nothing to test yet" in note for note in check_folder(tmp_path / "new").notes)


def test_a_row_of_voices_that_names_nobody_who_speaks_is_told_by_its_row(tmp_path):
    right = CaseBuilder().row("voices", voice="Ravella Corvonte", other="Stellin Dormaque", relation="independent")
    wrong = right.row("voices", voice="S002", other="Stellin Dormaque", relation="independent")
    notes = " ".join(check_folder(wrong.write(tmp_path / "case")).notes)
    assert "row 3" in notes and "S002" not in notes
