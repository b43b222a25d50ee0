# Everything people do with this checkout. `make help` lists it.
PY ?= python3.11
RUN := .venv/bin/python -m

.DEFAULT_GOAL := help
.PHONY: help setup demo test check format bench faults

help:  ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv/bin/python:
	@command -v $(PY) >/dev/null || { echo "Kontor needs Python 3.11 or newer; set PY=python3.12 to choose another."; exit 1; }
	@$(PY) -m venv .venv || { echo "Could not make .venv. On Debian: apt install python3.11-venv"; exit 1; }

.venv/.ready: requirements.lock pyproject.toml | .venv/bin/python
	@echo "Installing into .venv from requirements.lock ..."
	@$(RUN) pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(RUN) pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

setup: .venv/.ready  ## create .venv and install from the lock file

demo: setup  ## a marketplace, a Slack and the bot on this machine; prints where to look
	@$(RUN) bot demo

test: setup  ## the tests, in random order
	@$(RUN) pytest

check: setup  ## format, lint, types, import contracts
	@$(RUN) ruff format --check .
	@$(RUN) ruff check .
	@$(RUN) mypy
	@.venv/bin/lint-imports

format: setup  ## put the code into its one format
	@$(RUN) ruff format .
	@$(RUN) ruff check --fix .

bench: setup  ## ratios against a floor in the same run
	@$(RUN) bench

faults: setup  ## the long fault runs: kills, cancellations
	@$(RUN) pytest -m slow --timeout 3600

lock: setup  ## resolve the dependencies anew (needs uv: pip install uv)
	@uv lock --quiet --upgrade
	@uv export --quiet --format requirements.txt --no-emit-project --no-header --no-annotate --extra scaled --output-file requirements.lock
	@uv export --quiet --format requirements.txt --no-emit-project --no-header --no-annotate --only-group browser --output-file requirements-browser.lock
