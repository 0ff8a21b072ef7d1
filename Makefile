# What a person does with this checkout. `make` alone lists it.

# An import that Package.swift does not declare fails every build.
SWIFT_FLAGS := --explicit-target-dependency-import-check error
# The product carries the Swift runtime with it, so that the binary runs on a machine without the toolchain.
RELEASE_FLAGS := $(SWIFT_FLAGS) -c release --static-swift-stdlib

.DEFAULT_GOAL := help
.PHONY: help run test build release lint fmt fuzz conformance real-model bench install-needs clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: release ## install what is missing, build, start the server (mock service without OPENROUTER_API_KEY)
	@bash .ci/start

test: install-needs ## run every test
	swift test $(SWIFT_FLAGS) --parallel --disable-xctest

build: install-needs ## debug build of everything
	swift build $(SWIFT_FLAGS) --build-tests

release: install-needs ## optimised build of the programs, in .build/release
	swift build $(RELEASE_FLAGS) --product ailoopctl
	swift build $(RELEASE_FLAGS) --product websocket-echo

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
