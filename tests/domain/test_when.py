"""Dates of the case folder: bounds in minutes, refusals that quote no free text, and three-valued answers that hold for every reading."""

import warnings
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.domain.when import DAY, Truth, When, WhenError, after, before, moment, overlaps, parse_when

EARLIEST, LATEST = 0, date(9999, 12, 31).toordinal() * DAY - 1


def at(text):
    """Minutes since 0001-01-01T00:00, counted by the standard library alone."""
    return (datetime.fromisoformat(text) - datetime.min) // timedelta(minutes=1)


def window(first, last):
    """From the first minute of one day to the last of another."""
    return at(first), at(last) + DAY - 1


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("1977-08-01", "1977-08-01", "1977-08-01"),
        ("1977-08", "1977-08-01", "1977-08-31"),
        ("1976-02", "1976-02-01", "1976-02-29"),
        ("1900-02", "1900-02-01", "1900-02-28"),
        ("1977-12", "1977-12-01", "1977-12-31"),
        ("1977", "1977-01-01", "1977-12-31"),
        ("197X", "1970-01-01", "1979-12-31"),
        ("19XX", "1900-01-01", "1999-12-31"),
        ("000X", "0001-01-01", "0009-12-31"),
        ("1976-XX", "1976-01-01", "1976-12-31"),
        ("1976-XX-XX", "1976-01-01", "1976-12-31"),
        ("1976-02-XX", "1976-02-01", "1976-02-29"),
        ("0001-01-01", "0001-01-01", "0001-01-01"),
        ("9999-12-31", "9999-12-31", "9999-12-31"),
    ],
)
def test_a_date_covers_every_minute_that_its_precision_allows(text, first, last):
    when = parse_when(text)
    assert (when.lo, when.hi) == window(first, last)
    assert when.nominal == (when.lo, when.hi)
    assert when.core is None and not when.interval and when.relative is None


@pytest.mark.parametrize("sign", ["~", "?", "%"])
@pytest.mark.parametrize(
    ("text", "nominal", "widened"),
    [
        ("1976-06-08", ("1976-06-08", "1976-06-08"), ("1976-06-05", "1976-06-11")),
        ("1976-03-01", ("1976-03-01", "1976-03-01"), ("1976-02-27", "1976-03-04")),
        ("1977-12-30", ("1977-12-30", "1977-12-30"), ("1977-12-27", "1978-01-02")),
        ("1977-08", ("1977-08-01", "1977-08-31"), ("1977-07-01", "1977-09-30")),
        ("1977-01", ("1977-01-01", "1977-01-31"), ("1976-12-01", "1977-02-28")),
        ("1977-12", ("1977-12-01", "1977-12-31"), ("1977-11-01", "1978-01-31")),
        ("1977-08-XX", ("1977-08-01", "1977-08-31"), ("1977-07-01", "1977-09-30")),
        ("1976", ("1976-01-01", "1976-12-31"), ("1975-01-01", "1977-12-31")),
        ("1976-XX", ("1976-01-01", "1976-12-31"), ("1975-01-01", "1977-12-31")),
        ("197X", ("1970-01-01", "1979-12-31"), ("1969-01-01", "1980-12-31")),
    ],
)
def test_a_date_is_widened_by_three_days_one_month_or_one_year_at_its_precision(text, nominal, widened, sign):
    when = parse_when(text + sign)
    assert (when.lo, when.hi) == window(*widened)
    assert when.nominal == window(*nominal)


@pytest.mark.parametrize("text", ["9999~", "9999-12~", "9999-12-31~", "0001~", "0001-01~", "0001-01-02~", "000X~"])
def test_a_date_that_cannot_be_widened_within_the_calendar_is_refused(text):
    with pytest.raises(WhenError, match="end of the calendar"):
        parse_when(text)


@pytest.mark.parametrize("text", ["1977-08-01T10:30", "1977-08-01T00:00", "1977-08-01T23:59"])
def test_a_time_is_one_minute(text):
    when = parse_when(text)
    assert when.lo == when.hi == at(text)
    assert when.nominal == (at(text), at(text))


def test_an_interval_runs_from_its_earliest_start_to_its_latest_end():
    when = parse_when("1975-12-12/1976-02")
    assert (when.lo, when.hi) == window("1975-12-12", "1976-02-29")
    assert when.interval


