"""Keeps the simulated MMA7660FC true to its data sheet, rev. 8: registers, sampling, tilt, interrupt and power."""

import pytest

from machine_compat.errors import ConfigError
from machine_compat.mock.devices.mma7660 import MMA7660, PARTS, orientation, signed
from machine_compat.mock.nets import Terminal, connect
from machine_compat.mock.world import World

MS = 1_000_000
XOUT, TILT, SRST, SPCNT, INTSU, MODE, SR, PDET, PD = 0, 3, 4, 5, 6, 7, 8, 9, 10


@pytest.fixture
def chip() -> MMA7660:
    chip = MMA7660()
    chip.install(World(), "mma7660")
    return chip


def put(chip: MMA7660, register: int, *data: int) -> None:
    assert chip.start(0x4C, False)
    assert chip.write_block(bytes([register, *data])) == 1 + len(data)
    chip.stop()


def get(chip: MMA7660, register: int, count: int = 1) -> bytes:
    assert chip.start(0x4C, False)
    assert chip.write_block(bytes([register])) == 1
    assert chip.start(0x4C, True)
    data = chip.read_block(count)
    chip.stop()
    return data


def after(chip: MMA7660, ms: float) -> None:
    chip.world.run(chip.world.now + round(ms * MS))


def activate(chip: MMA7660, mode: int = 1) -> None:
    put(chip, MODE, mode)
    after(chip, 30)


def test_standby_measures_nothing(chip: MMA7660) -> None:
    chip.x = 1.0
    after(chip, 1000)
    assert get(chip, XOUT, 11) == bytes(11)


def test_a_board_that_lies_flat_reads_21_counts_on_z(chip: MMA7660) -> None:
    activate(chip)
    assert get(chip, XOUT, 3) == bytes((0, 0, 21))


def test_the_first_sample_comes_20_ms_after_active(chip: MMA7660) -> None:
    put(chip, MODE, 1)
    after(chip, 20)
    assert get(chip, XOUT, 3) == bytes(3)
    after(chip, 1)
    assert get(chip, XOUT, 3) == bytes((0, 0, 21))


@pytest.mark.parametrize(
    ("g", "code"),
    [
        (0, 0x00),
        (0.047, 0x01),
        (1, 0x15),
        (1.453, 0x1F),
        (3, 0x1F),
        (-0.047, 0x3F),
        (-1, 0x2B),
        (-1.5, 0x20),
        (-9, 0x20),
    ],
)
def test_codes_are_six_bits_in_twos_complement(chip: MMA7660, g: float, code: int) -> None:
    # Table 11 of the data sheet, acceleration versus 6-bit code.
    chip.y = g
    activate(chip)
    assert get(chip, 1) == bytes([code])
    assert signed(code) == chip.counts[1]


@pytest.mark.parametrize(("amsr", "rate"), list(enumerate((120, 64, 32, 16, 8, 4, 2, 1))))
def test_a_change_is_seen_at_the_next_sample(chip: MMA7660, amsr: int, rate: int) -> None:
    put(chip, SR, amsr)
    put(chip, MODE, 1)
    after(chip, 12 + 1000 / rate + 0.01)
    chip.x = 1.0
    after(chip, 1000 / rate - 0.02)
    assert get(chip, XOUT) == b"\x00"
    after(chip, 0.02)
    assert get(chip, XOUT) == b"\x15"


def test_registers_are_written_in_standby_only(chip: MMA7660) -> None:
    put(chip, SPCNT, 0x11, 0x22)
    put(chip, SR, 0x33, 0x44, 0x55)
    activate(chip)
    put(chip, SPCNT, 0xFF, 0xFF)
    put(chip, SR, 0xFF, 0xFF, 0xFF)
    assert get(chip, SPCNT, 6) == bytes((0x11, 0x22, 0x01, 0x33, 0x44, 0x55))


def test_readings_and_status_cannot_be_written(chip: MMA7660) -> None:
    put(chip, XOUT, 1, 2, 3, 4, 5)
    assert get(chip, XOUT, 5) == bytes(5)


