"""machine.I2CTarget: answers a controller on the same wires, whoever moves them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from machine_compat.machine.i2c_target import PATIENCE_NS
from machine_compat.mock.nets import connect
from machine_compat.simulation import SimulatedBoard

from .conftest import Switched
