"""A real browser without a window, on one file."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


def needed() -> str:
    if CHROMIUM is None:
        if "CI" in os.environ:
            pytest.fail("no browser: apt-get install chromium")
        pytest.skip("no browser: apt-get install chromium")
    return CHROMIUM


def dom(path: Path, profile: Path) -> str:
    """The page's tree after everything in it was loaded and run."""
    flags = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
    command = (needed(), *flags, f"--user-data-dir={profile}", "--dump-dom", path.as_uri())
    done = subprocess.run(command, capture_output=True, check=True, timeout=120)
    return done.stdout.decode()
