# Ingester. `make` lists what there is to do.

GO        ?= go
VERSION   ?= $(shell sed -n 's/^Version *= *"\(.*\)"/\1/p' FyneApp.toml)
COMMIT    ?= $(shell git rev-parse --short=12 HEAD 2>/dev/null)
LDFLAGS   := -s -w -X main.version=$(VERSION) -X main.commit=$(COMMIT)
TAGS      := migrated_fynedo
BIN       := bin
TOOLS     := $(BIN)/tools
SUDO      := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

# What the window needs to build, and what the tests need besides: a display,
# a window manager, a program to drag from, a keychain, a gateway.
BUILD_PACKAGES := gcc libc6-dev pkg-config libgl1-mesa-dev xorg-dev libxkbcommon-dev libwayland-dev
TEST_PACKAGES  := xvfb openbox xdotool imagemagick x11-utils libgl1-mesa-dri python3-gi gir1.2-gtk-3.0 \
                  fonts-dejavu-core gnome-keyring dbus nginx-light
PACKAGE_PACKAGES := xz-utils desktop-file-utils
WINE_PACKAGES  := wine wine64 gcc-mingw-w64-x86-64
BENCH_PACKAGES := curl iperf3 iproute2 procps

.DEFAULT_GOAL := help
.PHONY: help run test race lint build headless package clean deps test-deps test-windows vet-headless fuzz screenshots rooms soak bench bench-wan bench-variants bench-window bench-deps

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: build ## open the window on the embedded sandbox server (without a display: upload to it in the terminal)
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] || [ "$$(uname -s)" != Linux ]; then \
		$(BIN)/ingester --sandbox; \
	else \
		echo "No display here: uploading README.md and docs to the embedded server instead."; \
		$(BIN)/ingester upload --sandbox README.md docs; \
	fi

# The slowest packages begin first, so that the others run beside them. -race needs cgo; the window's end-to-end tests open a real window under Xvfb.
test: test-deps vet-headless ## run every test, with the race detector, and write coverage.out
	$(GO) test -race -timeout 20m -tags $(TAGS) -coverpkg=./core/...,./ui/...,./app/... -coverprofile=coverage.out ./ui/... ./app/... ./core/store ./core/... ./assets/... ./docs
	@$(GO) tool cover -func=coverage.out | tail -n 1

race: test ## the same: tests always run with the race detector

# Of the window only the tests of paths run: the others are the same everywhere.
# Left out is what Wine or Windows does not have: local sockets, signals, file
# modes, connections that end with the process that is killed. The overlay is
# needed because Wine 8 can't delete files in the way that Go tries first.
test-windows: test-windows-deps ## run the tests as programs for Windows, under Wine (Linux)
	$(WINE_TEST) -skip '^TestKilledServerKeepsItsPromises$$' ./core/...
	$(WINE_TEST) -run Paths ./ui/view
	$(WINE_TEST) -tags headless -skip '^(TestUploadUnreadableFile|TestUploadInterrupted|TestUploadKilled|TestKilledAtRandom)$$' ./app ./app/connect ./app/desktop ./app/report ./app/watch

# Wine's folder has links to the whole disk. Its name begins with an underscore, so that Go's tools ignore it.
WINE := WINEPREFIX=$(CURDIR)/build/_wine/prefix WINEDEBUG=-all DISPLAY=
WINE_TEST := GOOS=windows CGO_ENABLED=0 $(WINE) $(GO) test -count 1 -timeout 20m -overlay build/_wine/overlay.json -exec wine

test-windows-deps:
	@$(call install,$(WINE_PACKAGES))
	mkdir -p build/_wine
	[ -d build/_wine/prefix ] || $(WINE) wineboot --init
	x86_64-w64-mingw32-gcc -shared -O2 -o build/_wine/prefix/drive_c/windows/system32/bcryptprimitives.dll testdata/wine/bcryptprimitives.c -ladvapi32
	sed 's/if TestDeleteatFallback /if true /' $(DELETE) > build/_wine/at_windows.go
	echo '{"Replace": {"$(DELETE)": "$(CURDIR)/build/_wine/at_windows.go"}}' > build/_wine/overlay.json

DELETE = $(shell $(GO) env GOROOT)/src/internal/syscall/windows/at_windows.go

vet-headless: ## prove that core and views need neither a C compiler nor a display
	CGO_ENABLED=0 $(GO) vet ./core/... ./ui/... ./assets/... ./docs
	CGO_ENABLED=0 $(GO) vet -tags bench ./core/coretest/peers
	CGO_ENABLED=0 $(GO) build -tags headless -o $(BIN)/ingester-headless ./app

lint: deps $(TOOLS)/golangci-lint ## import rules, vet, staticcheck and the rest
	$(TOOLS)/golangci-lint run ./...

build: deps ## the program with its window: bin/ingester
	$(GO) build -trimpath -tags $(TAGS) -ldflags '$(LDFLAGS)' -o $(BIN)/ingester ./app

headless: ## the program without its window, no C compiler needed: bin/ingester-headless
	CGO_ENABLED=0 $(GO) build -trimpath -tags headless -ldflags '$(LDFLAGS)' -o $(BIN)/ingester-headless ./app

