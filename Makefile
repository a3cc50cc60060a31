# Two commands do everything on a fresh machine: `make demo` and `make test`.
# They need Python 3.11 or newer with venv, and make; nothing else is installed outside .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SETUP := $(VENV)/.ready

.PHONY: demo test setup lint bench mutation lock wheel clean help

help:           ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort

setup: $(SETUP) ## make .venv with the pinned requirements and the project

$(SETUP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name it with: make PYTHON=python3.12 ..."; exit 2; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-uv.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $(SETUP)

demo: $(SETUP)  ## the main job: two example apps on a lab device, judged and reported
	$(BIN)/harness demo

test: $(SETUP)  ## all tests, fast ones first
	$(BIN)/python -m pytest -q -m "not lab" -n 2 --dist loadfile
	$(BIN)/python -m pytest -q -m lab -n 2 --dist loadfile --no-loadscope-reorder

lint: $(SETUP)  ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: $(SETUP) ## what analysing traffic costs, beside Hyperscan alone
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-bench.lock
	$(BIN)/python -m benchmarks.traffic_analysis

mutation: $(SETUP) ## how many changes to the rules their fixtures notice
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-bench.lock
	$(BIN)/python -m benchmarks.mutation

lock:           ## make requirements.lock anew from requirements.in and requirements-dev.in
	$(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --universal --python-version 3.11 \
	  requirements.in requirements-dev.in -o requirements.lock
	$(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --universal --python-version 3.11 --no-header \
	  -c requirements.lock requirements-bench.in -o requirements-bench.lock
	echo "uv" | $(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --universal --no-header - -o requirements-uv.lock

wheel: $(SETUP) ## build the wheel into dist/
	$(BIN)/uv build --quiet --wheel --no-build-isolation --python $(BIN)/python

clean:          ## remove .venv and what was built here
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache
