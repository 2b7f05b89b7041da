# Every target makes what it needs in .venv: only Python and make have to be there.
# Another interpreter: make test PYTHON=python3.13

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
ARGS ?=

DISTRIBUTIONS := flowtime_core flowtime_cli flowtime_http
LAYOUT := $(wildcard $(addsuffix /pyproject.toml,$(DISTRIBUTIONS))) constraints.txt
TRACKED := $(shell find $(wildcard $(addsuffix /src,$(DISTRIBUTIONS)) tests golden examples schemas) -type f -not -path '*/__pycache__/*' 2>/dev/null)

# The tools ask nobody whether something newer exists.
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1

.DEFAULT_GOAL := help
.PHONY: help demo test check format lint types imports coverage dead-code size nightly bench docs goldens wheels clean

help: ## say what each target does
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

# --- environments -------------------------------------------------------------------------------

.venv/.made:
	$(PYTHON) -m venv .venv
	@touch $@

# What a user installs: the library and the command.
.venv/.app: .venv/.made $(LAYOUT)
	$(PIP) install -c constraints.txt hatchling editables
	$(PIP) install -c constraints.txt --no-build-isolation -e flowtime_core -e flowtime_cli
	@touch $@

# What a developer needs on top: every distribution, the extras and the tools.
.venv/.dev: .venv/.app requirements-dev.txt
	$(PIP) install -c constraints.txt --no-build-isolation -r requirements-dev.txt \
		-e 'flowtime_core[notebook,polars,arrow]' -e flowtime_cli -e 'flowtime_http[metrics]'
	@touch $@

# --- the main job -------------------------------------------------------------------------------

demo: .venv/.app ## run the shipped order-system template and print the table
	$(BIN)/flowtime run --template-id order-system --deterministic-run-id

# --- tests --------------------------------------------------------------------------------------

# The whole default suite, with coverage measured on the way so that `make check` need not run it again.
test: .venv/.dev ## all tests of every change (ARGS='-k queue' for some of them)
	@rm -f .venv/.tested
	$(BIN)/python -m pytest -n 2 --cov --cov-report= $(ARGS)
	@$(if $(ARGS),:,touch .venv/.tested)

# A passed run of the whole suite on these very files.
.venv/.tested: $(TRACKED) pyproject.toml .venv/.dev
	$(MAKE) --no-print-directory test ARGS=

goldens: .venv/.dev ## write the golden files anew; review the diff
	$(BIN)/python -m pytest -n 2 --snapshot-update $(ARGS)

nightly: .venv/.dev ## everything, with many more examples, and then mutants
	$(PIP) install -c constraints.txt mutmut
	HYPOTHESIS_PROFILE=nightly $(BIN)/python -m pytest -n 2 -m 'nightly or not nightly' $(ARGS)
	$(BIN)/python tools/mutate.py

# --- checks -------------------------------------------------------------------------------------

check: format lint types imports dead-code size coverage ## everything that must hold besides the tests

format: .venv/.dev ## the layout of the source
	$(BIN)/ruff format --check .

lint: .venv/.dev ## ruff, nearly everything on
	$(BIN)/ruff check .

types: .venv/.dev ## mypy strict and pyright strict
	$(BIN)/mypy
	$(BIN)/pyright

imports: .venv/.dev ## the layers of the house
	$(BIN)/lint-imports

dead-code: .venv/.dev ## names that nothing uses
	$(BIN)/vulture

size: .venv/.dev ## modules, functions and complexity against their targets
	$(BIN)/python tools/size_report.py

coverage: .venv/.tested ## branch coverage of the core: 100 %
	$(BIN)/coverage report --include='flowtime_cli/*,flowtime_http/*'
	$(BIN)/coverage report --include='flowtime_core/*' --fail-under=100

# --- the rest -----------------------------------------------------------------------------------

bench: .venv/.dev ## run every program of bench/
	@set -e; for program in $(sort $(wildcard bench/*.py)); do echo "== $$program"; $(BIN)/python $$program; done

docs: .venv/.dev ## write the generated pages anew
	@if [ -f tools/generate_docs.py ]; then $(BIN)/python tools/generate_docs.py; else echo 'no generated pages yet'; fi

wheels: .venv/.dev ## build the three wheels into dist/
	rm -rf dist
	$(PIP) wheel --no-deps --no-build-isolation --wheel-dir dist $(addprefix ./,$(DISTRIBUTIONS))

clean: ## remove everything that the targets made
	rm -rf .venv dist build mutants htmlcov .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
