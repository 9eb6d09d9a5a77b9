#!/usr/bin/env bash
# Every sentence that a person reads, for translators: src/habeas/locale/habeas.pot (gettext; keywords tr and tr_n).
set -eu
"${1:-.venv/bin/pybabel}" -q extract -F tools/babel.cfg --no-location --sort-output --omit-header -k tr -k tr_mark -k tr_n:1,2 -o src/habeas/locale/habeas.pot src/habeas
"$(dirname "${1:-.venv/bin/pybabel}")/python" tools/catalogue.py || echo "translate these in src/habeas/locale/ru/LC_MESSAGES/habeas.po, then run this again"
