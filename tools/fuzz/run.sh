#!/usr/bin/env bash
# One CPU-hour of fuzzing in all, shared by the targets (SECONDS_EACH for less). Makes an environment of its own: atheris has wheels for few systems.
set -eu
cd "$(dirname "$0")/../.."
python=${1:-python3}
fuzz=.cache/fuzz-env
if ! [ -x "$fuzz/bin/python" ] || ! "$fuzz/bin/python" -c 'import atheris' 2>/dev/null; then
  "$python" -m venv "$fuzz"
  "$fuzz/bin/python" -m pip install --quiet 'atheris==3.0.0' || { echo "fuzzing not run: no atheris for this system"; exit 0; }
  "$fuzz/bin/python" -m pip install --quiet --require-hashes -r requirements.lock
  "$fuzz/bin/python" -m pip install --quiet --no-deps --no-build-isolation -e .
fi
targets=$("$fuzz/bin/python" tools/fuzz/fuzz.py list | wc -w)
"$fuzz/bin/python" tools/fuzz/fuzz.py all "${SECONDS_EACH:-$((3600 / targets))}" .cache/fuzz-out
