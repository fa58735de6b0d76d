# make chat   sets everything up and opens the chat at http://127.0.0.1:7860
# make test   sets everything up and runs all tests
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
export PEEL_LIBRARY ?= $(CURDIR)/.peel/library

.PHONY: help chat test lint eval eval-unseen eval-library results bench bench-written bench-library screenshots notebook lock clean browser

help: ## Show the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

chat: $(VENV)/.installed ## Set up, build the index of the bundled report, open the chat
	@$(BIN)/peel chat

test: $(VENV)/.tools browser ## Set up and run all tests
	@$(BIN)/python -m pytest

lint: $(VENV)/.tools ## ruff and mypy
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

eval: $(VENV)/.installed ## Run the development set; compare with the committed scores
	@$(BIN)/peel eval run eval/sets/city-of-london-peel-2017.jsonl --out runs/city-of-london-peel-2017
	@$(BIN)/peel eval compare eval/baseline/city-of-london-peel-2017.json runs/city-of-london-peel-2017

eval-unseen: $(VENV)/.installed ## Run the questions on reports that nothing was tuned on, each alone
	@$(BIN)/peel eval run eval/sets/inspections.jsonl --reports eval/sets/reports --out runs/inspections

eval-library: $(VENV)/.installed ## Run the questions on a library of hundreds; DATA is the folder of its reports
	@test -d "$(DATA)" || { echo "name the folder of reports: make eval-library DATA=FOLDER"; exit 1; }
	@$(BIN)/peel index add "$(DATA)" --library .peel/library-of-hundreds > /dev/null
	@$(BIN)/peel eval run eval/sets/library.jsonl --library .peel/library-of-hundreds --out runs/library
	@cp runs/library/misses.md eval/results/library.misses.md

results: eval eval-unseen ## Write anew what eval/results/ holds: missed questions and ablations
	@mkdir -p eval/results
	@cp runs/city-of-london-peel-2017/misses.md eval/results/city-of-london-peel-2017.misses.md
	@cp runs/inspections/misses.md eval/results/inspections.misses.md
	@$(BIN)/peel eval ablation eval/sets/city-of-london-peel-2017.jsonl --out eval/results/city-of-london-peel-2017.ablation.json
	@$(BIN)/peel eval ablation eval/sets/inspections.jsonl --reports eval/sets/reports --out eval/results/inspections.ablation.json

bench: $(VENV)/.tools ## Measure speed and size
	@$(BIN)/python -m eval.bench

bench-written: $(VENV)/.tools browser ## Measure how soon a language model's sentences are shown
	@$(BIN)/python tests/bench_written.py

bench-library: $(VENV)/.installed ## Measure a library of many reports: DATA=folder of reports
	@$(BIN)/python -m eval.bench_library --reports $(DATA)

screenshots: $(VENV)/.tools browser ## Take a picture of every state of the chat; those of the README anew
	@$(BIN)/python tests/screenshots.py runs/screenshots
	@cp runs/screenshots/answered-list-light-1440.png docs/chat.png
	@cp runs/screenshots/not-in-the-report-dark-1440.png docs/not-in-the-report.png
	@cp runs/screenshots/answered-list-light-375.png docs/phone-answer.png
	@cp runs/screenshots/quote-in-a-list-light-375.png docs/phone-quote.png
	@cp runs/screenshots/report-added-light-1440.png docs/reports.png

notebook: $(VENV)/.tools ## Execute the example notebook anew, in place
	@$(BIN)/python -m jupyter execute --inplace examples/ask_the_report.ipynb

browser:
	@./setup/browser.sh

# torch goes first and alone: asked for by another package, pip would take a build with CUDA.
$(VENV)/.installed: requirements.lock pyproject.toml
	@echo "Setting up $(VENV) (once; a few minutes)"
	@./setup/venv.sh $(PYTHON) $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "$$(grep '^torch==' requirements.lock)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(VENV)/.tools: $(VENV)/.installed requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.lock
	@touch $@

lock: ## Write both lock files anew from pyproject.toml
	@./setup/lock.sh

clean: ## Remove what the targets made
	rm -rf $(VENV) .peel runs build *.egg-info .mypy_cache .ruff_cache .pytest_cache
