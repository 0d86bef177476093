# The project's commands; `make` lists them. Everything runs from a fresh clone and repeats safely.
SHELL := /bin/sh
BIN := .venv/bin
OS := $(shell uname -s)
UV_VERSION := 0.13.9
PYTEST := $(BIN)/python -m pytest
# Extra words for pytest, and how often `make soak` repeats the network tests.
PYTEST_ARGS ?=
RUNS ?= 20
# For `make bench`: rounds, seconds for a sample, what to measure (all when empty), and extra words, such as --publish.
ROUNDS ?= 3
SECONDS ?= 3
ONLY ?=
# For `make freebsd-pkg`: which processor's.
MACHINE ?= x86_64
# For `make fuzz`: how long each target runs.
FUZZ_SECONDS ?= 3600
BENCH_ARGS ?=

# The labs mostly wait: as many tests side by side as processors, but for those marked `alone`.
NETWORK := netns or interop or slow
# What runs on another system alone; `make system` there.
ELSEWHERE := darwin or freebsd
BESIDE := -n auto --dist worksteal
LONG := tests/security/test_hostile_clients.py tests/core/test_hostile_flood.py tests/tunnel/test_many_rekeys.py tests/simulation/test_rekeys.py tests/fuzz/test_targets.py tests/gui/test_monkey.py tests/net/bsd/test_deaths.py
LINUX_ONLY = @[ "$(OS)" = Linux ] || { echo "make $@: on Linux only (see docs/platforms.md)"; exit 1; }
# Before what changes the machine's own network, where there are no namespaces.
SUDO := $(if $(filter Linux,$(OS)),,$(if $(filter 0,$(shell id -u)),,sudo))

.DEFAULT_GOAL := help
.PHONY: help demo demo-gui test unit network sanitize bench deb freebsd-pkg freebsd-port macos-pkg system lint fuzz soak translations screenshots lock clean setup setup-run setup-gui setup-bench

help: ## list the commands
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' $(MAKEFILE_LIST) | awk -F'\t' '{ printf "  make %-12s %s\n", $$1, $$2 }'

demo: setup-run ## a tunnel on this machine, with traffic through it: what Ginnel does, in half a minute
	$(SUDO) $(BIN)/ginnel demo

demo-gui: setup-gui ## the same tunnel in the app, to play with, until that is closed
	$(SUDO) $(BIN)/ginnel demo --gui

test: lint unit network ## lint, then every test; the quick ones first

unit: setup ## the tests that need no network of their own
	$(PYTEST) $(BESIDE) -m "not ($(NETWORK) or $(ELSEWHERE))" $(PYTEST_ARGS)

network: setup ## the tests in network namespaces and against strongSwan (Linux)
ifeq ($(OS),Linux)
	@failed=; $(PYTEST) $(BESIDE) -m "($(NETWORK)) and not (alone or $(ELSEWHERE))" $(PYTEST_ARGS) || failed=side-by-side; \
	$(PYTEST) -m "($(NETWORK)) and alone" $(PYTEST_ARGS) || failed="$$failed alone"; \
	[ -z "$$failed" ] || { echo "make network: failed:" $$failed; exit 1; }
else
	@echo "make network: skipped; network namespaces are Linux's (see docs/platforms.md)"
endif

system: setup-run ## the tests of macOS' and FreeBSD's own network, on a machine with that system; asks for root
	@[ "$(OS)" != Linux ] || { echo "make $@: on a Mac or FreeBSD (see docs/porting-checklist.md)"; exit 1; }
	$(SUDO) $(BIN)/python -m pytest tests/systems -m $(if $(filter Darwin,$(OS)),darwin,freebsd) $(PYTEST_ARGS)