def test_the_core_of_an_interval_runs_from_its_latest_start_to_its_earliest_end():
    assert parse_when("1975-12/1976-02").core == (at("1975-12-31T23:59"), at("1976-02-01"))
    assert parse_when("1977-08-01T10:00/1977-08-01T11:00").core == (at("1977-08-01T10:00"), at("1977-08-01T11:00"))


def test_an_interval_whose_ends_may_cross_has_no_core():
    assert parse_when("1977-08/1977-08").core is None
    assert parse_when("1977-08-01~/1977-08-03~").core is None


def test_a_doubtful_end_widens_the_window_and_shrinks_the_core():
    when = parse_when("1977-08-10~/1977-09-10~")
    assert (when.lo, when.hi) == window("1977-08-07", "1977-09-13")
    assert when.core == (at("1977-08-13T23:59"), at("1977-09-07"))
    assert when.nominal == window("1977-08-10", "1977-09-10")


def test_an_open_end_has_no_bound():
    until, since = parse_when("../1977-09-22"), parse_when("1977-09-22/..")
    assert (until.lo, until.hi) == (None, window("1977-09-22", "1977-09-22")[1])
    assert (since.lo, since.hi) == (at("1977-09-22"), None)
    assert until.core == (None, at("1977-09-22")) and since.core == (at("1977-09-22T23:59"), None)
    assert until.bounded and since.bounded


def test_an_unknown_end_is_not_taken_for_an_endless_stay():
    # EDTF: an empty end is unknown, '..' is open; nothing sure follows from what is not known
    assert overlaps(parse_when("1977-08-01/"), parse_when("1999")) is Truth.OPEN
    assert overlaps(parse_when("/1977-08-01"), parse_when("1950")) is Truth.OPEN


@pytest.mark.parametrize(
    ("text", "anchor", "order", "shift"),
    [
        ("@S006", "S006", "", (0, 0)),
        ("@S006+P14D", "S006", "", (14 * DAY, 14 * DAY)),
        ("@S006+P12D/P16D", "S006", "", (12 * DAY, 16 * DAY)),
        ("@S006-P1D", "S006", "", (-DAY, -DAY)),
        ("@S006-P12D/P16D", "S006", "", (-16 * DAY, -12 * DAY)),
        ("@S006+P2W", "S006", "", (14 * DAY, 14 * DAY)),
        ("@S006+P1M", "S006", "", (28 * DAY, 31 * DAY)),
        ("@S006-P1Y", "S006", "", (-366 * DAY, -365 * DAY)),
        ("@S006+PT6H", "S006", "", (360, 360)),
        ("@S006+P1DT2H30M", "S006", "", (DAY + 150, DAY + 150)),
        (">@S006", "S006", ">", None),
        ("<@S006", "S006", "<", None),
        ("@castro-1+P1D", "castro-1", "", (DAY, DAY)),
        ("@S1.2+P1D", "S1.2", "", (DAY, DAY)),
    ],
)
def test_a_relative_date_keeps_its_anchor_order_and_shift_and_has_no_bounds(text, anchor, order, shift):
    when = parse_when(text)
    assert when.relative is not None
    assert (when.relative.anchor, when.relative.order, when.relative.shift) == (anchor, order, shift)
    assert when.lo is None and when.hi is None and not when.bounded


