# make demo   the whole way once, on synthetic and, where there are, real quasars
# make test   all tests
# Both need python3 (3.11 or newer) and a package index: they make .venv and install into it, once.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Processes of the tests.
JOBS ?= 2
# Real spectra for the demo: a file, a folder or a glob. Empty means synthetic ones only.
SPECTRA ?= $(wildcard ../shared/data/sdss)
# pip says nothing but errors.
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: help demo test lint types docs bench wheel clean

help:
	@echo 'make demo     simulate, convert, fit, ask in SQL, draw: everything lands in demo/'
	@echo 'make test     all tests'
	@echo 'make lint     ruff: rules and layout'
	@echo 'make types    mypy'
	@echo 'make docs     the pages, into site/'
	@echo 'make bench    the benchmarks'
	@echo 'make wheel    dist/*.whl'
	@echo 'make clean    remove what the others made, .venv too'

# Begun anew each time: a run of other options or another simulation would be refused.
demo: $(VENV)/installed
	rm -rf demo
	$(BIN)/qsospec-duck demo --out demo $(if $(SPECTRA),--spectra '$(SPECTRA)')

test: $(VENV)/installed-test
	$(BIN)/python -m pytest -n $(JOBS) $(ARGS)

lint: $(VENV)/installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/installed-test
	$(BIN)/mypy

docs: $(VENV)/installed-docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet

bench: $(VENV)/installed-bench
	$(BIN)/python benchmarks/fit.py $(ARGS)

wheel: $(VENV)/installed-test
	$(BIN)/python -m hatchling build --target wheel

clean:
	rm -rf $(VENV) demo dist site .pytest_cache .ruff_cache .mypy_cache .hypothesis

# A stamp is made again when pyproject.toml changes, so a second call installs nothing.
$(VENV)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 ...' >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ echo 'the module venv is missing; on Debian it is in the package python3-venv' >&2; exit 1; }
	@touch $@

$(VENV)/installed: $(VENV)/python pyproject.toml
	$(PIP) --editable .
	@touch $@

$(VENV)/installed-test: $(VENV)/installed
	$(PIP) --editable '.[test]'
	@touch $@

$(VENV)/installed-docs: $(VENV)/installed
	$(PIP) --editable '.[docs]'
	@touch $@

$(VENV)/installed-bench: $(VENV)/installed
	$(PIP) --editable '.[bench]'
	@touch $@
