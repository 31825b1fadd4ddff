# `make demo` on a fresh machine needs Python 3.11 or newer with its venv module, apt and a network; no root.
SYSTEM ?= octopuspro
PYTEST_FLAGS ?=
# Test processes, each with an Odoo of its own.
WORKERS ?= 2
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
BIN := .venv/bin
INSTALLED := .venv/.installed

.DEFAULT_GOAL := help
.PHONY: help install demo ui test test-odoo14 lint format type check constraints clean

help: ## list what can be made
	@sed -n 's/^\([a-z0-9-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 22

install: $(INSTALLED) ## make .venv with the pinned packages

# The stamp comes last and is younger than what it was made from, so an interrupted install is taken up again.
$(INSTALLED): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer was found. On Debian: apt-get install python3 python3-venv" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) cannot make virtual environments. On Debian: apt-get install python3-venv" >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@# The pip of Debian 12 does not know dependency groups.
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e . --group dev
	@touch $@

demo: install ## migrate the example of one system into a sandbox Odoo (SYSTEM=octopuspro, …, or all)
	$(BIN)/flitstack demo $(SYSTEM)

ui: install ## open Dagster's pages on the project
	$(BIN)/flitstack ui

test: install ## run the tests; the first time starts a real Odoo in about two minutes
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile $(PYTEST_FLAGS)

test-odoo14: install ## run the tests against a real Odoo 14 (as root, with debootstrap; the first time takes about four minutes)
	$(BIN)/python -m pytest -m odoo14 $(PYTEST_FLAGS) flitstack_pipeline_tests/odoo14

test-foreign: install ## let Microsoft's and other people's clients judge the fake Dataverse; needs a network and npm
	$(BIN)/python -m pytest -m foreign flitstack_pipeline_tests/dataverse_server

lint: install ## check style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: install ## mend style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

type: install ## check types
	$(BIN)/pyright

check: lint type test ## all of the three

constraints: ## pin again what pyproject.toml asks for, in its newest versions
	rm -rf .venv-constraints
	$(PYTHON) -m venv .venv-constraints
	.venv-constraints/bin/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	.venv-constraints/bin/python -m pip install --quiet --disable-pip-version-check -e . --group dev
	.venv-constraints/bin/python -m pip freeze --exclude-editable --disable-pip-version-check > constraints.txt.new
	rm -rf .venv-constraints
	mv constraints.txt.new constraints.txt

clean: ## stop the sandbox; remove it, its databases, all results and .venv (downloads in the cache stay)
	if test -x $(BIN)/python; then $(BIN)/python -c 'from dataclasses import replace; \
		from flitstack_pipeline.sandbox import Sandbox; from flitstack_pipeline.settings import load_settings; \
		own = load_settings(); homes = (own.home, *own.home.glob("tests-*")); \
		[Sandbox(replace(own, home=home)).down() for home in homes]'; fi
	rm -rf logs .logs_queue .tmp_dagster_home_* .venv .venv-constraints .flitstack .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
