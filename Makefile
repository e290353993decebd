# Two commands for everybody: make demo, make test. The rest is for those who change the code.
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
            $$p -c '$(NEW_ENOUGH)' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
STAMPS := $(VENV)/stamps

.PHONY: demo test lint format clean

demo: $(STAMPS)/run  ## the main job on a simulated incident
	$(BIN)/graphtrail demo graphtrail-demo

test: $(STAMPS)/test  ## everything that the project claims, with the browser and the Neo4j server that it needs
	$(BIN)/python tests/tools/chromium.py
	$(BIN)/python tests/tools/neo4j_server.py fetch
	$(BIN)/python -m pytest $(PYTEST_ARGS)

lint: $(STAMPS)/lint  ## every rule of ruff, mypy --strict, the import order
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMPS)/lint
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format --quiet .

clean:
	rm -rf $(VENV) graphtrail-demo graphtrail-case

$(STAMPS)/venv:
	@$(or $(PYTHON),false) -c '$(NEW_ENOUGH)' || \
	  { echo "graphtrail needs Python 3.11 or newer; name one with: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/run: $(STAMPS)/venv pyproject.toml constraints.txt
	$(PIP) --editable .
	@touch $@

$(STAMPS)/test: $(STAMPS)/venv pyproject.toml constraints.txt
	$(PIP) --editable '.[test]'
	@touch $@ $(STAMPS)/run

$(STAMPS)/lint: $(STAMPS)/test
	$(PIP) --editable '.[test,lint]'
	@touch $@
