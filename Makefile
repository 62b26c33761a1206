# Two commands are enough on a fresh machine with python3 (3.11+) and make:
#   make demo   run the main job on a real model, leave a report
#   make test   run the tests
# Each creates .venv on its first run. The rest is for those who work on wfmodel (CONTRIBUTING.md):
#   make format         put the code in order (ruff)
#   make lint           what ruff and mypy find; pre-commit calls it
#   make check          lint, and test with the coverage floor
#   make docs           renew what is made from the code (schemas, pages of rules and metrics), make site
#   make site           the documentation as a site, in build/site; broken links are errors
#   make integrations  renew the table of what AWS offers, from botocore
#   make possibilities  renew docs/what-can-happen.md (minutes)
#   make reports        renew the first looks in reports/ (a minute); make demo renews the whole one
#   make notebooks      run the notebooks from a clean kernel, and the explorer in JupyterLab
#   make oracles        the tests that ask pm4py and Storm, in an environment of their own
#   make spin           the larger systems that SPIN counts too
#   make golden         counts of up to 170 million states (2 minutes, 6 GB)
#   make benchmarks     how fast it is, beside others (an environment of its own)
#   make fuzz           broken input of all kinds for SECONDS each, looking for tracebacks
#   make campaign       kill commands at random instants; nothing may be lost or left running
#   make package        the wheel in a clean environment; HOW="--lowest" or "--extras report"
#   make vsix           the extension for Visual Studio Code, in build/
#   make numba          the compiled engines under the newest numba, whatever is pinned
#   make release        VERSION=1.2.3: changelog, version, tag, and the artefacts in dist/
#   make artefacts      VERSION=1.2.3: those of what is checked out
#   make lock           renew constraints.txt from what is installed
#   make clean          take away environments and caches
# WORKERS=4 is how many processes test, PYTHON=python3.12 which Python the environment is made of.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
WORKERS ?= 2
COVERAGE ?=
REPORT := reports/order-fulfilment.html

# Tests start hundreds of processes: what is compiled once is kept, whatever the machine's default.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo reports test lint check format notebooks oracles spin golden benchmarks docs site integrations possibilities lock clean fuzz campaign package vsix numba release artefacts

demo: $(VENV)/.runtime
	$(BIN)/wfmodel report models/order-fulfilment/scenario.yaml --output $(REPORT)
	@echo "The report: $(REPORT)"

reports: $(VENV)/.runtime
	$(BIN)/python -m tests.model_reports --write

# COVERAGE=yes holds the tests to the coverage floor too. Tracing makes Python four times slower, so
# the tests that try many worlds (marked long) run without it, and the rest must reach the floor.
TEST := $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal
test: $(VENV)/.dev
ifeq ($(COVERAGE),)
	$(TEST)
else
	$(TEST) -m "not long" --cov --cov-report=term:skip-covered
	$(TEST) -m long
endif

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

check: lint
	$(MAKE) test COVERAGE=yes

format: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

notebooks: $(VENV)/.notebooks
	$(BIN)/python -m tests.notebooks
	$(BIN)/python -m pytest tests/reports/test_in_jupyter.py

# pm4py is AGPL, stormpy GPL: tests compare with them, in an environment of its own, and nothing of
# ours imports them.
oracles: $(VENV)-oracles/.ready
	$(VENV)-oracles/bin/python -m pytest tests/checks/test_soundness_by_pm4py.py \
		tests/traces/test_traces.py tests/exploration/markov/test_storm.py

# The larger systems that SPIN and the explorer both count; needs spin and gcc.
spin: $(VENV)/.dev
	WFMODEL_SPIN=all $(BIN)/python -m pytest -n $(WORKERS) tests/exploration/test_spin.py

# Counts of up to 170 million states: two minutes, and 6 GB of memory.
golden: $(VENV)/.dev
	WFMODEL_GOLDEN=all $(BIN)/python -m pytest tests/exploration/test_golden_counts.py -k largest

# Inputs that nobody would write, for so many seconds of processor time; SEED=2 tries others.
FUZZ_SECONDS ?= 600
SEED ?= 0
fuzz: $(VENV)/.dev
	$(BIN)/python -m tests.fuzz --seconds $(FUZZ_SECONDS) --seed $(SEED)

# Commands killed at so many random instants each: half an hour, and a table. Linux.
INSTANTS ?= 50
campaign: $(VENV)/.dev
	$(BIN)/python -m tests.campaign --instants $(INSTANTS) --seed $(SEED)

docs: $(VENV)/.dev
	$(BIN)/python -m tests.generated --write
	$(MAKE) site

# mkdocs reads docs/ and docstrings; what it has beyond them is in tests/site_pages.py. Then it is
# looked at in a browser, which may ask nothing of the network.
site: $(VENV)/.docs build/mermaid.min.js
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict
	$(BIN)/python -m pytest tests/test_site_in_a_browser.py

# What draws diagrams in the site: one file of a pinned package, known by its sum.
MERMAID := mermaid@11.17.2
MERMAID_SUM := 581ed7d74bd9048d0e3a91363927d72ef22942d7722546b27f7cc29e35390eb8
build/mermaid.min.js: Makefile
	mkdir -p build
	npm pack --silent --pack-destination build $(MERMAID)
	tar -xzOf build/$(subst @,-,$(MERMAID)).tgz package/dist/mermaid.min.js > $@
	rm build/$(subst @,-,$(MERMAID)).tgz
	echo "$(MERMAID_SUM)  $@" | sha256sum --check --quiet || (rm $@ && false)

