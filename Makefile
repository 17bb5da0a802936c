# `make` alone says what there is. Nothing has to be installed but Python 3.11 or newer.

.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON := .venv/bin/python
PIP := $(PYTHON) -m pip install -qq --disable-pip-version-check --root-user-action=ignore
# Checks need settings, but no database; what they name is never connected to.
CHECK_ENV := DEVELOPMENT=1 DATABASE_URL=postgresql:///none REDIS_URL=redis://127.0.0.1:1/0

.PHONY: help
help:  ## Say what there is
	@echo "Usage: make <target>"
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo "Everything is kept in .data/; servers listen on 127.0.0.1 only."

.PHONY: run
run: .venv/ready  ## Start everything, play a short day, stay up (ONCE=1: end after the figures)
	@exec $(PYTHON) -m stack run

.PHONY: test
test: .venv/ready-dev  ## Run all tests on databases of their own (ARGS="-k name" for some)
	@exec $(PYTHON) -m pytest -n 3 --dist worksteal $(ARGS)

.PHONY: test-erp
test-erp: .venv/ready-dev .venv-erp/ready  ## Run the Tryton connector against Tryton itself (two minutes more the first time)
	@exec $(PYTHON) -m pytest -n 0 -m erp tests/erp $(ARGS)

.PHONY: lint
lint: .venv/ready-dev  ## Check style, types, architecture and migrations
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(CHECK_ENV) $(PYTHON) -m mypy
	$(CHECK_ENV) .venv/bin/lint-imports
	$(CHECK_ENV) $(PYTHON) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(CHECK_ENV) $(PYTHON) manage.py check

.PHONY: bench
bench: .venv/ready  ## Measure rates and latencies on this machine, against its own floor
	@exec $(PYTHON) -m bench $(ARGS)

.PHONY: soak-rotation
soak-rotation: .venv/ready  ## Change keys, cut lines and kill servers under registers at work: [MINUTES=3] [REGISTERS=12]
	@exec $(PYTHON) -m soak --minutes $(or $(MINUTES),3) --registers $(or $(REGISTERS),12) $(ARGS)

.PHONY: soak-deliveries
soak-deliveries: .venv/ready  ## Kill workers and mistreat receivers while events go out: [MINUTES=2] [KILLS=100]
	@exec $(PYTHON) -m soak.deliveries --minutes $(or $(MINUTES),2) --kills $(or $(KILLS),100) $(ARGS)

.PHONY: soak-trail
soak-trail: .venv/ready  ## Return much at once, and walk the chains it leaves: [RETURNS=1000] [CLIENTS=50]
	@exec $(PYTHON) -m soak.trail --returns $(or $(RETURNS),1000) --clients $(or $(CLIENTS),50) $(ARGS)

.PHONY: verify
verify: .venv/ready  ## Check that the books agree, line by line
	@exec $(PYTHON) -m stack verify

.PHONY: replay
replay: .venv/ready  ## Play a file of real sales and returns: make replay DATA=path [WORKERS=4]
	@if [ -z '$(DATA)' ]; then \
		echo 'Which file? make replay DATA=path/to/file' >&2; exit 2; \
	fi
	@exec $(PYTHON) -m stack replay --data '$(DATA)' --workers $(or $(WORKERS),4)

.PHONY: shell
shell: .venv/ready  ## Open a Python shell with the models on the kept data
	@exec $(PYTHON) -m stack manage shell

.PHONY: clean
clean:  ## Throw away the kept data (.data) and caches; stop `make run` first
	@if [ -x $(PYTHON) ] && $(PYTHON) -c 'import sys, stack.state as s; sys.exit(not s.running_stack())' 2>/dev/null; then \
		echo 'A stack is up on this data: stop it with Ctrl-C first.' >&2; exit 1; \
	fi
	rm -rf .data .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

.venv/ready: requirements.txt | .venv/bin/python
	@echo "Installing what the project runs on (about a minute the first time) ..."
	@$(PIP) -r requirements.txt || { $(SAY_INSTALL); exit 1; }
	@touch $@

.venv/ready-dev: requirements-dev.txt requirements.txt | .venv/bin/python
	@echo "Installing what tests and checks need (about a minute the first time) ..."
	@$(PIP) -r requirements-dev.txt || { $(SAY_INSTALL); exit 1; }
	@touch $@ .venv/ready

.venv-erp/ready: requirements-erp.txt | .venv/bin/python
	@echo "Installing Tryton into .venv-erp (about a minute the first time) ..."
	@test -x .venv-erp/bin/python || $(PYTHON) -m venv --clear .venv-erp
	@.venv-erp/bin/python -m pip install -qq --disable-pip-version-check --root-user-action=ignore \
		-r requirements-erp.txt || { $(SAY_INSTALL); exit 1; }
	@touch $@

SAY_INSTALL = echo "Installing failed; see above. Is the package index reachable? Then run make again." >&2

# The first Python that is new enough, whatever it is called here.
.venv/bin/python:
	@for python in python3 python3.14 python3.13 python3.12 python3.11; do \
		if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			echo "Making .venv with $$($$python --version)"; \
			$$python -m venv --clear .venv && exit 0; \
			rm -rf .venv; \
			echo "$$python cannot make a virtual environment. On Debian or Ubuntu: apt install python3-venv" >&2; \
			exit 1; \
		fi; \
	done; \
	echo "Python 3.11 or newer is needed; found: $$(python3 --version 2>&1)" >&2; exit 1
