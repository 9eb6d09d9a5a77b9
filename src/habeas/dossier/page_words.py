"""The fixed words of the templates, in the recipient's language."""

from habeas.domain.finding import Belief
from habeas.locale import tr, tr_n


def shared_words() -> dict[str, str]:
    """Words that the dossier and the memorandum share."""
    return {
        "author": tr("Habeas"),
        "circumstances": tr("Circumstances"),
        "exhibit": tr("Exhibit"),
        "exhibits": tr("Exhibits"),
        "id": tr("No."),
        "no": tr("No."),
        "who": tr("Who says it"),
        "says": tr("What is said"),
        "finding": tr("Finding"),
        "arithmetic": tr("The arithmetic"),
        "presumes": tr("It presumes"),
        "readings": tr("Other readings"),
        "none": tr("None."),
        "findings_head": tr("Findings"),
        "excluded_head": tr("Listed, not counted"),
    }


def dossier_words(belief: Belief, reviewers: list[str]) -> dict[str, str]:
    """The words of the dossier."""
    return {
        **shared_words(),
        "footer": tr("Contradicted is not innocent: this dossier tests an accusation and decides nothing."),
        "kicker": tr("Dossier"),
        "sentence_head": tr("What believing the accusation requires"),
        "short_head": tr("In short: the first of the findings"),
        "shown_by": tr("What shows it"),
        "not_said": tr(
            "This dossier tests what was said against what else is recorded. It does not say who the person is or what the person did, "
            "and it decides nothing. What supports the accusation has a section of its own. Every statement names its exhibit; "
            "VERIFY.txt beside this file tells how to check that nothing was changed."
        ),
        "draft": tr("DRAFT: no named reviewer has confirmed these findings."),
        "reviewed": tr("Each finding was confirmed by a named reviewer: {names}.", names=", ".join(reviewers)),
        "contents": tr("Contents"),
        "accusation_head": tr("The accusation in its own words"),
        "translated": tr("Translation"),
        "timeline_head": tr("Timeline"),
        "timeline_note": tr("Hatched: the days that the accusation claims. A bar that fades has no recorded end. A ring is a single day."),
        "belief_head": tr("What believing the accusation costs"),
        "source": tr("Source"),
        "wrong": tr("It would be wrong about"),
        "carriers": tr_n(
            "All of this reached the file through one carrier: the falsity of a single exhibit or relay would remove it.",
            "The falsity of {count} exhibits or relays, at the least, would remove all of it.",
            belief.carriers,
        ) if belief.must_be_wrong else "",
        "versions": tr("The accusation is told in versions that cannot all be true; for each of them:"),
        "version": tr("Statements of the version"),
        "n": tr("Sources"),
        "n_presumed": tr("if custody lasted"),
        "admitted_head": tr("What the accusing side itself records"),
        "admitted_note": tr("These are not counted among the sources above, because they come from the accusing side."),
        "across_head": tr("Wording shared with statements in other cases"),
        "across_note": tr(
            "Other cases are shown only so far as they consented. The words are those of this case's statement that the other one has too; names, "
            "dates and figures are slots, whether they agree or not. Texts may share wording because they follow one standard form or the habit "
            "of whoever took them down, because one repeats the other, or because one person drafted both."
        ),
        "statement": tr("Statement"),
        "taken_by": tr("Taken down by"),
        "month": tr("Recorded"),
        "shared_words": tr("Words shared"),
        "outside_forms": tr("Outside standard forms"),
        "supporting_head": tr("What supports the accusation"),
        "supporting_none": tr("Nothing among what is disclosed agrees with the accusation. The test was run."),
        "exhibits_head": tr("List of exhibits"),
        "exhibit_sha": tr("Exhibit, and the SHA-256 of the original file"),
        "form": tr("Form"),
        "pages": tr("Pages"),
        "at_page": tr("At page"),
        "annex_tests": tr("Annex: how this was tested"),
        "tests_note": tr(
            "Each test is a fixed program run on the statements of Annex B. Known error rates were measured on three public case files "
            "annotated by hand before the program existed; they are small numbers, and say little about other material."
        ),
        "test": tr("Test"),
        "version_of": tr("Version"),
        "rates": tr("Known errors"),
        "labels_head": tr("Labels"),
        "sought_head": tr("Sought and not found"),
        "versions_head": tr("Made with"),
        "characters_head": tr("Characters and pages shown otherwise than in the original"),
        "annex_statements": tr("Annex: the statements relied on"),
    }  # fmt: skip


def memorandum_words(belief: Belief) -> dict[str, str]:
    """The words of the memorandum."""
    return {
        **shared_words(),
        "footer": tr("Privileged and confidential. Not for disclosure."),
        "privileged": tr("Privileged and confidential: counsel's working paper"),
        "never": tr("This paper lists what weakens the case. It is never part of a dossier and never enters a bag."),
        "inputs": tr("inputs"),
        "would_change": tr("What would change it"),
        "ach_head": tr("Competing hypotheses"),
        "ach_note": tr(
            "A view of the same figures, not a weighing: − − the statement excludes it under every reading, − if custody is presumed to have lasted, "
            "+ it says the same, · it is silent. Statements that are silent under all are left out; the most telling come first."
        ),
        "ach_more": tr("Further rows are in the examination (--json has every statement)."),
        "settle_head": tr("What would settle what is open"),
        "settle_note": tr(
            "The record, day, hour, place or holder which, known, decides; the most useful first. Days and hours were tried on the statements of the "
            "finding alone."
        ),
        "warnings_head": tr("Warnings about the dossier as selected"),
        "own_head": tr("What weakens the client's own account"),
        "own_note": tr("Found by the same tests. Meet it before the other side does; ask the sources what they meant."),
        "both_head": tr("The cost of belief, both ways"),
        "sets": tr("Smallest sets of sources that must all be wrong for the accusation to be true"),
        "sets_presumed": tr("The same, if custody is presumed to have lasted"),
        "to_deny": tr_n(
            "To deny the accusation, one must hold that at least {count} source is wrong:",
            "To deny the accusation, one must hold that at least {count} sources are all wrong:",
            belief.to_deny,
        ),
        "capped": tr("The first set of each list is exact; the list itself was cut."),
        "hostile_head": tr("Questions to expect"),
        "hostile_note": tr("What a hostile reader will ask of the sources that the figure rests on. Answer each before the other side puts it."),
        "challenges_head": tr("Challenges to expect, exhibit by exhibit"),
        "challenges_note": tr("What a hostile reader will ask, from what the table of exhibits leaves open."),
        "open_head": tr("Not understood, and of no effect"),
        "untouched": tr(
            "In no finding and of no effect on any figure, since they can be true whatever the accusation says, as they are dated and placed:"
        ),
        "relative": tr("Dates told by a statement that denies something, which has no moment to count from:"),
    }
