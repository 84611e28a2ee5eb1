# Needs make and python3 (3.11 or newer); each target sets up the rest, in .venv and build.
PYTHON ?= python3
BIN := .venv/bin
CHECKOV := .venv-checkov
INSTALLED := .venv/.installed
# Most of these tests wait for PostgreSQL; a file's tests share their servers.
SIDE_BY_SIDE := -n 3 --dist loadfile

.DEFAULT_GOAL := help
.PHONY: help demo local test unit integration e2e lint faults bench package runbook pins clean \
    deploy configure preflight drill undeploy cost audit checkov

# What make's command line gave, each word quoted for the shell; the scripts judge it.
given = $(foreach name,$(filter-out PYTHON,$(.VARIABLES)),$(if $(filter command,$(firstword $(origin $(name)))),'$(name)=$(subst ','\'',$($(name)))'))

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

demo: $(INSTALLED) ## break a real replication, see it found and reported, fix it
	@$(BIN)/python -m local demo

local: $(INSTALLED) ## start the local stack and leave it up
	@$(BIN)/python -m local up

test: lint unit integration e2e ## everything CI runs

unit: $(INSTALLED) ## tests of seconds, without a network
	$(BIN)/pytest tests/unit sandbox/tests/unit

integration: $(INSTALLED) ## tests against real PostgreSQL and real HTTP
	$(BIN)/pytest $(SIDE_BY_SIDE) --durations=5 tests/integration sandbox/tests/integration

e2e: $(INSTALLED) ## tests of the whole local stack
	$(BIN)/pytest $(SIDE_BY_SIDE) --durations=5 tests/e2e

lint: $(INSTALLED) audit checkov ## style, types, dependencies, template
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

audit: $(INSTALLED) ## known vulnerabilities of what is packaged; STRICT=1 fails without an answer
	@$(BIN)/python -m scripts.check_dependencies $(if $(STRICT),--strict)

checkov: $(CHECKOV)/.installed package ## security rules on the packaged template
	@PYTHONDONTWRITEBYTECODE=1 $(CHECKOV)/bin/checkov -f build/package/sam.json --framework cloudformation --compact --quiet --skip-download

faults: $(INSTALLED) ## every fault and healthy set-up on every PostgreSQL at hand, as a table
	@$(BIN)/python -m local faults

bench: $(INSTALLED) ## what a sample of a server costs, into build/bench.json
	@$(BIN)/python -m benchmarks.probe_cost

cost: $(INSTALLED) ## what it costs a month, counted anew: docs/cost.md
	@$(BIN)/python -m benchmarks.cost

package: $(INSTALLED) ## what gets deployed, into build/package/
	@$(BIN)/python -m scripts.package

deploy: $(INSTALLED) ## into an AWS account: STACK=… BUCKET=… [SUBNETS=… SECURITY_GROUPS=… …]
	@$(BIN)/python -m scripts.deploy $(given)

configure: $(INSTALLED) ## ask for a cluster's parameters and write them: CLUSTER=…
	@$(BIN)/python -m scripts.configure $(given)

preflight: $(INSTALLED) ## check what the monitor needs: STACK=… [CLUSTER=…]
	@$(BIN)/python -m scripts.preflight $(given)

drill: $(INSTALLED) ## post a test alert: STACK=… [CLUSTERS=a,b]
	@$(BIN)/python -m scripts.drill $(given)

undeploy: $(INSTALLED) ## delete the stack, say what it leaves: STACK=… [YES=1]
	@$(BIN)/python -m scripts.undeploy $(given)

runbook: $(INSTALLED) ## docs/runbook.md out of the catalogue of causes
	@$(BIN)/python -m scripts.runbook

pins: ## bring constraints.txt up to date with requirements-dev.txt
	@rm -rf build/pins
	@$(PYTHON) -m venv build/pins
	@sed -e '/^-c /d' -e 's|^-r |&$(CURDIR)/|' requirements-dev.txt > build/pins/requirements.txt
	@build/pins/bin/pip install --quiet --disable-pip-version-check -r build/pins/requirements.txt
	@{ sed -n 1p constraints.txt; build/pins/bin/pip freeze; } > build/pins/constraints.txt
	@mv build/pins/constraints.txt constraints.txt

clean: ## remove what was built, but not .venv
	rm -rf build .chalice/deployments .mypy_cache .pytest_cache .ruff_cache
	find . -name '.venv*' -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

$(CHECKOV)/.installed: requirements-checkov.txt $(INSTALLED)
	@echo 'Installing checkov into $(CHECKOV): once, half a minute …'
	@$(PYTHON) -m venv --clear --without-pip $(CHECKOV)
	@$(BIN)/pip --python $(CHECKOV)/bin/python install --quiet --disable-pip-version-check --no-deps --no-compile -r requirements-checkov.txt
	@touch $@

$(INSTALLED): requirements.txt requirements-dev.txt constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo 'Python 3.11 or newer is needed; if it has another name: make PYTHON=python3.12 …' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || \
	    { echo 'Python lacks its venv module; on Debian and Ubuntu: apt-get install python3-venv' >&2; exit 1; }
	@echo 'Installing what development needs into .venv: once, about a minute …'
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@
