.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8000

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

.venv/bin/uv:
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv

.venv/.site: requirements.txt | .venv/bin/uv
	@test -f .venv/.tests || $(BIN)/uv pip sync --quiet --require-hashes --python $(BIN)/python requirements.txt
	@touch $@

.venv/.tests: requirements-dev.txt | .venv/bin/uv
	@$(BIN)/uv pip sync --quiet --require-hashes --python $(BIN)/python requirements-dev.txt
	@touch $@ .venv/.site

words: ## Compile the translations
	@$(BIN)/pybabel --quiet compile --directory locale --domain django

setup: .venv/.site words ## Install what the site needs

run: setup ## Start everything with the demo organisation (PORT=8000)
	@PORT=$(PORT) exec $(BIN)/python -m seko_social.run

tools: .venv/.tests words ## Install what the tests need
	@bash tests/harness/install.sh

check: .venv/.tests words ## Style, types, imports, templates, migrations, settings
	@bash tests/harness/check.sh

test: tools check ## Everything: checks and all tests, on SQLite and on PostgreSQL with Redis
	@$(BIN)/python -m tests.harness

bench: tools ## Measure (ONLY=publishing for one of them)
	@$(BIN)/python -m bench $(ONLY)

pds: .venv/.tests ## Try the Bluesky adapter against the real server (needs Node.js and npm)
	@npm install --prefix var/pds --no-save --no-audit --no-fund --silent @atproto/pds@0.4.217 @did-plc/server@0.0.1
	@cd var/pds && npm rebuild --silent better-sqlite3
	@PDS_MODULES=$(CURDIR)/var/pds/node_modules $(BIN)/python -m pytest -q -n 0 -m atproto tests/channels

format: .venv/.tests ## Put the code in order
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .

messages: .venv/.tests ## Collect the texts for translation (needs gettext)
	@$(BIN)/python manage.py makemessages --locale en --no-wrap --no-obsolete --add-location file \
		--ignore var --ignore tests --ignore bench

requirements: .venv/bin/uv ## Pin the dependencies again
	@$(BIN)/uv pip compile --quiet --generate-hashes --no-strip-markers requirements.in -o requirements.txt
	@$(BIN)/uv pip compile --quiet --generate-hashes --no-strip-markers requirements-dev.in -o requirements-dev.txt

.PHONY: help words setup run tools check test bench pds format messages requirements
