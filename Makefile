# The two commands a newcomer needs: `make run` and `make test`.
# `make setup` is part of both and does nothing when nothing changed.
.DEFAULT_GOAL := help
.PHONY: help setup run test check programs bench lock format messages

PYTHON ?=
PORT ?= 8000
part ?=
WORKERS ?= 2
VENV := .venv
PY := $(VENV)/bin/python
UV := $(VENV)/.boot/bin/uv
STAMP := $(VENV)/.stamp
LOCKS := requirements-boot.txt requirements-dev.txt

# An interpreter that went away, by an upgrade of the system or of a version manager, is set up anew.
ifneq ($(shell $(PY) -c 'print(1)' 2>/dev/null),1)
.PHONY: $(STAMP)
endif

help:
	@echo "make run      start the portal (PORT=8000, CXPORTAL_DATA=.data, CXPORTAL_DEMO=0 for an empty one)"
	@echo "make test     everything CI runs: check, then all tests"
	@echo "make check    format, lint, types, layers"
	@echo "make bench    measure against bare baselines (part=NAME for one part)"
	@echo "make setup    install what the lock files name into .venv"

setup: $(STAMP)

$(STAMP): $(LOCKS) .python-version deploy/setup.sh
	@PYTHON="$(PYTHON)" sh deploy/setup.sh $(VENV)
	@touch $@

run: setup
	@PORT=$(PORT) exec $(PY) manage.py serve

check: setup
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(PY) -m mypy .
	$(PY) $(VENV)/bin/lint-imports --no-cache

test: programs check
	# Apart: the browsers' driver keeps an event loop running in its process, and streams are tested with loops of their own.
	$(PY) -m pytest -n $(WORKERS) --dist loadfile -m "not browser" $(args)
	$(PY) -m pytest -n $(WORKERS) --dist loadfile -m browser $(args)

# First of all: who can't have a browser is told at once, not after the checks.
programs: setup
	@$(PY) -m tests.programs

bench: setup
	$(PY) -m bench $(part)

format: setup
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

messages: setup
	$(PY) manage.py makemessages --all --no-location
	$(PY) manage.py compilemessages

lock: setup
	for f in -boot "" -dev; do $(UV) pip compile --quiet --generate-hashes --no-emit-index-url --no-header --universal \
	  --python-version 3.13 requirements$$f.in -o requirements$$f.txt || exit 1; done
