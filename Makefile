# Each target is one line of `make help`, from the comment behind its name.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
RUN := .venv/bin/python

# Beyond the options of each target: make test ARGS="-k threading"
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help up stack test lint bench chaos screenshots clean lock format contracts setup setup-dev

help: ## Say what each target does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

up: setup ## Run everything here in one process group: embedded bus, SQLite, demo data, web client
	@$(RUN) -m scripts.web build
	@$(RUN) -m scripts.up $(ARGS)

stack: setup ## Run each service as a process of its own, on RabbitMQ and PostgreSQL
	@$(PYTHON) -m scripts.servers.install rabbitmq-server postgresql
	@$(RUN) -m scripts.web build
	@$(RUN) -m scripts.stack $(ARGS)

test: ## Run all tests; installs what they need where it can
	@$(PYTHON) -m scripts.test $(ARGS)

lint: setup-dev ## Check style, types, imports between the packages, and the locks
	@$(RUN) -m scripts.lint

bench: setup-dev ## Measure against bare libraries, alternately in one run, and print the ratios
	@$(PYTHON) -m scripts.servers.install
	@$(RUN) -m scripts.bench $(ARGS)

chaos: setup-dev ## Send messages both ways while all that carries them is killed; count
	@$(PYTHON) -m scripts.servers.install
	@$(RUN) -m scripts.chaos $(ARGS)

screenshots: setup-dev ## Take a picture of every screen of the web client, into var/screenshots
	@$(RUN) -m scripts.browser screenshots $(ARGS)

clean: ## Remove .venv, the data under var and every cache
	@rm -rf .venv var .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage services/web/node_modules services/web/dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

lock: setup ## Lock the dependencies anew, with hashes; ARGS=--upgrade for newer versions
	@$(RUN) -m scripts.lock $(ARGS)

contracts: setup-dev ## Write AsyncAPI, JSON Schema, examples and the web client's types anew
	@$(RUN) -m contracts.export
	@$(RUN) -W ignore -m scripts.web_types

format: setup-dev ## Format the code and mend what the linter can mend
	@$(RUN) -m ruff check --fix --quiet . ; $(RUN) -m ruff format .

setup:
	@$(PYTHON) -m scripts.setup run

setup-dev:
	@$(PYTHON) -m scripts.setup dev
