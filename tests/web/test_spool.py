"""The spool gives back what it took, keeps no plaintext on disk, and is gone at its end."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from habeas.web import spool as module
from habeas.web.spool import Spool

FILES = st.lists(st.lists(st.binary(max_size=300), max_size=6), max_size=6)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(FILES, st.integers(0, 400), st.integers(1, 97))
def test_every_file_comes_back_byte_for_byte_wherever_it_waited(tmp_path, files, in_memory, piece):
    before = module.IN_MEMORY, module.PIECE
    module.IN_MEMORY, module.PIECE = in_memory, piece
    try:
        with Spool(tmp_path / "tmp") as spool:
            for number, pieces in enumerate(files):
                spool.add(f"f{number}", iter(pieces))
            for _ in range(2):
                assert [b"".join(spool.pieces(one)) for one in spool.files] == [b"".join(pieces) for pieces in files]
            assert [one.name for batch in spool.batches(2, 100) for one in batch] == [f"f{number}" for number in range(len(files))]
        assert list((tmp_path / "tmp").glob("*")) == []
    finally:
        module.IN_MEMORY, module.PIECE = before


def test_what_goes_to_the_disk_is_sealed(tmp_path):
    with Spool(tmp_path / "tmp") as spool:
        spool.add("a", [b"MARKER" * 200_000] * 6)
        (file,) = (tmp_path / "tmp").glob("*")
        assert b"MARKER" not in file.read_bytes() and file.stat().st_mode & 0o077 == 0


def test_many_small_files_do_not_fill_the_memory(tmp_path):
    with Spool(tmp_path / "tmp") as spool:
        for number in range(40):
            spool.add(str(number), [bytes(900_000)])
        assert sum(len(one.inline) for one in spool.files) <= module.IN_MEMORY
        assert all(sum(map(len, spool.pieces(one))) == 900_000 for one in spool.files)
