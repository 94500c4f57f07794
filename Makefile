# One Makefile for people and CI alike. Every target sets up what it needs.

VENV   := .venv
PYTHON ?= python3
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
WORKERS ?= 2

.PHONY: demo test test-long test-alone test-quick lint format bench docs clean

demo: $(VENV)/.core  ## record a chat with the embedded agent server and look at it
	$(BIN)/wsrecord demo

test: $(READY)  ## everything but what takes minutes
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -m "not long and not alone" $(ARGS)

test-long: $(READY)  ## what takes minutes: drifts verified, other makers' servers
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -m "long and not alone" $(ARGS)

test-alone: $(READY)  ## what goes by the clock: each planted bug found by fuzzing in half a minute; a quarter of an hour
	$(BIN)/python -m pytest -n 0 -m alone $(ARGS)

test-quick: $(READY)  ## without what is marked slow
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -m "not slow and not long and not alone" $(ARGS)

lint: $(READY)  ## style, formatting, types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.bench  ## side by side with the peers, as ratios
	$(BIN)/python -m benchmarks $(ARGS)

docs: $(READY)  ## the pages that are measured: docs/detection.md
	PYTHONPATH=tests $(BIN)/python -m quality.detection

# uv when it is there, else venv and pip. Only `pip install` of this very folder is needed for the demo.
UV := $(shell command -v uv 2>/dev/null)
ifneq ($(UV),)
MAKE_VENV = test -x $(BIN)/python || $(UV) venv --quiet --python $(PYTHON) $(VENV)
INSTALL   = $(UV) pip install --quiet --python $(BIN)/python
else
MAKE_VENV = test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
INSTALL   = $(BIN)/python -m pip install --quiet --disable-pip-version-check
endif

$(VENV)/.core: pyproject.toml
	@echo "setting up $(VENV) (once)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "wsrecord needs Python 3.11 or newer; say which with make PYTHON=python3.12 ...")'
	@$(MAKE_VENV)
	@$(INSTALL) -e '.[tls]'
	@touch $@

$(READY): $(VENV)/.core
	@$(INSTALL) $$($(BIN)/python scripts/group.py dev)
	@touch $@

$(VENV)/.bench: $(READY)
	@$(INSTALL) $$($(BIN)/python scripts/group.py bench)
	@touch $@

clean:
	rm -rf $(VENV) .venv-peers .venv-releases build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
