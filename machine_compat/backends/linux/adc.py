"""Analog inputs: the voltage channels of the kernel's IIO drivers.

# Ref: Linux Documentation/ABI/testing/sysfs-bus-iio
"""

import re
from collections.abc import Iterator
from pathlib import Path

from machine_compat.backends.linux.errors import bus_error
from machine_compat.contract import ADCChannel, ADCConfig, natural
from machine_compat.errors import ConfigError

FULL_SCALE_UV = 3_300_000
"""Taken for the full scale of a converter that tells a step's voltage, but not how many steps it has."""


class IIOChannel(ADCChannel):
    """One channel: the folder of its device, and its name there (voltage0, voltage0-voltage1).

    Full scale is the highest number the driver can give, where it tells; else 3.3 V. What is negative reads as 0.
    """

    __slots__ = ("_folder", "_name", "_top", "_uv")

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name
        self._top: int | None = None
        self._uv: float | None = None

    def configure(self, config: ADCConfig, /) -> None:
        self._uv = self._step_uv()
        top = self._highest()
        self._top = top if top is not None else round(FULL_SCALE_UV / self._uv) if self._uv else 0xFFFF

    def sample(self) -> int:
        if self._top is None:
            self.configure(ADCConfig())
        try:
            raw = int(self._read("raw"))
        except (OSError, ValueError) as error:
            raise bus_error(
                error if isinstance(error, OSError) else OSError(5, str(error)), self._where, str(self._folder)
            ) from error
        return min(max(raw * 0xFFFF // (self._top or 0xFFFF), 0), 0xFFFF)

    def full_scale_uv(self) -> int | None:
        return round(self._top * self._uv) if self._uv and self._top else None

    @property
    def _where(self) -> str:
        return f"{self._folder.name}/in_{self._name}"

    def _read(self, attribute: str) -> str:
        return (self._folder / f"in_{self._name}_{attribute}").read_text(encoding="ascii").strip()

    def _step_uv(self) -> float | None:
        """The voltage of one step, from `scale`, which is in mV; all channels may share one."""
        kind = re.match(r"[a-z]+", self._name)
        for name in (f"in_{self._name}_scale", f"in_{kind[0] if kind else ''}_scale"):
            try:
                return float((self._folder / name).read_text(encoding="ascii")) * 1_000
            except (OSError, ValueError):
                continue
        return None

    def _highest(self) -> int | None:
        """The highest number, by the form of a buffered sample: ``le:s12/16>>4``."""
        try:
            form = (self._folder / f"scan_elements/in_{self._name}_type").read_text(encoding="ascii")
        except OSError:
            return None
        match = re.match(r"[bl]e:([su])(\d+)/", form)
        return (1 << int(match[2]) - (match[1] == "s")) - 1 if match else None

    def close(self) -> None:
        """Nothing is held: each sample opens and closes its file."""


def find_input(ref: str, sysfs: Path = Path("/sys")) -> IIOChannel:
    """The channel of a ref: ``ads1015/voltage0``, ``iio:device1/voltage0``, or ``voltage0`` of the first that has it.

    Raises ConfigError naming the choices.
    """
    device, _, channel = ref.rpartition("/")
    if channel.isdecimal():
        channel = f"voltage{channel}"
    for folder, name, channels in iio_devices(sysfs):
        if channel in channels and device in ("", name, folder.name):
            return IIOChannel(folder, channel)
    choices = [f"{name}/{one}" for _, name, channels in iio_devices(sysfs) for one in channels]
    there = ", ".join(choices[:60]) or "none: load a converter's driver, on a Raspberry Pi by its dtoverlay (ads1115)"
    raise ConfigError(f"no analog input {ref!r}; Linux has {there}")


def iio_devices(sysfs: Path) -> Iterator[tuple[Path, str, list[str]]]:
    """Each IIO device with analog inputs: its folder, its name, its channels."""
    for folder in sorted((sysfs / "bus/iio/devices").glob("iio:device*"), key=lambda path: natural(path.name)):
        names = (re.fullmatch(r"in_(voltage.*)_raw", file.name) for file in folder.glob("in_voltage*_raw"))
        channels = sorted((match[1] for match in names if match), key=natural)
        if channels:
            yield folder, (folder / "name").read_text(encoding="utf-8").strip(), channels
