"""The modules esp32 and esp on a simulated board."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

On = Callable[[str], Any]
Run = Callable[..., tuple[Any, ...]]
MS = 1_000_000


@pytest.fixture
def esp(bench: On) -> Any:
    made = bench("esp32")
    made.esp32, made.esp = made.module("esp32"), made.module("esp")
    return made


# ---- NVS


def test_settings(esp: Any) -> None:
    nvs = esp.esp32.NVS("app")
    nvs.set_i32("count", -5)
    nvs.set_blob("name", b"sensor")
    assert esp.esp32.NVS("app").get_i32("count") == -5
    buffer = bytearray(8)
    assert (nvs.get_blob("name", buffer), buffer) == (6, b"sensor\0\0")
    for call in (
        lambda: nvs.get_i32("missing"), lambda: nvs.get_i32("name"), lambda: nvs.get_blob("count", buffer),
        lambda: nvs.erase_key("missing"), lambda: esp.esp32.NVS("other").get_i32("count"),
    ):  # fmt: skip
        with pytest.raises(OSError, match="ESP_ERR_NVS_NOT_FOUND") as raised:
            call()
        assert raised.value.args == (-0x1102, "ESP_ERR_NVS_NOT_FOUND")
    with pytest.raises(OSError, match="INVALID_LENGTH"):
        nvs.get_blob("name", bytearray(5))
    with pytest.raises(OSError, match="KEY_TOO_LONG"):
        nvs.set_i32("a" * 16, 1)
    nvs.erase_key("count")
    with pytest.raises(OSError, match="NOT_FOUND"):
        nvs.get_i32("count")


def test_what_was_committed_outlives_a_reset(run: Run) -> None:
    board, *_ = run(
        "esp32",
        """
        import machine
        from esp32 import NVS

        nvs = NVS("boot")
        try:
            count = nvs.get_i32("count")
        except OSError:
            count = 0
        print(count)
        nvs.set_i32("count", count + 1)
        nvs.commit()
        nvs.set_i32("count", 99)
        if count < 2:
            machine.reset()
        """,
    )
    assert board.output == "0\n1\n2\n"


# ---- partitions


def test_partitions(esp: Any) -> None:
    Partition = esp.esp32.Partition
    running = Partition(Partition.RUNNING)
    assert running.info() == (0, 0, 0x10000, 0x1F0000, "factory", False)
    assert Partition(Partition.BOOT).info() == running.info()
    (data,) = Partition.find(Partition.TYPE_DATA, label="vfs")
    assert data.info()[2:5] == (0x200000, 0x200000, "vfs")
    assert repr(data) == "<Partition type=1, subtype=129, address=2097152, size=2097152, label=vfs, encrypted=0>"
    assert [part.info()[4] for part in Partition.find(Partition.TYPE_DATA)] == ["nvs", "phy_init", "vfs"]
    assert Partition.find(Partition.TYPE_APP, label="none") == []
    with pytest.raises(OSError, match="ENOENT"):
        Partition("none")
    with pytest.raises(OSError, match="ENOENT"):
        running.get_next_update()
    with pytest.raises(OSError, match="ESP_ERR_OTA_VALIDATE_FAILED") as refused:
        data.set_boot()
    assert refused.value.args == (-5379, "ESP_ERR_OTA_VALIDATE_FAILED")
    running.set_boot()
    Partition.mark_app_valid_cancel_rollback()


def test_a_partition_is_a_block_device_on_the_flash_that_esp_reads(esp: Any) -> None:
    part = esp.esp32.Partition("vfs")
    assert (part.ioctl(4, 0), part.ioctl(5, 0)) == (512, 4096)
    part.writeblocks(1, b"hello".ljust(4096, b"\0"))
    few = bytearray(5)
    part.readblocks(1, few)
    assert few == b"hello"
    assert esp.esp.flash_read(0x201000, 5) == b"hello"
    part.writeblocks(1, b"\0", 4)
    esp.esp.flash_read(0x201000, few)
    assert few == b"hell\0"
    small = esp.esp32.Partition("vfs", 512)
    small.writeblocks(9, b"W" * 512)
    part.readblocks(1, few, 512)
    assert few == b"WWWWW"
    assert esp.esp.flash_read(0x201000, 4) == b"hell"
    assert part.ioctl(6, 1) == 0
    assert esp.esp.flash_read(0x201000, 2) == b"\xff\xff"
    with pytest.raises(OSError, match="EIO"):
        part.readblocks(512, few)


def test_esp(esp: Any) -> None:
    assert (esp.esp.flash_size(), esp.esp.flash_user_start()) == (4 << 20, 0x200000)
    esp.esp.flash_write(0x300000, b"\x0f")
    esp.esp.flash_write(0x300000, b"\xfe")
    assert esp.esp.flash_read(0x300000, 1) == b"\x0e"
    esp.esp.flash_erase(0x300)
    assert esp.esp.flash_read(0x300000, 1) == b"\xff"
    with pytest.raises(OSError, match="EIO"):
        esp.esp.flash_read(4 << 20, 1)
    assert esp.esp.osdebug(None) is None
    assert (esp.esp.LOG_NONE, esp.esp.LOG_VERBOSE) == (0, 5)


# ---- RMT


def test_rmt_sends_while_the_script_goes_on(esp: Any) -> None:
    edges = esp.edges("GPIO18")
    rmt = esp.esp32.RMT(0, pin=esp.machine.Pin(18), resolution_hz=1_000_000)
    assert repr(rmt) == "RMT(pin=18, source_freq=80000000, resolution_hz=1000000, idle_level=0)"
    began = esp.now
    rmt.write_pulses((10, 20, 30))
    assert esp.now == began
    assert rmt.active()
    assert not rmt.wait_done()
    assert rmt.wait_done(timeout=1)
    assert [(time - began, level) for time, level in edges] == [(0, 1), (10_000, 0), (30_000, 1), (60_000, 0)]
    edges.clear()
    began = esp.now
    rmt.write_pulses(100, [1, 0, 0, 1])
    rmt.write_pulses([5, 6], [1, 0])
    esp.run_ms(1)
    assert [time - began for time, _ in edges] == [0, 100_000, 300_000, 400_000, 400_000, 405_000]


def test_rmt_repeats_and_stops(esp: Any) -> None:
    edges = esp.edges("GPIO18")
    rmt = esp.esp32.RMT(pin=esp.machine.Pin(18), clock_div=80, idle_level=True)
    assert rmt.clock_div() == 80
    rmt.loop(True)
    rmt.write_pulses((100, 150), 0)
    esp.run_ms(10)
    assert {later[0] - earlier[0] for earlier, later in pairwise(edges[1:])} == {100_000, 150_000}
    assert rmt.active()
    rmt.loop(False)
    esp.run_ms(1)
    assert not rmt.active()
    assert esp.wire("GPIO18").level == 1
    rmt.deinit()


def test_rmt_carrier(esp: Any) -> None:
    edges = esp.edges("GPIO4")
    rmt = esp.esp32.RMT(pin=esp.machine.Pin(4), resolution_hz=1_000_000, tx_carrier=(100_000, 50, 1))
    rmt.write_pulses((30, 30))
    esp.run_ms(1)
    assert {later[0] - earlier[0] for earlier, later in pairwise(edges)} == {5_000}
    assert len(edges) == 6


def test_rmt_refuses(esp: Any) -> None:
    RMT = esp.esp32.RMT
    assert RMT.PULSE_MAX == 32767
    rmt = RMT(pin=esp.machine.Pin(4))
    for wrong in (([],), ([40_000],), ([1, 2], [1]), (5, True)):
        with pytest.raises(ValueError, match=r"."):
            rmt.write_pulses(*wrong)
    with pytest.raises(TypeError):
        RMT(0)
    assert RMT.bitstream_rmt() is True
    RMT.bitstream_channel(None)
    assert RMT.bitstream_channel() is None


# ---- PCNT


def test_pulses_are_counted(esp: Any) -> None:
    PCNT = esp.esp32.PCNT
    wire, direction = esp.wire("GPIO5"), esp.wire("GPIO6")
    unit = PCNT(0, pin=esp.machine.Pin(5), rising=PCNT.INCREMENT, mode_pin=6, mode_low=PCNT.REVERSE)
    direction.drive(1)
    unit.start()
    pulse(wire, 5)
    assert unit.value() == 5
    direction.drive(0)
    pulse(wire, 7)
    assert unit.value(0) == -2
    assert unit.value() == 0
    unit.stop()
    pulse(wire, 3)
    assert unit.value() == 0
    assert PCNT(0) is unit
    with pytest.raises(ValueError, match="value"):
        unit.value(1)
    with pytest.raises(ValueError, match="id"):
        PCNT(8)
    with pytest.raises(TypeError):
        unit.init(nonsense=1)


def test_limits_and_events(esp: Any) -> None:
    PCNT = esp.esp32.PCNT
    wire = esp.wire("GPIO5")
    unit = PCNT(1, pin=esp.machine.Pin(5), rising=PCNT.INCREMENT, max=10, threshold0=4)
    events: list[int] = []
    unit.irq(lambda it: events.append(it.irq().flags()), PCNT.IRQ_MAX | PCNT.IRQ_THRESHOLD0)
    unit.start()
    pulse(wire, 13)
    esp.run_ms(1)
    assert events == [PCNT.IRQ_THRESHOLD0, PCNT.IRQ_MAX]
    assert unit.value() == 3
    unit.deinit()


def pulse(wire: Any, times: int) -> None:
    for level in (1, 0) * times:
        wire.drive(level)


# ---- waking


WAKE = """
import esp32, machine
from machine import Pin
print(machine.reset_cause() == machine.DEEPSLEEP_RESET, machine.wake_reason())
if machine.reset_cause() != machine.DEEPSLEEP_RESET:
    {}
    machine.deepsleep({})
