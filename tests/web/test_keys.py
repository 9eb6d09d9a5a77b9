"""The keys that the help prints are the keys that the script obeys."""

import re
from importlib import resources

from habeas.web.keys import KEYS, key_words

SCRIPT = resources.files("habeas.web").joinpath("static/habeas.js").read_text("utf-8")


def table(name):
    return dict(re.findall(r'"(.)": "([^"]+)"', re.search(rf"const {name} = \{{([^}}]*)\}}", SCRIPT)[1]))


def test_the_two_tables_are_one():
    single = {keys: what for keys, what in KEYS if len(keys) == 1}
    after_g = {keys[2:]: what for keys, what in KEYS if keys.startswith("g ")}
    assert table("keys") == single and table("going") == after_g
    assert set(re.findall(r"^  (\w+): \(\) =>", SCRIPT, re.MULTILINE)) == set(single.values())
    assert {keys for keys, _ in KEYS} == {*single, *(f"g {one}" for one in after_g), "Esc Esc"}


def test_every_key_has_words_and_one_meaning():
    assert all(key_words(what) for _, what in KEYS) and len({keys for keys, _ in KEYS}) == len(KEYS)
