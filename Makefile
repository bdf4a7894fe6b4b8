# Two commands for everyone: `make report` and `make test`. Each sets up what it needs, once.
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3

# A mirror of the registered sources, taken when it lies beside the checkout.
MSFRESEARCH_MIRROR ?= $(abspath $(wildcard ../shared/data))
export MSFRESEARCH_MIRROR

.PHONY: help report peers test test-full lint types floors lab lock clean

help:            ## list the commands
	@grep -hE '^[a-z-]+: .*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-10s %s\n", $$1, $$2}'

$(VENV)/.ready-run: requirements.lock pyproject.toml tools/bootstrap.py
	$(PYTHON) tools/bootstrap.py run

$(VENV)/.ready-dev: $(VENV)/.ready-run requirements-dev.lock
	$(PYTHON) tools/bootstrap.py dev

report: $(VENV)/.ready-run  ## set up and run the main job: every wave that has data, to reports/index.html
	$(BIN)/msfresearch run

# Other coding tools, each in an environment of its own: the tests hand our files to them.
.venv-%/.ready: requirements-%.lock tools/peers.py
	$(PYTHON) tools/peers.py $*
	touch $@

peers: .venv-taguette/.ready .venv-qualitative-coding/.ready  ## set up the peers of the tests

test: $(VENV)/.ready-dev peers  ## set up and pass the tests
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not slow"

test-full: $(VENV)/.ready-dev peers  ## the tests and the slow simulations
	$(BIN)/python -m pytest -n 2 --dist worksteal

lint: $(VENV)/.ready-dev  ## style
	$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(VENV)/.ready-dev  ## types
	$(BIN)/mypy

floors: $(VENV)/.ready-dev  ## imports go down, never up
	$(BIN)/lint-imports

lab: $(VENV)/.ready-run  ## open JupyterLab on notebooks/explore.ipynb
	$(BIN)/msfresearch explore

lock: $(VENV)/.ready-dev  ## renew both lock files (needs uv)
	uv pip compile pyproject.toml --group build --universal --generate-hashes --no-header --python-version 3.11 -q -o requirements.lock
	uv pip compile pyproject.toml --extra semantic --group dev -c requirements.lock --universal --generate-hashes --no-header --python-version 3.11 -q -o requirements-dev.lock
	$(PYTHON) tools/peers.py lock

clean:           ## remove what the notebooks made; data/raw is never touched
	rm -rf data/processed data/rehearsal data/restricted reports
