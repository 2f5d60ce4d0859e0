.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WEB := connectors/webchat
# Compiled once, on every core: where Python may write no bytecode, each command would compile them anew.
CODE := agent tools connectors memory prompts evals
# A machine without npm gets one from a Python package, pinned like everything else.
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" npm

.PHONY: help install install-dev demo fmt check test snapshots clean

help: ## Show what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(VENV)/pip.done: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Daren needs Python 3.11 or newer / 需要 Python 3.11 以上"; exit 1; }
	@echo "[1/3] Python environment / 建立 Python 环境 …"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -q --no-compile --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/python -m pip install -q --no-compile --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -qq -j 0 -x 'node_modules|/tests/|/pip/|/setuptools/' $(VENV)/lib $(CODE) || true  # some packages ship files of other Pythons
	@touch $@

$(WEB)/static/vendor/.done: $(WEB)/package-lock.json $(VENV)/pip.done
	@echo "[2/3] Page files / 页面文件 …"
	@command -v npm >/dev/null || $(BIN)/python -m pip install -q --no-compile --disable-pip-version-check --require-hashes -r $(WEB)/requirements-npm.txt
	@cd $(WEB) && $(NPM) ci --ignore-scripts --no-audit --no-fund --silent
	@$(BIN)/python -m connectors.webchat.assets
	@touch $@

install: $(VENV)/pip.done $(WEB)/static/vendor/.done ## Make the environment in .venv
	@echo "[3/3] Ready / 就绪: $(BIN)/daren"

$(VENV)/dev.done: tests/requirements.txt $(VENV)/pip.done
	@$(BIN)/python -m pip install -q --no-compile --disable-pip-version-check --require-hashes -r tests/requirements.txt
	@touch $@

install-dev: install $(VENV)/dev.done

demo: install ## Set up and serve the demo: prints address and login
	@$(BIN)/daren demo

fmt: install-dev ## Format and fix what can be fixed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

check: install-dev ## Lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: install-dev ## Every test (sets everything up first)
	@$(BIN)/python -m tests.support.browser
	$(BIN)/pytest -n 3 --dist worksteal

snapshots: install-dev ## Rewrite the snapshots; read the change before you commit it
	$(BIN)/pytest --snapshot-update -q

clean: ## Remove what was built, never a home
	rm -rf $(VENV) $(WEB)/node_modules $(WEB)/static/vendor .mypy_cache .ruff_cache
