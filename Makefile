# RNN Playground. `make run` opens the window, `make test` runs the tests; both set everything up the first time.

PYTHON ?= python3
VENV ?= .venv
PY := $(VENV)/bin/python
READY := $(VENV)/.ready
READY_DEV := $(VENV)/.ready-dev
SETUP := pyproject.toml setup.py resources/setup/prepare.py
TESTS ?= tests

.PHONY: run test slow peers lint bench pictures demo clean

run: $(READY)
	@$(PY) main.py

test: $(READY_DEV)
	$(PY) -m pytest -q -n 2 $(TESTS)

slow: $(READY_DEV)
	$(PY) -m pytest -q -m slow $(TESTS)

peers: $(READY_DEV)
	$(PY) -m pytest -q -m peers $(TESTS)

lint: $(READY_DEV)
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports

bench: $(READY)
	$(PY) main.py bench --grid
	$(PY) main.py bench --window

pictures: $(READY)
	QT_QPA_PLATFORM=offscreen $(PY) -m playground.ui.pictures

demo: $(READY)
	$(PY) main.py export delayed-recall --steps 300 --plot all --format png --out runs/demo

clean:
	rm -rf build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

$(READY): $(SETUP)
	@$(PYTHON) resources/setup/prepare.py $(VENV)
	@touch $@

$(READY_DEV): $(SETUP)
	@$(PYTHON) resources/setup/prepare.py $(VENV) dev
	@touch $@ $(READY)
