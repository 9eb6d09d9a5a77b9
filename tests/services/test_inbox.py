"""Files that have no case yet: sealed at once, filed later, never in two places as if they were two."""

import pytest
from simulators.vaults import make_vault

from habeas.domain.errors import BadInput
from habeas.services.casebook import read_book
from habeas.services.cases import new_case
from habeas.services.changing import take_back
from habeas.services.inbox import file_into, inbox_id, take_in, unfiled
from habeas.vault.errors import NoSuchCaseError
from habeas.vault.events import Kind

pytestmark = pytest.mark.slow


@pytest.fixture
def vault(tmp_path):
    with make_vault(tmp_path / "vault") as made:
        yield made


def numbers(vault):
    with vault.case(vault.settings.inbox) as comp:
        return [one.key for one in unfiled(read_book(comp))]


def test_a_file_goes_from_the_inbox_into_a_case_with_its_bytes_and_its_name(vault, day):
    outcomes = take_in(vault, [("letter.txt", [b"a letter"]), ("again.txt", [b"a letter"]), ("scan.bin", [b"\0\1"])], day)
    assert [one.outcome for one in outcomes] == ["sealed", "duplicate", "sealed"] and numbers(vault) == ["1", "2"]
    cid = new_case(vault, "One", day)
    (done,) = file_into(vault, ["1"], cid).files
    assert done.outcome.outcome == "sealed" and numbers(vault) == ["2"]
    with vault.case(cid) as comp:
        (entry,) = read_book(comp).of(Kind.EXHIBIT)
        assert comp.read_content(entry.content) == b"a letter" and entry.record.file == "01-letter.txt"


def test_filing_is_taken_back_in_the_inbox_and_in_the_case(vault, day):
    take_in(vault, [("letter.txt", [b"a letter"]), ("scan.bin", [b"\0\1"])], day)
    cid = new_case(vault, "One", day)
    filing = file_into(vault, ["1", "2"], cid)
    assert numbers(vault) == [] and list(filing.steps) == [vault.settings.inbox, cid]
    for one, made in filing.steps.items():
        with vault.case(one) as comp:
            take_back(comp, made)
    assert numbers(vault) == ["1", "2"]
    with vault.case(cid) as comp:
        assert read_book(comp).of(Kind.EXHIBIT) == () and len(read_book(comp).of(Kind.EXHIBIT, withdrawn=True)) == 2


def test_what_the_case_has_already_is_a_duplicate_there_and_leaves_the_inbox(vault, day):
    cid = new_case(vault, "One", day)
    take_in(vault, [("letter.txt", [b"a letter"])], day)
    file_into(vault, ["1"], cid)
    take_in(vault, [("other.txt", [b"a letter"])], day)
    assert numbers(vault) == []  # the inbox knows it, though it is filed


def test_the_inbox_is_one_and_is_no_case_to_file_into(vault, day):
    assert inbox_id(vault, day) == inbox_id(vault, day)
    take_in(vault, [("a", [b"a"])], day)
    with pytest.raises(BadInput):
        file_into(vault, ["1"], vault.settings.inbox)
    with pytest.raises(NoSuchCaseError):
        file_into(vault, ["1"], "case-000000000000")
    with pytest.raises(BadInput):
        file_into(vault, ["9"], new_case(vault, "One", day))
    assert numbers(vault) == ["1"]
