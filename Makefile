# Every command of the house. `make` alone lists them.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV_VERSION := 0.9
STAMP := $(VENV)/.ready
DEBIAN := chromium default-jdk-headless libjaxb-java openssl coreutils poppler-utils age strace
export UV_PROJECT_ENVIRONMENT := $(VENV)

.DEFAULT_GOAL := help
.PHONY: help setup system demo test check reliability bench docs messages lock clean

help: ## List the commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(STAMP) ## Make .venv with everything that is pinned in requirements.lock

$(STAMP): requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@command -v uv >/dev/null || test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet "uv>=$(UV_VERSION)"
	@uv=$$(command -v uv || echo $(BIN)/uv); \
	  $$uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock && \
	  $$uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

system: ## Install the Debian packages that some tests want (as root; NO_SYSTEM=1 leaves it)
	@bash tools/system.sh $(DEBIAN)

demo: $(STAMP) ## The whole way on a public historical case, into demo-out/
	@$(BIN)/habeas demo --out demo-out

test: $(STAMP) system ## All tests; ends with those that did not run and why
	@PYTHON=$(BIN)/python bash tools/test.sh

check: $(STAMP) ## Linters, types and the floor plan
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet . || (echo "run: ruff format ." && false)
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache | tail -n 6

reliability: $(STAMP) system ## Kills, power cuts, bit flips, hostile stores, erasure, canaries, full size (two to three hours on two cores); then fuzzing, one CPU-hour in all
	@HABEAS_RELIABILITY=full $(BIN)/python -m pytest tests/reliability -q -n 2 -p no:randomly --timeout 7200
	@bash tools/fuzz/run.sh $(BIN)/python

bench: $(STAMP) ## Speed, memory and accuracy, peers side by side; figures go to docs/benchmarks.md by hand
	@for script in benchmarks/bench_*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

docs: $(STAMP) ## Check that the documents agree with the program
	@$(BIN)/python -m pytest tests/docs -q -p no:randomly

messages: $(STAMP) ## Gather every sentence for translators (gettext)
	@bash tools/messages.sh $(BIN)/pybabel

lock: ## Resolve requirements.lock anew (hashes, all groups, all platforms)
	@uv=$$(command -v uv || echo $(BIN)/uv); bash tools/lock.sh $$uv

clean: ## Remove what make made
	@rm -rf $(VENV) .cache demo-out .pytest_cache .mypy_cache .ruff_cache
