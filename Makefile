# Everything a newcomer needs is `make run` and `make test`; `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PEER := .venv-bench
CLIENT := .venv-client

.DEFAULT_GOAL := help

.PHONY: help
help:  ## Show what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "soft-atm needs Python 3.11 or newer")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

.PHONY: setup
setup: $(READY)  ## Make the virtual environment with the locked packages

.PHONY: run
run: $(READY)  ## Run the service, the counter app and demo people (data stays in ./var)
	$(BIN)/soft-atm demo

.PHONY: browser
browser: $(READY)
	$(BIN)/python tests/tools.py

.PHONY: test
test: $(READY) $(CLIENT)/.ready browser  ## Run every test, the browser's too (SEED=7: in another order, with other dice)
	$(if $(SEED),SOFT_ATM_TEST_SEED=$(SEED)) $(BIN)/python -m pytest --numprocesses auto --dist loadfile \
	  --no-loadscope-reorder --max-worker-restart 1 --durations 10 $(if $(SEED),--hypothesis-seed $(SEED))

.PHONY: check
check: $(READY)  ## Check format, lint, types and import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: format
format: $(READY)  ## Put the code into its format
	$(BIN)/ruff check --fix --exit-zero .
	$(BIN)/ruff format .

.PHONY: screenshots
screenshots: $(READY) browser  ## Take the pictures of README.md anew, from a running demo
	$(BIN)/python -m tests.screenshots

.PHONY: mutants
mutants: $(READY)  ## Plant bugs one by one; every one must turn the tests red
	$(BIN)/python tests/mutants.py "$(ONLY)"

$(PEER)/.ready: bench/requirements.lock
$(CLIENT)/.ready: client/requirements.lock
$(PEER)/.ready $(CLIENT)/.ready:
	test -x $(@D)/bin/python || $(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	touch $@

.PHONY: client
client: $(CLIENT)/.ready  ## Make a typed Python client out of docs/openapi.json, in client/soft_atm_client
	$(CLIENT)/bin/openapi-python-client generate --path docs/openapi.json --meta none --overwrite \
	  --output-path client/soft_atm_client

.PHONY: bench
bench: $(READY) $(PEER)/.ready  ## Measure beside peers in 5 minutes (FULL=1: all; ONLY=ledger, http, salaries, growth)
	$(BIN)/python -m bench

.PHONY: lock
lock: $(READY)  ## Resolve the newest packages into requirements.lock
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --extra dev --generate-hashes --no-emit-index-url --python-version 3.11 \
	  --output-file requirements.lock pyproject.toml

.PHONY: sbom
sbom: $(READY)  ## Write sbom.cdx.json: every locked package with its hashes, as CycloneDX
	$(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible --of JSON -o sbom.cdx.json requirements.lock

.PHONY: clean
clean:  ## Remove the virtual environment and caches (the data in ./var stays)
	rm -rf $(VENV) $(PEER) $(CLIENT) client/soft_atm_client .mypy_cache .ruff_cache .pytest_cache .hypothesis
