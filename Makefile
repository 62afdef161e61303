# Every target is a thin alias; `./bss --help` has the rest.
.DEFAULT_GOAL := help
.PHONY: help up down demo test test-long gen sdks

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

up: ## Install what is missing, start everything, show where it is
	@bin/bootstrap && bin/bss up

down: ## Stop everything; the data stays
	@bin/bss down

demo: ## make up, then the hero scenario in cards; checks its money and events
	@bin/bootstrap && bin/bss up && bin/bss demo

test: ## Everything that proves the product; the last line counts it
	@bin/bootstrap --dev && $$(cat .toolchain/node-path) test/run.ts

test-long: ## The long runs: more seeds, more crash points, more fuzz
	@bin/bootstrap --dev && $$(cat .toolchain/node-path) test/run.ts --long

gen: ## Write generated/ anew from specs/
	@bin/bootstrap --dev && $$(cat .toolchain/node-path) tools-gen/main.ts

sdks: ## Write SDKs to dist/sdk/ (needs Java); LANGUAGES="typescript python" for some
	@bin/bootstrap --dev && $$(cat .toolchain/node-path) tools-gen/sdk.ts $(LANGUAGES)
