"""This file fetches public packages for boards from PyPI, pinned and unmodified, for the tests that run them.

Nothing of a package is executed. A wheel is a zip; of the sdists, six hold neither setup.py nor pyproject.toml, which
pip therefore unpacks and then refuses: told not to clean up, it leaves the source it unpacked in its temporary folder.
"""

import os
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

# The package -> its version and the SHA-256 of the one file on PyPI that pip may take for it.
PINS = {
    "adafruit-circuitpython-bme280": ("2.6.32", "f72a5bb9a3b61367a0fed2ad354841af373aaf7887c28477f6a789b228d34d05"),
    "adafruit-circuitpython-busdevice": (
        "5.2.17",
        "5a834fbe0b88b07d20494bec566815da154aa4b1b668e2e665277b34b3578e44",
    ),
    "adafruit-circuitpython-mcp230xx": (
        "2.6.2",
        "7efbc8b882a56274a144832eb66b0861edc3311061c9bffae5976736072b0909",
    ),
    "adafruit-circuitpython-usb-host-descriptors": (
        "0.6.0",
        "4e368d03fa54574df4415e1c6d61ca46708aad2fd33a2561cfb99c52ac47cd42",
    ),
    "adafruit-circuitpython-usb-host-mass-storage": (
        "0.8.6",
        "d253892a8ba8aa1decbc8b0b4a5d6e52397622b7e8def4b16454d48898c1a56b",
    ),
    "micropython-ds1307": ("0.1.1", "48fdf846a2efa5a4c489f9d10f652a9517e5bf15b11a38f913d967634ffde5af"),
    "micropython-eeprom": ("0.1.1", "fcc5a8e1d8ee066c0f09096c2e7be14740731ff30d7521270796169cab1a1060"),
    "micropython-i2c-lcd": ("0.1.1", "e611d3f59ecbd3143cd132725508051619c8cc04632b87e4b7cd800fe512a6ab"),
    "micropython-max7219": ("0.2.0", "d70b0c3ebf1485ef5d678a3ccfa8df7090003765d48771e9cbaffa2fa61889ab"),
    "micropython-modbus": ("2.3.7", "b9351a66af0ff29dd585900e53827a989dedcb02ec63b1041358165089652271"),
    "micropython-servo": ("1.0.1", "10dae185da7ae27dc6c8e149b3f1fb254665391d08db5fb5f70fb00dfbf4fbc8"),
    "micropython-ssd1306": ("0.3", "d00cae1ff680e6ae504e258e700f002874b0d924b1a604253b6ea63144b58289"),
    "micropython-stepper": ("1.0.3", "585829a23ea66a5592a87d75a1a1048c96e068cd7669625896845ccbe452f2f4"),
    "micropython-winbond": ("0.5.4", "b3f568354d154c42df3d99de3cbc31d02dd203a93eea00c775d14b81e3f3925e"),
    "picozero": ("0.6.1", "90882e1f87e2b349e88a93f4de13b0141ab243a8058e2c4a6fae5d3e287c3a02"),
}


class FetchError(Exception):
    """pip could not deliver a pinned package; the message ends with what pip said."""


def fetch(package: str, into: Path) -> Path:
    """Return the folder of `package`, ready for a script's search path, downloading it once into the cache `into`.

    Any number of processes may fetch at once: a package is made ready in a folder of its own and appears by a rename.
    Raises KeyError for a package without a pin and FetchError where pip fails (no network, a file that changed).
    """
    version, sha256 = PINS[package]
    target = into / f"{package}-{version}"
    if target.is_dir():
        return target
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".fetch-", dir=into) as workshop:
        source = _download(f"{package}=={version} --hash=sha256:{sha256}", Path(workshop))
        try:
            source.rename(target)
        except OSError:
            # Another process has put the same files there meanwhile; anything else is a real failure.
            if not target.is_dir():
                raise
    return target


def _download(requirement: str, workshop: Path) -> Path:
    """Have pip fetch one hash-checked requirement and return the folder that holds its modules."""
    downloads, temporary = workshop / "downloads", workshop / "temporary"
    downloads.mkdir()
    temporary.mkdir()
    requirements = workshop / "requirements.txt"
    requirements.write_text(requirement + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check"]
    command += ["--no-deps", "--no-clean", "--dest", str(downloads), "--requirement", str(requirements)]
    # TMPDIR is read on POSIX; Windows reads TEMP and TMP.
    places = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(temporary))
    pip = subprocess.run(command, env=os.environ | places, capture_output=True, text=True, check=False)
    for archive in downloads.iterdir():
        return _unpack(archive, workshop / "unpacked")
    for metadata in temporary.glob("pip-*/**/*.egg-info/PKG-INFO"):
        return metadata.parent.parent
    raise FetchError(f"pip could not download {requirement.split(maxsplit=1)[0]}:\n{pip.stderr.strip()}")


def _unpack(archive: Path, folder: Path) -> Path:
    """Unpack a wheel or an sdist; an sdist keeps its modules one folder down, under its own name."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            wheel.extractall(folder)
        return folder
    with tarfile.open(archive) as sdist:
        sdist.extractall(folder, filter="data")
    return folder / archive.name.removesuffix(".tar.gz")