# The table of AWS's services; botocore ships their models, and nothing of ours imports it.
integrations: $(VENV)/.dev
	$(PIP) install --upgrade -e '.[integrations]'
	$(BIN)/python -m tests.integrations

# docs/what-can-happen.md: minutes of computing; a test holds a sample of its rows to the code.
possibilities: $(VENV)/.dev
	$(BIN)/python -m tests.possibilities --write

# An environment of its own: peers are compared with, never depended on.
benchmarks: $(VENV)-benchmarks/.ready
	$(VENV)-benchmarks/bin/python -m benchmarks.throughput

# As a newcomer gets it, our own workflows and action under zizmor, and wheels of all it needs for musl.
HOW ?=
package: $(VENV)-release/.ready
	rm -rf build/package
	$(VENV)-release/bin/python -m build --wheel --no-isolation --outdir build/package .
	$(VENV)-release/bin/python -m tests.installed build/package/*.whl $(HOW)
	$(VENV)-release/bin/zizmor --offline --quiet .github
	for python in 3.11 3.12 3.13 3.14; do for machine in x86_64 aarch64; do \
		$(VENV)-release/bin/pip download --quiet build/package/*.whl --dest build/musl-$$machine-$$python \
			--platform musllinux_1_2_$$machine --platform musllinux_1_1_$$machine \
			--python-version $$python --only-binary=:all: || exit 1; done; done

# From a copy: npm and vsce leave files where they work. What is in it is looked at.
VSIX := build/vscode
vsix: $(VENV)/.dev
	rm -rf $(VSIX) && mkdir -p build && cp -R docs/editors/vscode $(VSIX)
	cd $(VSIX) && npm install --silent --omit=dev --no-audit --no-fund && \
		npx --yes @vscode/vsce@3 package --allow-missing-repository --out ../wfmodel.vsix
	$(BIN)/python -m pytest tests/lsp/test_packaged_extension.py

# In a copy, where the pin is that of the newest numba: what fails is what is to be done.
NEXT := build/next
numba:
	rm -rf $(NEXT) && mkdir -p $(NEXT) && git archive HEAD | tar -x -C $(NEXT)
	$(PYTHON) -m venv $(NEXT)/.venv && $(NEXT)/.venv/bin/pip install --quiet --pre numba
	cd $(NEXT) && newest=$$(.venv/bin/python -c 'import numba; print(numba.__version__)') && \
		minor=$$(echo $$newest | cut -d. -f1,2) && \
		sed -i "s/numba>=[0-9.]*,<[0-9.]*/numba==$$newest/" pyproject.toml && \
		sed -i "s/^SUPPORTED: Final = .*/SUPPORTED: Final = \"$$minor\"/" wfmodel/native/words.py && \
		.venv/bin/pip install --quiet -e '.[dev]' && \
		.venv/bin/python -m pytest tests/native tests/agreement/test_engines.py tests/exploration/test_packed.py

# What is committed is released: run `make check` first. Nothing is pushed.
release: $(VENV)-release/.ready
	$(VENV)-release/bin/python -m tests.release $(VERSION)

artefacts: $(VENV)-release/.ready
	$(VENV)-release/bin/python -m tests.release $(VERSION) --artefacts-only

lock: $(VENV)/.notebooks
	$(BIN)/python -m pip freeze --exclude-editable --exclude wfmodel | LC_ALL=C sort > constraints.txt

clean:
	rm -rf $(VENV) $(VENV)-oracles $(VENV)-benchmarks $(VENV)-release build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage

# What is installed, in three layers; a stamp file for each makes repetition free.
$(VENV)/.runtime: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install -c constraints.txt -e '.[report]'
	touch $@

$(VENV)/.dev: $(VENV)/.runtime
	$(PIP) install -c constraints.txt -e '.[dev]'
	touch $@

$(VENV)-oracles/.ready: pyproject.toml constraints.txt
	test -x $(VENV)-oracles/bin/python || $(PYTHON) -m venv $(VENV)-oracles
	$(VENV)-oracles/bin/python -m pip --disable-pip-version-check --quiet install -c constraints.txt -e '.[dev,oracles]'
	touch $@

$(VENV)-benchmarks/.ready: pyproject.toml constraints.txt
	test -x $(VENV)-benchmarks/bin/python || $(PYTHON) -m venv $(VENV)-benchmarks
	$(VENV)-benchmarks/bin/python -m pip --disable-pip-version-check --quiet install -c constraints.txt -e '.[fast,benchmarks]'
	touch $@

$(VENV)-release/.ready: pyproject.toml constraints.txt
	test -x $(VENV)-release/bin/python || $(PYTHON) -m venv $(VENV)-release
	$(VENV)-release/bin/python -m pip --disable-pip-version-check --quiet install -c constraints.txt hatchling -e '.[release]'
	touch $@

$(VENV)/.docs: $(VENV)/.dev
	$(PIP) install -c constraints.txt -e '.[dev,docs]'
	touch $@

$(VENV)/.notebooks: $(VENV)/.dev
	$(PIP) install -c constraints.txt -e '.[dev,notebooks]'
	touch $@