lint: setup ## ruff, mypy, the import contracts, shellcheck, actionlint
	@failed=; for check in "ruff check ." "ruff format --check ." mypy "mypy tests" lint-imports; do \
	echo "== $$check"; PYTHONPATH=core $(BIN)/$$check || failed="$$failed ($$check)"; done; \
	if command -v shellcheck >/dev/null; then \
	echo "== shellcheck"; shellcheck packaging/*.sh packaging/debian/install.sh packaging/debian/ginnel.p* packaging/freebsd/ginneld.in packaging/freebsd/*.sh packaging/macos/*.sh packaging/macos/scripts/* packaging/macos/ginnel-uninstall .ci/run || failed="$$failed (shellcheck)"; \
	else echo "shellcheck is not installed: the shell scripts went unchecked"; fi; \
	if [ -x $(BIN)/actionlint ]; then \
	echo "== actionlint"; $(BIN)/actionlint || failed="$$failed (actionlint)"; fi; \
	[ -z "$$failed" ] || { echo "make lint: failed:$$failed"; exit 1; }

# A copy of its own, so that the release build stays; the sanitizers' library has to be loaded first.
sanitize: setup ## the packet path's tests on a build with bounds checks, AddressSanitizer and UBSan
	$(LINUX_ONLY)
	@mkdir -p build/debug && tar cf - --exclude='*.so' --exclude='core/ginnel_core/*.c' \
		core service gui setup.py pyproject.toml README.md LICENSE | tar xf - -C build/debug
	@cd build/debug && GINNEL_DEBUG=1 ../../$(BIN)/python setup.py --quiet build_ext --inplace
	PYTHONPATH=build/debug/core ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=halt_on_error=1 \
		LD_PRELOAD="$$(cc -print-file-name=libasan.so)" \
		$(PYTEST) -p no:pytest-qt tests/core $(PYTEST_ARGS)

bench: setup-bench ## Ginnel beside other tunnels: speed, CPU time, latency (ROUNDS=3 SECONDS=3 ONLY=ginnel,link)
	$(LINUX_ONLY)
	PYTHONPATH="$(CURDIR)/core:$(CURDIR)/tests" $(BIN)/python -m benchmarks.run \
		--rounds $(ROUNDS) --seconds $(SECONDS) --only "$(ONLY)" $(BENCH_ARGS)

deb: ## the Debian package, in dist/
	$(LINUX_ONLY)
	@packaging/bootstrap.sh deb
	@packaging/deb.sh

# Made on Linux for the other systems, then looked at by the tests of their packages.
LOOK_AT = GINNEL_DIST="$(CURDIR)/dist" $(PYTEST) -q -k "not same_bytes and not without_the_app" $(PYTEST_ARGS)

freebsd-pkg: setup ## the package for FreeBSD, in dist/ (MACHINE=x86_64 or aarch64)
	$(LINUX_ONLY)
	rm -f dist/ginnel-*.FreeBSD-*-$(subst x86_64,amd64,$(MACHINE)).pkg
	PYTHONPATH=packaging:core $(BIN)/python -m ginnel_packaging.freebsd --machine $(MACHINE)
	$(LOOK_AT) tests/packaging/test_freebsd_package.py

freebsd-port: setup ## FreeBSD's port of this commit and its tarball, in dist/
	PYTHONPATH=packaging:core $(BIN)/python -m ginnel_packaging.port dist

macos-pkg: setup ## the package for macOS, in dist/: on a Mac whole, on Linux what can be made there, to look at
ifeq ($(OS),Darwin)
	packaging/macos/build.sh
else
	rm -f dist/Ginnel-*.pkg
	PYTHONPATH=packaging:core $(BIN)/python -m ginnel_packaging.mac_twin
	$(LOOK_AT) tests/packaging/test_mac_package.py
endif

fuzz: setup ## every fuzz target for FUZZ_SECONDS each (3600), as many at once as there are processors
	$(LINUX_ONLY)
	FUZZ_SECONDS=$(FUZZ_SECONDS) $(PYTEST) -q tests/fuzz/test_targets.py $(PYTEST_ARGS)

soak: setup ## the long tests at full length, then the network tests RUNS times (20); stop at the first failure
	$(LINUX_ONLY)
	GINNEL_HOSTILE=10000000 GINNEL_REKEYS=1000 GINNEL_REKEY_CASES=1 GINNEL_LEAST_SHARE=0.95 GINNEL_ROUNDS=7 FUZZ_SECONDS=60 \
		GINNEL_DEATHS=1 GINNEL_MONKEY=200000 GINNEL_SEED=$${GINNEL_SEED:-$$(date +%s)} $(PYTEST) -q -x -s $(LONG) $(PYTEST_ARGS)
	GINNEL_SHIPPED=1 $(PYTEST) -q -x tests/packaging/test_deb.py tests/packaging/test_installed.py tests/packaging/reproduced.py
	@i=1; while [ $$i -le $(RUNS) ]; do echo "== soak $$i of $(RUNS)"; \
	$(PYTEST) -q -x -m "$(NETWORK)" $(PYTEST_ARGS) || exit 1; i=$$((i + 1)); done

translations: setup ## bring the app's catalogues up to date with its texts, and list what is left to translate
	cd tests && PYTHONPATH=../core ../$(BIN)/python -m helpers.catalogues

screenshots: setup ## the app in every state, light and dark, in each language, into docs/images
	cd tests && QT_QPA_PLATFORM=offscreen PYTHONPATH=../core ../$(BIN)/python -m gui.screenshots ../docs/images

lock: setup-run ## pin the newest dependencies that pyproject.toml admits, with their hashes
	$(BIN)/python -m venv build/lock
	build/lock/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	packaging/lock.sh build/lock/bin/uv --upgrade

clean: ## remove whatever a build or a test made, .venv too
	rm -rf .venv build dist bench-results .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	rm -rf ./*.egg-info core/*.egg-info service/*.egg-info
	rm -f core/ginnel_core/*.so core/ginnel_core/*.c core/ginnel_core/*.html
	find core service gui packaging tests -name __pycache__ -type d -prune -exec rm -rf {} +

setup:
	@packaging/bootstrap.sh test

setup-run:
	@packaging/bootstrap.sh run

setup-gui:
	@packaging/bootstrap.sh gui

setup-bench:
	@packaging/bootstrap.sh bench
