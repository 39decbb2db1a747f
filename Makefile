# One door for people and for CI. On a fresh machine with Python 3.11 to 3.13: `make demo`, then `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --editable

.DEFAULT_GOAL := help
.PHONY: help demo test test-pretrain weights artist-wheel check docs bench-quick bench curve size clean

help:  ## show this list
	@grep -E '^[a-z-]+:.*  ## ' $(MAKEFILE_LIST) | sed -E 's/:.*  ## /\t/' | expand -t 14

demo: $(VENV)/.run  ## fill the blanks of a real table, and see how good it was
	$(BIN)/handful demo

test: $(VENV)/.test  ## run the tests
	$(BIN)/python -m pytest -n 2

test-pretrain: $(VENV)-pretrain/.test  ## test the pre-training, with PyTorch in an environment of its own
	cd pretrain && ../$(VENV)-pretrain/bin/python -m pytest -m "slow or not slow"

weights: $(VENV)/.test  ## fetch the optional weights, without which their tests are skipped
	$(BIN)/handful get writer speech
	$(MAKE) artist-wheel
	$(BIN)/handful get artist --from dist/handful_artist-1.0.0-py3-none-any.whl

artist-wheel: $(VENV)/artist/.run  ## make the wheel of the artist in dist/, of its networks and of packages from npm
	PYTHONPATH=src:pretrain/src $(VENV)/artist/bin/python scripts/artist_wheel.py

check: $(VENV)/.dev  ## lint, types, layers, spelling, generated docs, size of the tree
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell
	$(BIN)/cog --check docs/commands.md
	$(BIN)/python scripts/tree_size.py

# not --quiet: it would hide the warnings that --strict counts
docs: $(VENV)/.dev  ## build the documentation into site/
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

bench-quick: $(VENV)/.bench  ## 6 tables, within 15 minutes on two cores
	$(BIN)/python -m benchmarks.run --quick

bench: $(VENV)/.bench  ## all tables, sizes, seeds and peers; resumes where it stopped
	$(BIN)/python -m benchmarks.run
	$(BIN)/python -m benchmarks.summary --write README.md benchmarks/README.md

curve: $(VENV)/.bench  ## cost against rows: 100 to 100,000
	$(BIN)/python -m benchmarks.curve
	$(BIN)/python -m benchmarks.summary --write README.md benchmarks/README.md

size: $(VENV)/.run  ## measure what `pip install .` downloads, and write it into the README
	$(BIN)/python scripts/install_size.py

clean:  ## remove the environment and everything that was built
	rm -rf $(VENV) $(VENV)-pretrain build dist site handful-demo .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

# Each stamp stands for one set of installed packages; changing pyproject.toml makes them again.
$(VENV)/.run: pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; (3, 11) <= v < (3, 14) or sys.exit("handful needs Python 3.11 to 3.13; $(PYTHON) is %d.%d. Name another: make PYTHON=python3.12" % v)'
	$(PYTHON) -m venv $(VENV)
	$(PIP) .
	@touch $@

$(VENV)-pretrain/.test: pretrain/pyproject.toml
	$(PYTHON) -m venv $(VENV)-pretrain
	$(VENV)-pretrain/bin/python -m pip --disable-pip-version-check install --quiet torch==2.13.0 numpy pytest scikit-learn onnx onnxruntime resvg-py==0.5.0 pillow tokenizers
	@touch $@

# Pinned, for what they draw and pack is pinned byte for byte.
$(VENV)/artist/.run: Makefile
	$(PYTHON) -m venv $(VENV)/artist
	$(VENV)/artist/bin/python -m pip --disable-pip-version-check install --quiet numpy pillow==13.0.0 resvg-py==0.5.0
	@touch $@

$(VENV)/.test $(VENV)/.dev $(VENV)/.bench: $(VENV)/.run
	$(PIP) '.[$(patsubst .%,%,$(notdir $@))]'
	@touch $@
