"""The guide that lies beside an empty case folder: how to fill it, generated from the columns that are read."""

from habeas.domain.statement import CIRCUMSTANCE_KEYS, IDENTIFIER_KEYS, Act, HowKnown, Side
from habeas.intake.folder.columns import EXHIBITS, SIDE_TABLES, STATEMENTS
from habeas.locale import tr


def guide() -> str:
    """The text of GUIDE.txt."""
    tables = "\n".join(f"  {table.stem}.csv: {', '.join(table.names)}" for table in SIDE_TABLES)
    return tr(
        """HOW TO FILL THIS CASE FOLDER

1. case.toml: title, pseudonym (shown outside), person (the name, never shown), language (of the papers, e.g. ru), notes, and under
   accusation the ids of the statements by the state that are to be tested: accusation = ["S014", "S018"]. Under [identifiers] the
   person's own: id_number = "…", birth_date = "1997-03-02". A statement that relatives were made to sign is part of the accusation:
   act departed, circumstances forced_to_sign=true.
2. exhibits/: the files. exhibits.csv: one row for each, with a number (leave file empty where the item is withheld).
   Columns: {exhibits}
3. statements.csv (or .xlsx, .jsonl): one row for each thing that somebody says. UTF-8, ',' or ';'.
   Columns: {statements}
   id            S001, S002 … each once
   speaker, body who says it; the state or organisation on whose behalf
   side          {sides}
   how_known     {known}
   relayed_by    who passed it on, outermost first, separated by ' < '
   act           {acts}
   denied        true: the speaker says that it happened at no time in 'when'
   stated_on, when   1977-08-01, 1977-08, 1977-XX-XX, 1977-08-01T10:30, 1977-08~ (about), 1977-08-01/1977-08-05, ../1977-09-22
                 or, for 'when' alone, told by another statement: @S006+P14D, >@S006, <@S006
   place         most specific first: La Casona, Montevideo, Uruguay
   identifiers   key=value; … with {identifiers}
   circumstances key=value; … with {circumstances}
                 A register that shows him every day: circumstances throughout=true (else an interval means: some time in it).
                 by: who holds him, written as the body is written under 'body' (by=Uruguay, not by=police of Uruguay), or left out.
                 office, officer, article, form: who of the accusing side wrote it down, where, under what (for patterns across cases).
   event         the same word on statements about one and the same act
   exhibit, locator   the exhibit's number; the page or line
   disclosable   true, or it never leaves
   shown_as      the name under which the speaker appears outside (empty: the role only)
   consents.csv: two purposes are read: shared_wording and patterns (this case beside others, for that recipient, word for word).
   forms.csv: words that a person takes for an office's standard form (… for gaps), and who marked them.
   reviews.csv: finding and inputs as 'habeas examine' prints them; without the right inputs a review does not count.
4. The other tables are optional; leave them as they are or delete them:
{tables}
5. Leave out what nobody needs to know. There is no place for orientation, religion, ethnicity, politics or health, and a
   column for them is refused.

Then: habeas check DIR   (what is wrong, all at once)
      habeas examine DIR (what the tests say)
      habeas memorandum DIR --out FILE.pdf   (for counsel alone)
      habeas keygen KEY.pem ; habeas dossier DIR --out BAG --sign-key KEY.pem
"""
    ).format(
        exhibits=", ".join(EXHIBITS.names), statements=", ".join(STATEMENTS.names), sides=", ".join(Side), known=", ".join(HowKnown),
        acts=", ".join(Act), identifiers=", ".join(IDENTIFIER_KEYS), circumstances=", ".join(CIRCUMSTANCE_KEYS), tables=tables,
    )  # fmt: skip
