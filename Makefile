# Set-up included: every target works in a fresh clone on a machine that has Python 3.11 or newer, gcc and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed
CORES ?= 2

.PHONY: demo test test-slurm soak lint bench clean

demo: $(INSTALLED)  ## run the default experiments end to end
	$(BIN)/snakemake --cores $(CORES)
	@echo "Open results/quick/index.html"

test: $(INSTALLED)  ## run the tests
	OMP_NUM_THREADS=1 $(BIN)/pytest --numprocesses $(CORES) --dist loadfile --no-loadscope-reorder

test-slurm: $(INSTALLED)  ## run the tests that need a real Slurm, on a cluster of two nodes that they bring up here
	$(BIN)/pytest -m "slurm and not soak" -rs tests/slurm

soak: $(INSTALLED)  ## run the long stress tests
	$(BIN)/pytest -m soak -rs -s tests

lint: $(INSTALLED)  ## check form and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/mypy

bench: $(INSTALLED)  ## measure, and write docs/performance.md
	$(BIN)/python -m benchmarks

$(INSTALLED): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

clean:  ## remove what can be made again, but not results
	rm -rf $(VENV) .pytest_cache .ruff_cache .mypy_cache