@pytest.mark.parametrize(
    "text",
    [
        "@",
        "@+P1D",
        "@S006+",
        "@S006+P",
        "@S006+PT",
        "@S006+P1DT",
        "@S006+14D",
        "@S006+P1D/P2D/P3D",
        ">@S006+P1D",
        "<<@S006",
        "@S006 +P1D",
        "S006@",
        "@S006+P1.5D",
        "@S006+P16D/P12D",
    ],
)
def test_what_is_not_wholly_a_relative_date_is_refused(text):
    with pytest.raises(WhenError):
        parse_when(text)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("01.08.1977", "right would be 1977-08-01"),
        ("1/8/1977", "more than one '/'|1977-08-01"),
        ("31.02.1977", "not a day of the calendar"),
        ("1977-02-31", "not a day of the calendar"),
        ("1977-02-29", "not a day of the calendar"),
        ("1977-13", "not a day of the calendar"),
        ("1977-00", "not a day of the calendar"),
        ("1977-08-00", "not a day of the calendar"),
        ("0000", "not a day of the calendar"),
        ("0000-01-01", "not a day of the calendar"),
        ("1977-21", "season"),
        ("1977-41", "season"),
        ("1977-08-01T10:30Z", "leave the zone out"),
        ("1977-08-01T10:30+03:00", "leave the zone out"),
        ("1977-08-01T24:00", "00:00 to 23:59"),
        ("1977-08-01T10:60", "00:00 to 23:59"),
        ("1977-08-01T10:30~", "a time needs a whole day"),
        ("1977-08T10:30", "a time needs a whole day"),
        ("1977-08-XXT10:30", "a time needs a whole day"),
        ("1977-08-01T10:30:15", "right would be"),
        ("1977-08-01T1030", "right would be"),
        ("1977-08-01//1977-08-02", "more than one '/'"),
        ("1977/1978/1979", "more than one '/'"),
        ("1977-08-02/1977-08-01", "ends before it starts"),
        ("1977-08-01T10:30/1977-08-01T10:29", "ends before it starts"),
        ("../..", "neither start nor end"),
        ("/", "neither start nor end"),
        ("/..", "neither start nor end"),
        ("1977-XX-15", "a day needs a month"),
        ("197X-08", "a month needs a whole year"),
        ("197X-XX", "a month needs a whole year"),
        ("1X77", "right would be"),
        ("XXXX", "right would be"),
        ("19X7", "right would be"),
        ("1977-1X", "right would be"),
        ("1977-X1", "right would be"),
        ("1977-08-1X", "right would be"),
        ("1977-08-3X", "right would be"),
        ("Y17000", "right would be"),
        ("Y-17000", "right would be"),
        ("-1977", "right would be"),
        ("+1977", "right would be"),
        ("77-08-01", "right would be"),
        ("1977-8-1", "right would be"),
        ("19770801", "right would be"),
        ("1977-08~~", "right would be"),
        ("~1977", "right would be"),
        ("1977~-08", "right would be"),
        ("1977 - 08", "right would be"),
        ("1977-08-01 / 1977-08-02", "right would be"),
        ("", "empty"),
        (" \t\n ", "empty"),
    ],
)
def test_a_refusal_says_what_would_be_right(text, right):
    with pytest.raises(WhenError, match=right):
        parse_when(text)


@pytest.mark.parametrize(
    "text",
    [
        "KINGFISHER",
        "before KINGFISHER died",
        "KINGFISHER/1977",
        "1977/KINGFISHER",
        "KINGFISHER/1977/1978",
        "a/b/KINGFISHER",
        "KINGFISHER @ home",
        "@S1+KINGFISHER",
        "@S1 KINGFISHER",
        "1977-08-01\0KINGFISHER",
        "../KINGFISHER",
        "KINGFISHER~",
        "1977-08-01\nKINGFISHER",
        "Y KINGFISHER",
        "KINGFISHER" * 1000,
        "/".join(["KINGFISHER"] * 1000),
        "@" + " KINGFISHER" * 1000,
    ],
    ids=lambda text: text[:24].encode("unicode_escape").decode(),
)
def test_a_refusal_never_echoes_free_text(text):
    with pytest.raises(WhenError) as refused:
        parse_when(text)
    assert "KINGFISHER" not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    ["1" * 10_000, "1977-08-01/" * 1000, "@" + "S" * 10_000 + "+Q", ">@" + "S" * 10_000, "1977-08-01" + " " * 10_000 + "x"],
    ids=lambda text: text[:12],
)
def test_ten_thousand_characters_are_refused_in_a_short_message(text):
    with pytest.raises(WhenError) as refused:
        parse_when(text)
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize(
    "text", ["1977-08-01\0", "\0", "1977\x0008", "١٩٧٧-٠٨-٠١", "１９７７", "1977‑08‑01", "1977–1978", "1977-08-01\u200b", "1977-08-01;"]
)
def test_only_ascii_digits_and_signs_make_a_date(text):
    with pytest.raises(WhenError):
        parse_when(text)


def test_space_around_a_date_is_forgiven_and_not_kept():
    assert parse_when("  1977-08-01\n") == parse_when("1977-08-01")


def test_a_moment_is_shown_as_its_day_and_clamped_to_the_calendar():
    assert moment(at("1977-08-01T10:30")) == "1977-08-01"
    assert moment(at("1977-08-01T23:59")) == "1977-08-01"
    assert moment(-5) == "0001-01-01" and moment(LATEST + DAY) == "9999-12-31"


# --- laws -------------------------------------------------------------------------------------------------------------------------------

_years = st.integers(1900, 1990)
_days = st.dates(min_value=date(1970, 1, 1), max_value=date(1980, 12, 31))
_singles = st.one_of(
    _days.map(str),
    _days.map(lambda day: f"{day:%Y-%m}"),
    _days.map(lambda day: f"{day:%Y-%m}-XX"),
    _years.map(str),
    _years.map(lambda year: f"{year}-XX"),
    st.sampled_from(["197X", "19XX", "198X"]),
)
_doubted = st.tuples(_singles, st.sampled_from(["", "~", "?", "%"])).map("".join)
_timed = st.tuples(_days, st.times()).map(lambda both: f"{both[0]}T{both[1]:%H:%M}")
_ends = st.one_of(_doubted, _timed, st.just(".."))


@st.composite
def _texts(draw):
    one = draw(_ends)
    text = draw(st.one_of(st.just(one), _ends.map(lambda other: f"{one}/{other}")))
    try:
        parse_when(text)
    except WhenError:
        return draw(_days.map(str))
    return text


_whens = _texts().map(parse_when)


def _readings(data, when):
    """One concrete stretch (first minute, last minute) that the words allow."""
    low = EARLIEST if when.lo is None else when.lo
    high = LATEST if when.hi is None else when.hi
    if not when.interval:
        one = data.draw(st.integers(low, high))
        return one, one
    if when.core is None:
        first, last = sorted((data.draw(st.integers(low, high)), data.draw(st.integers(low, high))))
        return first, last
    latest_start = low if when.core[0] is None else when.core[0]
    earliest_end = high if when.core[1] is None else when.core[1]
    return data.draw(st.integers(low, latest_start)), data.draw(st.integers(earliest_end, high))


@given(_texts())
def test_the_words_of_a_date_are_kept(text):
    assert parse_when(text).text == text == str(parse_when(text))


@given(_whens)
def test_the_nominal_window_lies_within_the_widened_one(when):
    low, high = when.nominal
    assert (when.lo is None) == (low is None) and (when.hi is None) == (high is None)
    assert low is None or when.lo <= low
    assert high is None or high <= when.hi
    assert None in (low, high) or low <= high


@given(_whens)
def test_the_core_lies_within_the_window(when):
    if when.core is None:
        return
    start, end = when.core
    assert when.lo is None or (start is not None and when.lo <= start)
    assert when.hi is None or (end is not None and end <= when.hi)
    assert None in (start, end) or start <= end


@given(_whens, _whens, st.sampled_from([0, 60, DAY]), st.data())
def test_a_sure_answer_on_order_holds_under_every_reading(one, other, slack, data):
    (_, end), (start, _) = _readings(data, one), _readings(data, other)
    shift = data.draw(st.integers(-slack, slack))
    said = before(one, other, slack=slack)
    assert said is Truth.OPEN or (end + shift < start) is (said is Truth.YES)


@given(_whens, _whens, st.sampled_from([0, 60, DAY]), st.data())
def test_a_sure_answer_on_overlap_holds_under_every_reading(one, other, slack, data):
    first, second = _readings(data, one), _readings(data, other)
    shift = data.draw(st.integers(-slack, slack))
    shared = max(first[0] + shift, second[0]) <= min(first[1] + shift, second[1])
    said = overlaps(one, other, slack=slack)
    assert said is Truth.OPEN or shared is (said is Truth.YES)


@given(_whens, _whens, st.sampled_from([0, DAY]))
def test_before_and_after_are_two_words_for_one_fact(one, other, slack):
    assert after(other, one, slack=slack) is before(one, other, slack=slack)
    if before(one, other, slack=slack) is Truth.YES:
        assert before(other, one, slack=slack) is not Truth.YES
        assert overlaps(one, other, slack=slack) is Truth.NO
    assert overlaps(one, other, slack=slack) is overlaps(other, one, slack=slack)


@given(_whens, _whens)
def test_a_slower_clock_never_makes_an_answer_surer(one, other):
    for ask in (before, overlaps):
        assert ask(one, other, slack=DAY) in (ask(one, other), Truth.OPEN)


