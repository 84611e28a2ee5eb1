# Needs make and python3 (3.11 or newer); each target sets up the rest, in .venv and build.
PYTHON ?= python3
BIN := .venv/bin
CHECKOV := .venv-checkov
INSTALLED := .venv/.installed
NOT_CHECKED := build/not-checked.txt
# Most of these tests wait for PostgreSQL; a file's tests share their servers. conftest.py has the order.
SIDE_BY_SIDE := -n 4 --dist loadfile --no-loadscope-reorder
LEAST_COVERAGE := 95

.DEFAULT_GOAL := help
.PHONY: help demo local test unit integration e2e coverage lint faults bench package runbook pins clean \
    deploy configure preflight drill undeploy cost style types audit checkov slow

# What make's command line gave, each word quoted for the shell; the scripts judge it.
given = $(foreach name,$(filter-out PYTHON,$(.VARIABLES)),$(if $(filter command,$(firstword $(origin $(name)))),'$(name)=$(subst ','\'',$($(name)))'))

# $(call checked,what,sign that its tool is installed,command): what could not be checked, for want of the tool or of
# the answer it asks for (exit status 3), is told at once and at the end of `make test`; an error with STRICT=1 only.
checked = @if [ -e $(2) ]; then { $(3); } && exit 0 || status=$$?; else status=3; fi; \
    [ $$status = 3 ] || exit $$status; \
    mkdir -p build; echo 'NOT CHECKED: $(1)' | tee -a $(NOT_CHECKED); $(if $(STRICT),false,true)

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

demo: $(INSTALLED) ## break a real replication, see it found and reported, fix it
	@$(BIN)/python -m local demo

local: $(INSTALLED) ## start the local stack and leave it up
	@$(BIN)/python -m local up

test: $(INSTALLED) ## everything CI runs, to the end whatever fails; STRICT=1 fails if anything was not checked
	@rm -rf $(NOT_CHECKED) build/.coverage; mkdir -p build
	@$(MAKE) --no-print-directory --keep-going COVERED='--cov=functions --cov-append --cov-report=' \
	    lint unit integration e2e || failed=1; \
	$(MAKE) --no-print-directory coverage || failed=1; \
	[ ! -e $(NOT_CHECKED) ] || cat $(NOT_CHECKED); \
	[ -z "$$failed" ]

unit: $(INSTALLED) ## tests of seconds, without a network
	$(BIN)/pytest -n 2 $(COVERED) tests/unit sandbox/tests/unit

integration: $(INSTALLED) ## tests against real PostgreSQL and real HTTP
	$(BIN)/pytest $(COVERED) $(SIDE_BY_SIDE) --durations=5 tests/integration sandbox/tests/integration

e2e: $(INSTALLED) ## tests of the whole local stack
	$(BIN)/pytest $(SIDE_BY_SIDE) --durations=5 tests/e2e

coverage: # of what `make test` has run; Lambdas in processes of their own are not counted
	@$(BIN)/coverage report --fail-under=$(LEAST_COVERAGE)

lint: style types audit checkov ## style, types, dependencies, template

style: .venv/.ruff ## rules and layout of the code
	$(call checked,style (ruff),$<,$(BIN)/ruff check && $(BIN)/ruff format --check)

types: .venv/.mypy ## types
	$(call checked,types (mypy),$<,$(BIN)/mypy)

audit: .venv/.pip-audit ## known vulnerabilities of what is packaged; STRICT=1 fails without an answer
	$(call checked,known vulnerabilities (pip-audit),$<,$(BIN)/python -m scripts.check_dependencies)

checkov: $(CHECKOV)/.installed package ## security rules on the packaged template
	$(call checked,security of the template (checkov),$<,PYTHONDONTWRITEBYTECODE=1 $(CHECKOV)/bin/checkov -f build/package/sam.json --framework cloudformation --compact --quiet --skip-download)

faults: $(INSTALLED) ## every fault and healthy set-up on every PostgreSQL at hand, as a table
	@$(BIN)/python -m local faults

slow: $(INSTALLED) ## failures that come late after each start, watched for a quarter of an hour a version
	@$(BIN)/python -m local faults --slow

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

pins: ## bring constraints.txt up to date with requirements-dev.txt and requirements-lint.txt
	@rm -rf build/pins
	@$(PYTHON) -m venv build/pins
	@sed -e '/^-c /d' -e 's|^-r |&$(CURDIR)/|' requirements-dev.txt requirements-lint.txt > build/pins/requirements.txt
	@build/pins/bin/pip install --quiet --disable-pip-version-check -r build/pins/requirements.txt
	@{ sed -n 1p constraints.txt; build/pins/bin/pip freeze; } > build/pins/constraints.txt
	@mv build/pins/constraints.txt constraints.txt

clean: ## remove what was built, but not .venv
	rm -rf build .chalice/deployments .mypy_cache .pytest_cache .ruff_cache
	find . -name '.venv*' -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.ruff: TOOL := ruff
.venv/.mypy: TOOL := (mypy|boto3-stubs)
.venv/.pip-audit: TOOL := pip-audit
.venv/.ruff .venv/.mypy .venv/.pip-audit: requirements-lint.txt constraints.txt $(INSTALLED)
	@rm -f $@
	@grep -E '^$(TOOL)(\[|=)' requirements-lint.txt | \
	    xargs $(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt && touch $@ || true

$(CHECKOV)/.installed: requirements-checkov.txt $(INSTALLED)
	@echo 'Installing checkov into $(CHECKOV): once, half a minute …'
	@rm -rf $(CHECKOV)
	@$(PYTHON) -m venv --without-pip $(CHECKOV) && \
	    $(BIN)/pip --python $(CHECKOV)/bin/python install --quiet --disable-pip-version-check --no-deps --no-compile \
	        -r requirements-checkov.txt && touch $@ || true

$(INSTALLED): requirements.txt requirements-dev.txt constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo 'Python 3.11 or newer is needed; if it has another name: make PYTHON=python3.12 …' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || \
	    { echo 'Python lacks its venv module; on Debian and Ubuntu: apt-get install python3-venv' >&2; exit 1; }
	@echo 'Installing what development needs into .venv: once, about a minute …'
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@
