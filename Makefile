# Everything a contributor needs: `make demo`, `make test`, `make test-all`, `make lint`. Needs Python 3.11+ and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PROVIDERS := .venv-providers

# Tests start hundreds of processes: what they import is compiled once, also where the environment says not to keep that.
export PYTHONDONTWRITEBYTECODE =

.PHONY: demo test test-all test-providers conformance coverage lint format docs clean help

help: ## show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/.made:
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/.demo: pyproject.toml $(VENV)/.made
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[examples]'
	touch $@

$(VENV)/.dev: pyproject.toml $(VENV)/.made
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[airflow,dev,examples-all,s3]'
	touch $@

demo: $(VENV)/.demo ## run the hyperparameter sweep on real data, to its end
	$(BIN)/fanjet run examples/hyperparameter_sweep.py
	@echo
	@echo "The ten best of sweep_output/leaderboard.txt; the plot is sweep_output/sweep.png:"
	@head -n 10 sweep_output/leaderboard.txt

# One process more than cores: a third of the time tests wait for something.
test: $(VENV)/.dev ## all tests but the slow ones, in under 5 minutes on 2 cores
	$(BIN)/python -m pytest -m "not slow" -n 3 --dist worksteal

test-all: $(VENV)/.dev ## the slow tests: long crash tests, many random graphs
	$(BIN)/python -m pytest -m slow -n 2 --dist worksteal --timeout=900

$(PROVIDERS)/.made: pyproject.toml $(wildcard tests/providers/*.txt)
	rm -rf $(PROVIDERS)
	$(PYTHON) -m venv $(PROVIDERS)
	$(PROVIDERS)/bin/pip install --quiet --disable-pip-version-check --editable '.[airflow]' -r tests/providers/libraries.txt
	$(PROVIDERS)/bin/pip install --quiet --disable-pip-version-check --no-deps \
		--target $(PROVIDERS)/current -r tests/providers/packages.txt
	$(PROVIDERS)/bin/pip install --quiet --disable-pip-version-check --no-deps \
		--target $(PROVIDERS)/of-2 -r tests/providers/packages-of-2.txt
	touch $@

test-providers: $(PROVIDERS)/.made ## provider packages without Airflow, new ones and those of Airflow 2
	PYTHONPATH=$(PROVIDERS)/current $(PROVIDERS)/bin/python -m pytest -o filterwarnings=default tests/providers
	PYTHONPATH=$(PROVIDERS)/of-2 $(PROVIDERS)/bin/python -m pytest -o filterwarnings=default tests/providers

conformance: $(VENV)/.dev ## DAG files with the outcome that real Airflow gave: how many agree
	cd tests && ../$(BIN)/python -m conformance

coverage: $(VENV)/.dev ## the branch coverage of the engine by its own tests and 2,000 random runs
	HYPOTHESIS_PROFILE=ci $(BIN)/python -m coverage run --branch --source=src/fanjet/engine -m pytest tests/engine -m "not slow" --timeout=900
	$(BIN)/python -m coverage report --skip-covered --show-missing

lint: $(VENV)/.dev ## ruff, mypy --strict, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev ## put the code in shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(VENV)/.dev ## write the generated pages of docs/
	$(BIN)/python -m fanjet.engine.transitions > docs/states.md

clean: ## remove what the targets made
	rm -rf $(VENV) $(PROVIDERS) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
