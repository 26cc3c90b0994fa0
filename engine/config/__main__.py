"""``python -m engine.config`` writes docs/settings.md to its output."""

from __future__ import annotations

import sys

from engine.config.table import markdown

INTRODUCTION = """\
# 设置 · Settings

每项设置依次取自：命令行、环境变量（`YIFA_` 加大写名称，如 `YIFA_PORT=8080`）、TOML 文件
（`--config 文件` 或 `YIFA_CONFIG`，一行一项，如 `port = 8080`）、默认值。未知的名称和不安全的
取值在启动时即被拒绝，并说明如何更正。时区固定为北京时间（Asia/Shanghai）。

Each setting comes from the command line, else the environment (`YIFA_` and its name in capitals,
such as `YIFA_PORT=8080`), else a TOML file (`--config FILE` or `YIFA_CONFIG`, one line a setting,
such as `port = 8080`), else its default. Unknown names and unsafe values are refused at start,
with the remedy. The time zone is China's, always (Asia/Shanghai).

## 中文

{zh}
## English

{en}"""

if __name__ == "__main__":
    sys.stdout.write(INTRODUCTION.format(zh=markdown("zh"), en=markdown("en")))
