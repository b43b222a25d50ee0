# Everything people do with this checkout. `make help` lists it.
PY ?= python3.11
RUN := .venv/bin/python -m

.DEFAULT_GOAL := help
.PHONY: help setup demo test check format bench faults browser screenshots schema manifest lock

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

test: setup  ## the tests, in random order and on every core
	@$(RUN) pytest -n auto

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

.venv/.browser: requirements-browser.lock .venv/.ready
	@echo "Installing playwright from requirements-browser.lock ..."
	@$(RUN) pip install --quiet --disable-pip-version-check --require-hashes -r requirements-browser.lock
	@touch $@

browser: .venv/.browser  ## the demo's pages in Chromium, end to end (Debian: apt install chromium)
	@$(RUN) pytest -m browser -rs --timeout 300 tests/browser

screenshots: .venv/.browser  ## take the pictures in docs/screenshots anew
	@$(RUN) sandbox.screenshots

schema: setup  ## write schemas/ anew from the models of the files people edit
	@$(RUN) bot.schemas

manifest: setup  ## write slack-manifest.yaml anew, with an address to replace
	@PUBLIC_URL=https://kontor.example.com SLACK_COMMAND_PREFIX= $(RUN) bot manifest > slack-manifest.yaml

lock: setup  ## resolve the dependencies anew (needs uv: pip install uv)
	@uv pip compile pyproject.toml --quiet --upgrade --universal --python-version 3.11 --extra scaled --group dev \
		--generate-hashes --no-header --no-annotate --output-file requirements.lock
	@uv pip compile --group browser --quiet --upgrade --universal --python-version 3.11 \
		--generate-hashes --no-header --no-annotate --output-file requirements-browser.lock
