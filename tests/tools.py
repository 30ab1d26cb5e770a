"""Install what the tests need and pip cannot bring: Chromium, a font with Vietnamese, curl, hledger.

Of Chromium the headless shell: the same engine, without the windows that nobody sees; it takes two thirds of the time.
A whole Chromium does, too, where there is no shell to be had.

On Debian, and on systems that have apt-get and root's rights or sudo; elsewhere say what is missing.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

PROGRAMS = {"chromium-headless-shell": "chromium-headless-shell", "curl": "curl", "hledger": "hledger"}
FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
FONT_PACKAGE = "fonts-noto-core"


def missing() -> list[str]:
    packages = [package for program, package in PROGRAMS.items() if shutil.which(program) is None]
    if not any(
        next(folder.glob("**/NotoSans-Regular.*"), None) for folder in FONT_FOLDERS if folder.is_dir()
    ):
        packages.append(FONT_PACKAGE)
    return packages


def install(packages: list[str]) -> None:
    prefix = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet", "--quiet"]
    subprocess.run([*apt, "update"], check=True)
    subprocess.run([*apt, "install", "--yes", "--no-install-recommends", *packages], check=True)


def main() -> None:
    packages = missing()
    if not packages:
        return
    print(f"Installing for the tests: {' '.join(packages)}", flush=True)
    try:
        install(packages)
    except (OSError, subprocess.CalledProcessError) as failure:
        if packages == [PROGRAMS["chromium-headless-shell"]] and shutil.which("chromium"):
            print(f"Going on with the whole Chromium: no headless shell ({failure}).", flush=True)
            return
        sys.exit(
            f"The tests need {' '.join(packages)} and could not install them ({failure}).\n"
            "Install Chromium, a Noto font, curl and hledger by hand, then run `make test` again."
        )


if __name__ == "__main__":
    main()