package: build $(TOOLS)/fyne ## the Linux bundle: build/Ingester.tar.xz
	@$(call install,$(PACKAGE_PACKAGES))
	mkdir -p build
	cp FyneApp.toml build/ # the tool counts builds in it
	$(TOOLS)/fyne package --target linux --release --executable $(BIN)/ingester
	mv build/FyneApp.toml .
	mv Ingester.tar.xz build/
	tar -tJf build/Ingester.tar.xz

screenshots: test-deps ## take the pictures of docs/images from the real window
	INGESTER_SCREENSHOTS=$(CURDIR)/docs/images $(GO) test -tags $(TAGS) -count 1 -run TestDropOnWindow ./app

rooms: ## draw the packages and their imports into docs/architecture.md
	$(GO) test ./docs -run '^TestRooms$$' -update

fuzz: ## fuzz every parser of foreign input for FUZZTIME (30s) each
	@$(GO) list ./core/... | while read -r p; do \
		$(GO) test -list '^Fuzz' $$p | grep '^Fuzz' | while read -r f; do \
			echo "$$p $$f"; $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime $(or $(FUZZTIME),30s) -fuzzminimizetime 10x $$p || exit 1; \
		done || exit 1; done

# ROUNDS=9 measures longer, SCALE=8 makes the work eight times smaller.
soak: ## the long forms of the tests, for hours: KILLS=1000 kills, a million steps, DAMAGES=2000 damaged queues, each byte of 10 MB, 64 GiB, twelve minutes of a slow network
	KILLS=$(or $(KILLS),1000) $(GO) test -count 1 -timeout 3h -v -tags headless -run '^TestKilledAtRandom$$' ./app
	$(GO) test -count 1 -timeout 3h -v -run '^TestModel$$' ./core/engine -rapid.checks=$(or $(CHECKS),200000) -rapid.nofailfile
	SOAK=1 $(GO) test -count 1 -timeout 3h -v -run '^TestScanMany$$' ./core/engine
	DAMAGES=$(or $(DAMAGES),2000) $(GO) test -count 1 -timeout 3h -v -run '^(TestEveryPageDamaged|TestEveryByteDamaged|TestEveryByteOfTheLog)$$' ./core/store
	SOAK=1 $(GO) test -count 1 -timeout 6h -v -run '^(TestCutAtEachByte|TestLargeFileInFlatMemory)$$' ./core/upload
	SOAK=1 $(GO) test -count 1 -timeout 1h -v -tags headless -run '^TestSlowLineShortTokens$$' ./app

bench: headless bench-deps ## measure against curl and rclone on this machine, into docs/performance.md
	$(call peers,TestLocal)

bench-wan: headless bench-deps ## the same over a round trip of 50 ms, with and without packet loss (Linux, root)
	$(call peers,TestWide)

bench-variants: headless bench-deps ## what a change is worth: VARIANTS='now=bin/ingester-headless;before=/path' CASE=big|middling|small NETWORK=clean|lossy
	$(call peers,TestVariants)

bench-window: test-deps ## measure what the window costs, compared with a trivial one, into docs/performance.md (Linux)
	REPORT=$(CURDIR)/docs/performance.md $(GO) test -tags '$(TAGS) bench' -count 1 -timeout 2h -v -run '^TestWindow$$' ./app

define peers
INGESTER=$(CURDIR)/$(BIN)/ingester-headless RCLONE=$(CURDIR)/$(TOOLS)/rclone REPORT=$(CURDIR)/docs/performance.md \
	CGO_ENABLED=0 $(GO) test -tags bench -count 1 -timeout 3h -v -run '^$(1)$$' ./core/coretest/peers
endef

bench-deps: $(TOOLS)/rclone
	@$(call install,$(BENCH_PACKAGES))

clean: ## remove what was built
	rm -rf $(BIN) build coverage.out

$(TOOLS)/golangci-lint: tools/go.mod
	cd tools && $(GO) build -o ../$(TOOLS)/ github.com/golangci/golangci-lint/v2/cmd/golangci-lint

$(TOOLS)/fyne: tools/go.mod
	cd tools && $(GO) build -o ../$(TOOLS)/ fyne.io/tools/cmd/fyne

$(TOOLS)/rclone:
	GOBIN=$(CURDIR)/$(TOOLS) CGO_ENABLED=0 $(GO) install github.com/rclone/rclone@v1.76.0

deps: ## install what building the window needs (Debian and Ubuntu)
	@$(call install,$(BUILD_PACKAGES))

test-deps: ## install what the tests need besides
	@$(call install,$(BUILD_PACKAGES) $(TEST_PACKAGES))

# install prints the missing packages and installs them with apt. Without apt it
# prints which packages to install by other means.
define install
if [ "$$(uname -s)" != Linux ]; then exit 0; fi; \
if ! command -v apt-get >/dev/null; then \
	command -v pkg-config >/dev/null && pkg-config --exists gl x11 xkbcommon wayland-client && exit 0; \
	echo "Please install the equivalents of these Debian packages, then try again:"; echo "  $(1)"; exit 1; \
fi; \
missing=""; for p in $(1); do \
	dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$p"; done; \
[ -z "$$missing" ] && exit 0; \
echo "Installing:$$missing"; \
$(SUDO) .ci/install $$missing
endef
