# thidua: `make` alone lists what there is. Everything sets itself up; nothing has to be installed by hand.
# VENV=… takes another virtual environment, PYTHON=… another interpreter (3.11 or later).

PYTHON ?= $(firstword $(foreach p,python3 python3.13 python3.12 python3.11,$(shell \
	$(p) -c 'import sys; sys.version_info >= (3, 11) and print("$(p)")' 2>/dev/null)) python3)
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.thidua-dev
PEER := $(VENV)/.thidua-bench
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
RELEASE := $(shell git describe --tags --abbrev=0 --match 'v*' 2>/dev/null)

# as many test processes as cores, each with servers of its own, which take about a gigabyte
CORES := $(shell n=$$(nproc 2>/dev/null || echo 2); echo $$((n < 4 ? n : 4)))

# for commas inside of $(if …)
, := ,

export PYTHONUNBUFFERED := 1

.PHONY: help demo up down test check faults bench proto rebuild verify clean requirements servers end
.DEFAULT_GOAL := help

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

demo: servers $(READY) ## the five articles, told to three services over real servers, and what they then answer
	@$(BIN)/python -m deploy.demo

up: servers $(READY) ## servers and services, kept running for exploring
	@$(BIN)/python -m deploy.local up

down: ## end what `make up` started; its data stay
	@if [ -d var/run/up ]; then $(MAKE) --no-print-directory end; else echo "Nothing runs."; fi

end: $(READY)
	@$(BIN)/python -m deploy.local down

test: servers $(READY) ## all that guards a change, on real servers; ONLY=words picks tests
	@$(BIN)/python -m pytest $(if $(ONLY),-k '$(ONLY)',--numprocesses=$(CORES) --dist=worksteal)

check: $(PEER) ## lint, types, borders, contracts, generated code
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/buf format --diff --exit-code proto
	$(BIN)/buf lint proto
	$(if $(RELEASE),$(BIN)/buf breaking proto --against '.git#tag=$(RELEASE)$(,)subdir=proto')
	$(BIN)/python -m deploy.protos --check
	$(BIN)/python -m deploy.documents --check

faults: servers $(READY) ## kills, races and lies, with full counts (under an hour); ONLY=name picks one
	@$(BIN)/python -m tests.faults

bench: servers $(PEER) ## figures beside a peer's and a limit's; ONLY=name picks one
	@$(BIN)/python -m tests.bench

proto: $(READY) ## format, lint and generate from the .proto files; the documents of topics and settings
	$(BIN)/buf format --write proto
	$(BIN)/buf lint proto
	$(BIN)/python -m deploy.protos
	$(BIN)/python -m deploy.documents

rebuild: $(READY) ## the read models of `make up`, anew from the logs; ACCEPT='why' if they may differ
	@$(BIN)/python -m deploy.local each rebuild $(if $(ACCEPT),--accept '$(ACCEPT)')

verify: $(READY) ## that the read models of `make up` are what the logs say
	@$(BIN)/python -m deploy.local each verify

clean: ## end what is left running, remove all that was downloaded, built or written; not while a run goes on
	@if [ -d var/run ]; then $(PYTHON) -m deploy.local.clean; fi
	rm -rf .venv var build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# after an edit of requirements/*.in
requirements: $(READY)
	cd requirements && for set in run dev bench; do \
		$(abspath $(BIN))/uv pip compile --quiet --upgrade --generate-hashes --universal --python-version 3.11 \
			--no-emit-index-url --custom-compile-command 'make requirements' $$set.in --output-file $$set.txt || exit 1; done

# says what it installs, when it does
servers:
	@$(PYTHON) deploy/local/prerequisites.py servers
	@test -n "$$THIDUA_TEST_KAFKA" || $(PYTHON) -m deploy.local.jars

$(VENV)/bin/python:
	@$(PYTHON) deploy/local/prerequisites.py
	@$(PYTHON) -m venv $(VENV)

$(READY): requirements/dev.txt pyproject.toml | $(VENV)/bin/python
	@echo "Installing Python libraries into $(VENV) …"
	@$(PIP) --require-hashes -r requirements/dev.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(PEER): requirements/bench.txt $(READY)
	@$(PIP) --require-hashes -r requirements/bench.txt
	@touch $@
