# What a person does with this checkout. `make` alone lists it.

# An import that Package.swift does not declare fails every build.
SWIFT_FLAGS := --explicit-target-dependency-import-check error
# The product carries the Swift runtime with it, so that the binary runs on a machine without the toolchain.
RELEASE_FLAGS := $(SWIFT_FLAGS) -c release --static-swift-stdlib
# What `make install` installs, and where: below $(DESTDIR)$(PREFIX).
PROGRAM := .build/release/ailoopctl
PREFIX := /usr/local
SHARE = $(DESTDIR)$(PREFIX)/share

.DEFAULT_GOAL := help
.PHONY: help run test build release install uninstall gen lint fmt fuzz conformance real-model bench install-needs clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: release ## install what is missing, build, start the server (mock service without OPENROUTER_API_KEY)
	@bash .ci/start

# The tests run beside each other, with thousands of connections.
test: install-needs ## run every test
	ulimit -S -n $$(ulimit -H -n) && swift test $(SWIFT_FLAGS) --parallel --disable-xctest

build: install-needs ## debug build of everything
	swift build $(SWIFT_FLAGS) --build-tests

release: install-needs ## optimised build of the programs, in .build/release
	swift build $(RELEASE_FLAGS) --product ailoopctl
	swift build $(RELEASE_FLAGS) --product websocket-echo

install: release ## install the program, its completions and its manual page (PREFIX=/usr/local, DESTDIR=)
	install -D -m 755 $(PROGRAM) $(DESTDIR)$(PREFIX)/bin/ailoopctl
	install -D -m 644 completions/ailoopctl.bash $(SHARE)/bash-completion/completions/ailoopctl
	install -D -m 644 completions/_ailoopctl $(SHARE)/zsh/site-functions/_ailoopctl
	install -D -m 644 completions/ailoopctl.fish $(SHARE)/fish/vendor_completions.d/ailoopctl.fish
	install -D -m 644 docs/ailoopctl.1 $(SHARE)/man/man1/ailoopctl.1

uninstall: ## take away what make install installed
	rm -f $(DESTDIR)$(PREFIX)/bin/ailoopctl $(SHARE)/bash-completion/completions/ailoopctl \
		$(SHARE)/zsh/site-functions/_ailoopctl $(SHARE)/fish/vendor_completions.d/ailoopctl.fish \
		$(SHARE)/man/man1/ailoopctl.1

gen: install-needs ## rewrite what is made from the command table: completions, manual page, help texts, README tables
	UPDATE_GOLDEN=1 swift test $(SWIFT_FLAGS) --disable-xctest --filter GeneratedFilesTests

lint: ## formatting, layering, forbidden patterns, shell syntax
	swift format lint --strict --recursive --parallel Package.swift Sources Tests
	bash .ci/check-all

fmt: ## rewrite the Swift sources in the project's format
	swift format --in-place --recursive --parallel Package.swift Sources Tests

fuzz: install-needs ## run every fuzz target for a while (SECONDS=60 each)
	bash .ci/fuzz all $(or $(SECONDS),60)

conformance: install-needs ## Autobahn|Testsuite against our WebSocket server and client
	bash .ci/conformance

real-model: release ## a small real language model behind the server: an answer, a cancel, a wrong key, a dead model
	bash .ci/real-model

bench: install-needs ## the benchmarks, each beside its budget
	bash .ci/bench

install-needs: ## install the Debian packages that building and testing need
	@bash .ci/install-needs

clean: ## remove what the builds made
	rm -rf .build .build-*
