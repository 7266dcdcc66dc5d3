# studylink: `make build` builds the sample, `make test` shows the promises kept.

.DEFAULT_GOAL := help
.PHONY: help setup setup-spark build build-spark test-spark bench-spark test test-all short whole format lint lint-python lint-sql mutants bench bench-matching bench-linkage landing-page docs twins matching-parameters sample lock clean

BIN := .venv/bin
SPARK := .venv-spark/bin
# trust what the machine trusts: behind a proxy the list that uv brings is not enough
export UV_SYSTEM_CERTS := 1
# keep compiled modules, even where the machine says not to: a run of dbt imports over a thousand
export PYTHONDONTWRITEBYTECODE :=
# one test file per core at a time, in the order of conftest.py: what its tests share is built once
ON_ALL_CORES := --numprocesses auto --dist loadfile --no-loadscope-reorder
# the first Python on the path that is new enough
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 20

setup: .venv/locked ## make .venv and install what requirements.lock names

.venv/locked: requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "studylink needs Python 3.11 or later; none was found on the path"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || \
		{ echo "could not make .venv: on Debian and Ubuntu, install python3-venv"; exit 1; }
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip install --quiet --require-hashes --python $(BIN)/python --requirements requirements.lock

	$(BIN)/uv pip install --quiet --no-deps --no-build-isolation --python $(BIN)/python --editable .
	@# compiled once, so that no run of dbt begins with it
	@$(BIN)/python -c "import dbt.adapters.duckdb, dbt.cli.main, studylink.plugin"
	@touch $@

setup-spark: .venv-spark/locked ## make .venv-spark beside it, with dbt-spark, dbt-databricks and pyspark

.venv-spark/locked: requirements-spark.lock .venv/locked
	$(BIN)/uv venv --quiet --allow-existing --python $(BIN)/python .venv-spark
	$(BIN)/uv pip install --quiet --require-hashes --python $(SPARK)/python --requirements requirements-spark.lock
	$(BIN)/uv pip install --quiet --no-deps --no-build-isolation --python $(SPARK)/python --editable .
	@touch $@

build-spark: build setup-spark ## the same models on Spark, after a build on DuckDB; needs Java 17
	$(SPARK)/python -m studylink.spark.build

test-spark: build-spark ## compare every research and governance table of the two builds, row by row
	$(SPARK)/python -m studylink.spark.compare

bench-spark: setup setup-spark ## the sample and a larger landing on a cluster of two workers here, measured
	$(SPARK)/python -m studylink.spark.bench

build: setup ## build the three databases from the landed extracts, with every data test
	$(BIN)/dbt build --exclude-resource-type unit_test
	@$(BIN)/studylink summary

test: setup ## style and types of Python, and every promise tested, with samples of the long tests
	$(MAKE) --no-print-directory --jobs=2 lint-python short

test-all: setup ## style of SQL too, and all of the long tests
	$(MAKE) --no-print-directory --jobs=2 lint whole

short: setup
	$(BIN)/pytest $(ON_ALL_CORES) -m "not long"

whole: setup
	$(BIN)/pytest $(ON_ALL_CORES)

lint: lint-python lint-sql ## style of SQL and Python, and Python's types

lint-python: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

lint-sql: setup
	# one process reads the project and renders, which opens a database of its own; two lint
	STUDY_DATA=target/lint DBT_TARGET_PATH=target/lint $(BIN)/sqlfluff lint --processes 2 models tests analyses

format: setup ## mend the style of Python and SQL
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	STUDY_DATA=target/lint DBT_TARGET_PATH=target/lint $(BIN)/sqlfluff format --processes 2 models tests analyses

mutants: setup ## make every mistake in the models, one at a time: does a test notice?
	$(BIN)/python -m tests.python.privacy.mutation

bench: setup ## dbt build beside the least it could do: make bench SIZE=S, M or L (target/bench-S.txt)
	$(BIN)/studylink bench --size $(or $(SIZE),S)

bench-matching: setup ## how well and how fast children are found in the pupil register
	$(BIN)/studylink bench-matching

bench-linkage: bench-matching ## the same, by its other name

landing-page: setup ## the tables of docs/landing.md, from the source declarations
	$(BIN)/python -m tests.python.lib.landing_page

docs: setup ## dbt's documentation site as one page, target/static_index.html
	$(BIN)/dbt docs generate --static

twins: setup ## for each study an invented release to write code on, in target/twins
	rm -rf target/twins
	$(BIN)/studylink release twin --to target/twins

matching-parameters: setup ## learn the parameters of matching again
	$(BIN)/studylink train-matching

sample: setup ## make extracts/sample again
	rm -rf extracts/sample
	$(BIN)/studylink synth --families 1000 --seed 20231002 --out extracts/sample

lock: setup ## requirements.lock and requirements-spark.lock from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --extra test --extra build --python-version 3.11 \
		--custom-compile-command "make lock" --output-file requirements.lock pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --extra spark --extra build --python-version 3.11 \
		--constraint requirements.lock \
		--custom-compile-command "make lock" --output-file requirements-spark.lock pyproject.toml

clean: ## remove what builds made; the environment, and what no build makes, stay
	rm -rf target logs data/building data/builds data/current data/spark $(foreach name,vault study research,data/$(name).duckdb data/$(name).duckdb.wal)
