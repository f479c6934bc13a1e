# Everything a newcomer or a maintainer types. Needs Python 3.11 or newer and make; Node comes from PyPI.
PYTHON ?= python3
PORT ?= 8321
VENV := .venv
BIN := $(VENV)/bin
STATIC := src/promptpulse/static/index.html
WEB_SOURCES := $(shell find web/src web/public -type f 2>/dev/null) web/index.html web/package.json web/vite.config.ts

.DEFAULT_GOAL := help
.PHONY: help install web demo dev test check bench format types docs pictures recipes wheel lock clean

help: ## List the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 18

$(VENV)/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "PromptPulse needs Python 3.11 or newer; say which with PYTHON=/path/to/python3"; exit 1; }
	@test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	@echo "Installing locked Python packages (about a minute)"
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

web/node_modules/.installed: $(VENV)/.installed web/package.json web/package-lock.json
	@echo "Installing locked web packages"
	@cd web && PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --no-audit --no-fund --loglevel=error
	@touch $@

tests/laikatest/node_modules/.installed: $(VENV)/.installed tests/laikatest/package.json tests/laikatest/package-lock.json
	@echo "Installing locked LaikaTest client packages"
	@cd tests/laikatest && PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --no-audit --no-fund --loglevel=error
	@touch $@

.cache/recipes/.installed: $(VENV)/.installed tests/recipes/requirements.lock
	@echo "Installing the libraries of the Python recipes (about a minute)"
	@$(BIN)/python -m venv --clear .cache/recipes
	@.cache/recipes/bin/python -m pip install -q --disable-pip-version-check --no-compile --require-hashes -r tests/recipes/requirements.lock
	@touch $@

tests/recipes/node_modules/.installed: $(VENV)/.installed tests/recipes/package.json tests/recipes/package-lock.json
	@echo "Installing the packages of the JavaScript recipes"
	@cd tests/recipes && PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(STATIC): web/node_modules/.installed $(WEB_SOURCES)
	@echo "Building the web app"
	@cd web && PATH="$(CURDIR)/$(BIN):$$PATH" npm run --silent build

install: $(VENV)/.installed $(STATIC) ## Set up .venv and build the web app

web: $(STATIC) ## Build the web app

demo: install ## Serve the product with 30 days of generated traffic (PORT=8321)
	@$(BIN)/promptpulse demo --port $(PORT)

dev: install ## Serve with reload: Python on PORT, the web app through Vite on 5173
	@$(BIN)/promptpulse dev --port $(PORT)

test: install tests/laikatest/node_modules/.installed ## Run every test
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n 2 --dist loadgroup
	@cd web && PATH="$(CURDIR)/$(BIN):$$PATH" npm run --silent test

recipes: install .cache/recipes/.installed tests/recipes/node_modules/.installed ## Run the recipes of docs/recipes with their real libraries
	@PROMPTPULSE_RECIPES=1 $(BIN)/python -m pytest tests/recipes/test_libraries.py

check: install ## Lint, types, import rules (Python and TypeScript)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@PYTHONPATH=src $(BIN)/lint-imports --no-cache
	@cd web && PATH="$(CURDIR)/$(BIN):$$PATH" npm run --silent check

format: install ## Rewrite sources in the house format
	@$(BIN)/ruff check --fix-only -q . ; $(BIN)/ruff format -q .
	@cd web && PATH="$(CURDIR)/$(BIN):$$PATH" npm run --silent format

bench: install ## Measure the budgets of docs/performance.md
	@$(BIN)/python -m bench

types: install ## Make the web app's API types from the routes
	@$(BIN)/promptpulse openapi > web/openapi.json
	@cd web && PATH="$(CURDIR)/$(BIN):$$PATH" npm run --silent types && npx prettier --write --log-level warn src/api/openapi.ts openapi.json

pictures: install ## Take the pictures of the documentation anew, from the demo
	@PROMPTPULSE_TEST_DEMO_CALLS=100000 $(BIN)/python -m pytest -n 0 tests/browser/test_walkthroughs.py
	@PYTHONPATH=tests $(BIN)/python -m browser.pictures

docs: install ## Build the documentation as a site, in site/; a broken link is an error
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict -q

wheel: install ## Build the package with the web app in it, in dist/
	@$(BIN)/python -m hatchling build -t wheel

lock: ## Resolve requirements.lock anew
	@$(BIN)/python -m pip install -q --disable-pip-version-check uv
	@$(BIN)/uv pip compile pyproject.toml --extra server --extra postgres --group dev --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header -q -o requirements.lock
	@$(BIN)/uv pip compile pyproject.toml tests/recipes/requirements.in --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header -q -o tests/recipes/requirements.lock

clean: ## Remove everything that was generated
	rm -rf $(VENV) .cache web/node_modules tests/laikatest/node_modules tests/recipes/node_modules src/promptpulse/static dist site .demo .mypy_cache .ruff_cache
