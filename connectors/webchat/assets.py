"""Copies the front-end libraries npm installed into static/vendor, where the server serves them.

Run after `npm ci --ignore-scripts` in this folder: `python -m connectors.webchat.assets`.
"""

import shutil
import sys
from pathlib import Path

HERE = Path(__file__).parent
VENDOR = HERE / "static" / "vendor"
FILES: dict[str, str] = {
    "echarts.min.js": "echarts/dist/echarts.min.js",
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "hx-sse.min.js": "htmx.org/dist/ext/hx-sse.min.js",
    # What pictures of charts are lettered with: no machine need have a Chinese font.
    "noto-sans-sc.ttf": "@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf",
}
# What charts are drawn with beside the page, too.
ECHARTS, CHINESE_FONT = VENDOR / "echarts.min.js", VENDOR / "noto-sans-sc.ttf"


def missing(folder: Path = VENDOR) -> list[str]:
    """Names of the files that are not in place yet."""
    return [name for name in FILES if not (folder / name).is_file()]


def copy(folder: Path = VENDOR) -> None:
    """Copy every file. Raises FileNotFoundError when npm has not been run."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, source in FILES.items():
        shutil.copyfile(HERE / "node_modules" / source, folder / name)


if __name__ == "__main__":
    copy()
    sys.stdout.write(f"copied {', '.join(FILES)}\n")