def test_srst_says_which_rate_is_on(chip: MMA7660) -> None:
    assert get(chip, SRST) == b"\x00"
    activate(chip)
    assert get(chip, SRST) == b"\x01"


def test_a_write_to_mode_clears_the_readings_and_tilt(chip: MMA7660) -> None:
    chip.x, chip.z = -1.0, 0.5
    activate(chip)
    assert get(chip, XOUT, 4) == bytes((0x2B, 0, 11, 6 << 2 | 1))
    put(chip, MODE, 0)
    after(chip, 100)
    assert get(chip, XOUT, 4) == bytes(4)


def test_beyond_the_registers_zeros_are_read_and_nothing_is_written(chip: MMA7660) -> None:
    put(chip, 0x0B, 0xAA)
    put(chip, PD, 0x77)
    assert get(chip, PD, 3) == b"\x77\x00\x00"


# ---- alert


def test_alert_marks_a_byte_that_must_be_read_again(chip: MMA7660) -> None:
    activate(chip)
    chip.collisions = 2
    tries = [get(chip, 2)[0] for _ in range(3)]
    assert [value & 0x40 for value in tries] == [0x40, 0x40, 0]
    assert tries[-1] == 21


# ---- tilt


@pytest.mark.parametrize(
    ("counts", "pola", "bafro"),
    [
        ((-21, 0, 0), 6, 0),
        ((21, 0, 0), 5, 0),
        ((0, 21, 0), 1, 0),
        ((0, -21, 0), 2, 0),
        ((0, 0, 21), 0, 1),
        ((0, 0, -21), 0, 2),
        ((-15, 3, 15), 6, 1),
    ],
)
def test_orientation(counts: tuple[int, int, int], pola: int, bafro: int) -> None:
    assert orientation(counts, 0) == pola << 2 | bafro


def test_tilt_keeps_the_last_position_it_was_sure_of(chip: MMA7660) -> None:
    chip.x, chip.z = -1.0, 0.0
    activate(chip)
    assert get(chip, TILT) == bytes([6 << 2])
    chip.x, chip.z = 0.0, -1.0
    after(chip, 10)
    assert get(chip, TILT) == bytes([6 << 2 | 2])


def test_the_debounce_filter_waits_for_equal_readings(chip: MMA7660) -> None:
    put(chip, SR, 3 << 5 | 4)
    put(chip, MODE, 1)
    after(chip, 12 + 125 * 3 + 1)
    assert get(chip, TILT) == b"\x00"
    after(chip, 125)
    assert get(chip, TILT) == b"\x01"


def test_a_tap_is_told_once_and_on_enabled_axes(chip: MMA7660) -> None:
    put(chip, INTSU, 0x04)
    put(chip, PDET, 0b0110_0000)
    activate(chip)
    chip.tap("x")
    chip.tap("y")
    assert get(chip, TILT)[0] & 0x20 == 0
    chip.tap("z")
    assert get(chip, TILT)[0] & 0x20
    assert get(chip, TILT)[0] & 0x20 == 0


@pytest.mark.parametrize(("intsu", "sr"), [(0x04, 1), (0x00, 0)])
def test_taps_need_120_samples_a_second_and_their_interrupt_enabled(chip: MMA7660, intsu: int, sr: int) -> None:
    put(chip, INTSU, intsu)
    put(chip, SR, sr)
    activate(chip)
    chip.tap()
    assert get(chip, TILT)[0] & 0x20 == 0


def test_tap_detection_resumes_when_tilt_has_been_read(chip: MMA7660) -> None:
    pin = wire(chip, "int")
    pin.pull(1)
    put(chip, INTSU, 0x04)
    activate(chip)
    chip.tap()
    assert pin.level == 0
    get(chip, SRST)
    chip.tap()
    assert pin.level == 1
    assert get(chip, TILT)[0] & 0x20
    chip.tap()
    assert pin.level == 0


