.DEFAULT_GOAL := help
PYTHON := .venv/bin/python

help:  ## Show what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run:  ## Set up and start on http://127.0.0.1:5000
	./run

demo:  ## The same with the sample investigation, in a database of its own
	./run --demo

test:  ## Every check, the browser's and PostgreSQL's included
	./test

quick:  ## Every check that needs neither browser nor PostgreSQL
	./test --quick

bench:  ## Measure; ./bench/run --help says what
	./bench/run

lint:  ## Style
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .

format:  ## Put the style right
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .

types:  ## Types
	$(PYTHON) -m mypy .

messages:  ## Are the translations complete?
	$(PYTHON) tools/messages.py check

migration:  ## Draft the next migration from the models: make migration ID=0002 NAME="what it adds"
	$(PYTHON) tools/migration.py "$(ID)" "$(NAME)"

lock:  ## Pin the Python packages anew
	tools/lock.sh

vendor:  ## Fetch the front-end files anew
	$(PYTHON) tools/vendor.py

.PHONY: help bench run demo test quick lint format types messages migration lock vendor
