# What a newcomer runs. Needs Python 3.11 or later, make and git; everything else goes into .venv.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: help demo test check bench assets screenshots format constraints clean

help:             ## say what there is to run
	@grep -E '^[a-z]+: .*##|^[a-z]+:  *##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 14

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Outturn needs Python 3.11 or later: make PYTHON=/a/newer/python3")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $(READY)

demo: $(READY)    ## set up the demonstration office, and show what it knows
	$(BIN)/outturn demo

test: $(READY)    ## run every test, over memory, SQLite and a real PostgreSQL
	$(BIN)/pytest -n auto --dist loadfile

check: $(READY)   ## format, lint, strict types, import contracts, then every test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n auto --dist loadfile

bench: $(READY)   ## measure speed as ratios within one run
	$(BIN)/python -m tests.bench

screenshots: $(READY) ## draw every page of the demonstration, wide and narrow, into screenshots/
	$(BIN)/python -m tests.web.screenshots

assets: $(READY)  ## make the pages' style sheet anew (needs npm; the results are committed)
	$(BIN)/python -m services.web.vendor

format: $(READY)  ## put the code into the house's form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

constraints: $(READY) ## pin every dependency anew
	$(BIN)/uv pip compile --quiet --universal --no-header --no-annotate --extra dev --extra otel pyproject.toml -o constraints.txt

clean:            ## throw the virtual environment away (never a database)
	rm -rf .venv