"""


@pytest.mark.parametrize(
    ("call", "time", "reason"),
    [
        ("esp32.wake_on_ext0(Pin(4, Pin.IN), 1)", "", 2),
        ("esp32.wake_on_ext1((Pin(4), Pin(2)), esp32.WAKEUP_ANY_HIGH)", "60000", 3),
        ("esp32.wake_on_ext0(Pin(2, Pin.IN), 1)", "5000", 4),
    ],
)
def test_a_pin_wakes_the_board(run: Run, call: str, time: str, reason: int) -> None:
    board, *_ = run("esp32", WAKE.format(call, time), seconds=2)
    assert board.output == "False 0\n"
    board.pin("GPIO4").drive(1)
    board.run_on(seconds=10)
    assert board.output == f"False 0\nTrue {reason}\n"


def test_pins_that_sleep_cannot_wake(esp: Any) -> None:
    with pytest.raises(ValueError, match="invalid pin"):
        esp.esp32.wake_on_ext0(esp.machine.Pin(5), 1)
    esp.esp32.wake_on_ext0(None)


# ---- the rest


def test_what_the_chip_tells(esp: Any) -> None:
    assert esp.esp32.raw_temperature() == 127
    assert not hasattr(esp.esp32, "mcu_temperature")
    assert all(len(heap) == 4 for heap in esp.esp32.idf_heap_info(esp.esp32.HEAP_DATA))
    assert esp.esp32.idf_task_info()[1][0][1] == "mp_task"


def test_ulp_is_refused(esp: Any) -> None:
    with pytest.raises(NotImplementedError, match="ULP"):
        esp.esp32.ULP()


@pytest.mark.parametrize(
    ("name", "module"), [("pico", "esp32"), ("pico", "esp"), ("esp32", "stm"), ("pyboard", "esp32")]
)
def test_other_boards_lack_these_modules(run: Run, name: str, module: str) -> None:
    with pytest.raises(ImportError, match=f"no module named '{module}'"):
        run(name, f"import {module}")


def test_the_board_that_has_everything_has_them_all(run: Run) -> None:
    board, *_ = run(
        "mock", "import esp, esp32, rp2, stm, uctypes\nprint(esp32.mcu_temperature(), esp32.raw_temperature())"
    )
    assert board.output == "53 127\n"


def test_esp_on_an_esp8266(bench: On) -> None:
    esp = bench("esp8266").module("esp")
    assert (esp.flash_id(), esp.check_fw(), esp.sleep_type()) == (0x1640E0, True, esp.SLEEP_MODEM)
    esp.sleep_type(esp.SLEEP_LIGHT)
    assert esp.sleep_type() == esp.SLEEP_LIGHT
    assert not hasattr(esp, "gpio_matrix_in")
    assert esp.freemem() > 0
    esp.set_native_code_location(None, None)


def test_esp8266_deepsleep(run: Run) -> None:
    board, *_ = run(
        "esp8266",
        "import esp, machine\nprint(machine.reset_cause() == machine.DEEPSLEEP_RESET)\n"
        "if machine.reset_cause() != machine.DEEPSLEEP_RESET:\n    esp.deepsleep(2_000_000)\n",
    )
    assert board.output == "False\nTrue\n"
