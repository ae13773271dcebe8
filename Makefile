# Every target makes what it needs from nothing: python3 with venv and pip is all a machine has to have.
PYTHON ?= python3
PIP_INSTALL = install --quiet --disable-pip-version-check --constraint constraints.txt
JOBS ?= 2
N ?= 100
SEED ?= 1

.PHONY: demo test test-all lint bench agree client clean

demo: .venv-demo/ready  ## the main job, without any account
	@.venv-demo/bin/ccsetup demo

test: .venv/ready client tests/awscli/.venv/ready  ## what to run before every commit
	.venv/bin/python -m pytest -n $(JOBS) --dist worksteal -m "not thorough"

test-all: .venv/ready client tests/awscli/.venv/ready  ## and every combination
	.venv/bin/python -m pytest -n $(JOBS) --dist worksteal

lint: .venv/ready
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

agree: .venv/ready client  ## N random worlds from SEED: does ccsetup say what the real client does?
	.venv/bin/python -m tests.agree --worlds $(N) --seed $(SEED)

bench: .venv-bench/ready  ## the figures, as ratios, into bench.json
	.venv-bench/bin/python tests/bench.py bench.json

# The real Claude Code, for the tests: the newest, and one of three months and one of a year ago. Each version stands in
# its folder's package.json and nowhere else.
client:
	@if command -v npm >/dev/null; then \
		for folder in tests/client tests/client-three-months tests/client-one-year; do \
			npm install --silent --prefix $$folder --ignore-scripts --no-package-lock --no-audit --no-fund || exit; \
		done; \
	else echo "no npm here: the tests with the real client will be skipped"; fi

# The real `aws`, apart from the rest because it pins botocore.
tests/awscli/.venv/ready: tests/awscli/requirements.txt
	$(PYTHON) -m venv tests/awscli/.venv
	tests/awscli/.venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip $(PIP_INSTALL) --upgrade pip
	.venv/bin/python -m pip $(PIP_INSTALL) --editable . --group test --group lint
	@touch $@

.venv-demo/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv-demo
	.venv-demo/bin/python -m pip $(PIP_INSTALL) --upgrade pip
	.venv-demo/bin/python -m pip $(PIP_INSTALL) --editable .
	@touch $@

# A wheel as users have it, not a checkout: its start-up is what is measured.
.venv-bench/ready: pyproject.toml constraints.txt $(shell find ccsetup profiles checks -type f -not -name '*.pyc')
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip $(PIP_INSTALL) --upgrade pip
	.venv-bench/bin/python -m pip $(PIP_INSTALL) --force-reinstall --no-deps .
	.venv-bench/bin/python -m pip $(PIP_INSTALL) .
	@touch $@

clean:
	rm -rf .venv .venv-demo .venv-bench tests/client*/node_modules tests/awscli/.venv bench.json .pytest_cache .mypy_cache .ruff_cache