def test_a_shake_is_told_on_enabled_axes(chip: MMA7660) -> None:
    put(chip, INTSU, 0x40)
    activate(chip)
    chip.shake("x")
    assert get(chip, TILT)[0] & 0x80 == 0
    chip.shake("y")
    assert get(chip, TILT)[0] & 0x80


# ---- test mode


def test_in_test_mode_the_script_writes_the_readings(chip: MMA7660) -> None:
    put(chip, MODE, 0x04)
    put(chip, XOUT, 0x2B, 0x00, 0x00)
    after(chip, 100)
    assert get(chip, XOUT, 4) == bytes((0x2B, 0, 0, 6 << 2))


def test_active_and_test_mode_exclude_each_other(chip: MMA7660) -> None:
    put(chip, MODE, 0x04)
    put(chip, MODE, 0x05)
    assert get(chip, MODE) == b"\x04"
    put(chip, MODE, 0x00)
    put(chip, MODE, 0x01)
    put(chip, MODE, 0x05)
    assert get(chip, MODE) == b"\x01"


# ---- legs


def wire(chip: MMA7660, leg: str) -> Terminal:
    pin = Terminal(chip.world, f"board.{leg}")
    connect(pin, chip.legs[leg])
    return pin


def test_int_is_open_drain_and_low_at_every_sample_with_gint(chip: MMA7660) -> None:
    pin = wire(chip, "int")
    pin.pull(1)
    falls: list[int] = []
    pin.watch(lambda level, time: falls.append(time) if level == 0 else None)
    put(chip, INTSU, 0x10)
    put(chip, MODE, 0x01)
    assert pin.level == 1
    after(chip, 20.3)
    assert falls == []
    after(chip, 0.1)
    assert (len(falls), pin.level) == (1, 0)
    get(chip, XOUT, 3)
    assert pin.level == 1
    after(chip, 8.4)
    assert (len(falls), pin.level) == (2, 0)


def test_int_is_released_by_any_transfer_to_the_chip(chip: MMA7660) -> None:
    pin = wire(chip, "int")
    pin.pull(1)
    put(chip, INTSU, 0x10)
    put(chip, SR, 7)
    put(chip, MODE, 0x01)
    after(chip, 1013)
    assert pin.level == 0
    assert chip.start(0x4C, False)
    assert pin.level == 1


def test_int_push_pull_active_high_tells_of_a_turn_until_tilt_is_read(chip: MMA7660) -> None:
    pin = wire(chip, "int")
    put(chip, INTSU, 0x02)
    put(chip, MODE, 0xC1)
    after(chip, 100)
    assert pin.level == 0
    chip.x, chip.z = 1.0, 0.0
    after(chip, 9)
    assert pin.level == 1
    assert get(chip, TILT)[0] >> 2 & 7 == 5
    assert pin.level == 0


def test_without_avdd_it_does_not_answer_and_starts_anew(chip: MMA7660) -> None:
    avdd = wire(chip, "avdd")
    assert not chip.start(0x4C, False)
    avdd.drive(1)
    put(chip, SPCNT, 0x12)
    activate(chip)
    assert get(chip, 2) == b"\x15"
    avdd.drive(0)
    assert not chip.start(0x4C, True)
    avdd.drive(1)
    assert get(chip, XOUT, 11) == bytes(11)


# ---- set-up


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "1"])
def test_an_acceleration_is_a_finite_number(value: float) -> None:
    with pytest.raises(ConfigError, match=r"x=.* is no acceleration; give a number of g"):
        MMA7660(x=value)


def test_an_axis_is_x_y_or_z(chip: MMA7660) -> None:
    with pytest.raises(ConfigError, match="'w' is no axis; choose x, y or z"):
        chip.tap("w")


def test_parts_take_what_the_command_line_gives() -> None:
    chip = PARTS["mma7660"](address=0x4D, x=1, z=0)
    assert (chip.address, chip.counts) == (0x4D, (21, 0, 0))