def test_order_is_told_where_it_can_be_and_left_open_where_it_cannot():
    assert before(parse_when("1977-08-01"), parse_when("1977-08-02")) is Truth.YES
    assert before(parse_when("1977-08-01"), parse_when("1977-08-02"), slack=DAY) is Truth.OPEN
    assert before(parse_when("1977-08"), parse_when("1977-08-02")) is Truth.OPEN
    assert before(parse_when("1977-09"), parse_when("1977-08-02")) is Truth.NO
    assert before(parse_when("../1977-08-01"), parse_when("1977-08-02/..")) is Truth.YES
    assert before(parse_when(">@S1"), parse_when("1977")) is Truth.OPEN
    assert overlaps(parse_when("1977-08-01/1977-08-10"), parse_when("1977-08-05")) is Truth.YES
    assert overlaps(parse_when("1977-08/1977-09"), parse_when("1977-08-05")) is Truth.OPEN
    assert overlaps(parse_when("1977-08-05T10:00"), parse_when("1977-08-05T10:00")) is Truth.YES
    assert overlaps(parse_when("1977-08-05"), parse_when("1977-08-05")) is Truth.OPEN
    assert overlaps(When(text=""), parse_when("1977")) is Truth.OPEN


# --- oracles: two independent readers of EDTF agree on Level 1 without '~' ---------------------------------------------------------------

_oracle_days = st.dates(min_value=date(1000, 1, 1), max_value=date(9998, 12, 31))
_level_1 = st.one_of(
    _oracle_days.map(str),
    _oracle_days.map(lambda day: f"{day:%Y-%m}"),
    _oracle_days.map(lambda day: f"{day:%Y-%m}-XX"),
    _oracle_days.map(lambda day: f"{day:%Y}-XX"),
    _oracle_days.map(lambda day: f"{day:%Y}"),
    _oracle_days.map(lambda day: f"{day:%Y}"[:3] + "X"),
    _oracle_days.map(lambda day: f"{day:%Y}"[:2] + "XX"),
)


def _days_of(when):
    """The oracles stop at whole days: their last day reaches to its last minute."""
    return moment(when.lo), moment(when.hi)


@pytest.fixture(scope="module")
def edtf_days():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from edtf import parse_edtf

    def ask(text):
        found = parse_edtf(text)
        return tuple("{:04d}-{:02d}-{:02d}".format(*bound[:3]) for bound in (found.lower_strict(), found.upper_strict()))

    return ask


@pytest.fixture(scope="module")
def undate_days():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from undate import Undate

    def ask(text):
        found = Undate.parse(text, "EDTF")
        return str(found.earliest), str(found.latest)

    return ask


@pytest.mark.slow
@given(text=_level_1)
def test_the_edtf_package_reads_the_same_days(edtf_days, text):
    assert _days_of(parse_when(text)) == edtf_days(text)


@pytest.mark.slow
@given(text=_level_1)
def test_the_undate_package_reads_the_same_days(undate_days, text):
    assert _days_of(parse_when(text)) == undate_days(text)


_whole = _level_1.filter(lambda text: "X" not in text)  # the oracle fails with an AttributeError on an interval such as 2000/2001-XX


@pytest.mark.slow
@given(one=_whole, other=_whole)
def test_the_edtf_package_reads_the_same_intervals(edtf_days, one, other):
    text = f"{one}/{other}"
    if edtf_days(other)[1] < edtf_days(one)[0]:
        with pytest.raises(WhenError, match="ends before it starts"):
            parse_when(text)
    else:
        assert _days_of(parse_when(text)) == edtf_days(text)


@pytest.mark.parametrize(
    ("text", "unit"),
    [("@S1", DAY), ("@S1+P14D", DAY), ("@S1+P2W", 7 * DAY), ("@S1+P1W/P2W", DAY), ("@S1+P1M", DAY), ("@S1+PT6H", 60), ("@S1+PT30M", 30),
     ("@S1+PT45M", 5), ("@S1+PT7M", 1), ("@S1+P1DT2H", 60)],
)  # fmt: skip
def test_a_duration_is_as_rough_as_people_mean_it(text, unit):
    relative = parse_when(text).relative
    assert relative is not None
    assert relative.unit == unit


@pytest.mark.parametrize("text", ["2 weeks after S002", "S002+P14D", "через две недели после S002", "before S002"])
def test_a_relative_date_in_peoples_own_words_is_told_how_it_is_written(text):
    with pytest.raises(WhenError, match=r"@S006\+P14D"):
        parse_when(text)
