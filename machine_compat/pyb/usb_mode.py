"""`pyb.usb_mode` and pyb's oldest functions for USB, `have_cdc` and `hid`.

# Ref: MicroPython ports/stm32/usb.c
"""

from collections.abc import Callable, Sequence

from machine_compat.board import Board
from machine_compat.machine.peripheral import readable, to_int
from machine_compat.machine.usb.stack import usb_of
from machine_compat.pyb.flash import Flash
from machine_compat.pyb.usb.descriptors import ALIASES, KEYBOARD, LARGEST, LAST_PIPE, MODES, MOUSE, VENDOR, HIDInfo
from machine_compat.pyb.usb.firmware import card_of, usb_of_pyboard
from machine_compat.pyb.usb_hid import report_of

UNITS = 2
"""How many disks there can be."""


def functions(board: Board) -> dict[str, object]:
    """pyb's names for USB that are no classes."""
    return {
        "usb_mode": usb_mode_of(board), "hid_mouse": MOUSE, "hid_keyboard": KEYBOARD, "have_cdc": have_cdc_of(board),
        "hid": hid_of(board),
    }  # fmt: skip


def usb_mode_of(board: Board) -> Callable[..., str | None]:
    def usb_mode(
        *modestr: object,
        port: int = -1,
        vid: int = VENDOR,
        pid: int = -1,
        msc: object = (),
        hid: object = MOUSE,
        high_speed: object = False,
        **mode: object,
    ) -> str | None:
        """What the board is on USB: without arguments the mode, with one set it; None switches USB off.

        modestr: "VCP", "MSC", "VCP+MSC", "VCP+HID" or their older names with "CDC". A board that is on already stays
        as it is, until usb_mode(None). msc: up to two of pyb.Flash() and pyb.SDCard(); hid: (subclass, protocol,
        packet size, polling interval in ms, report descriptor). port, high_speed: there is one port, of full speed.
        Raises ValueError "bad USB mode", "too many logical units", "unsupported logical unit".
        """
        usb = usb_of_pyboard(board)
        if not modestr and not mode:
            return usb.mode
        wanted = asked(modestr, mode)
        to_int(port)
        if wanted is None:
            usb.on, usb.chosen = False, True
            usb_of(board).become(usb)
            return None
        name = mode_named(wanted)
        identity = to_int(vid) & 0xFFFF, MODES[name] if to_int(pid) == -1 else to_int(pid) & 0xFFFF
        disks = disks_of(board, msc) if "MSC" in name else ()
        info = hid_info(hid) if "HID" in name else HIDInfo(*MOUSE)
        if not usb.on or not (board.booted or usb.chosen):
            begin(board, name, identity, disks, info)
        return None

    return usb_mode


def begin(board: Board, mode: str, identity: tuple[int, int], disks: Sequence[type], info: HIDInfo) -> None:
    """Be on USB in a mode, if the chip has the endpoints for it."""
    if LARGEST.get(mode, 0) > LAST_PIPE:
        raise ValueError("bad USB mode")
    usb = usb_of_pyboard(board)
    usb.choose(mode, identity, disks, info)
    usb_of(board).become(usb)
    usb_of(board).start()


def asked(positional: tuple[object, ...], named: dict[str, object]) -> object:
    """The mode that is wanted, given as the one positional argument or by its name."""
    if len(positional) == 1 and not named:
        return positional[0]
    if not positional and named.keys() == {"mode"}:
        return named["mode"]
    raise TypeError("extra keyword arguments given" if named else "extra positional arguments given")


def mode_named(wanted: object) -> str:
    """The mode of a name, which may be an older one."""
    if not isinstance(wanted, str):
        raise TypeError(f"can't convert '{type(wanted).__name__}' object to str implicitly")
    name = ALIASES.get(wanted, wanted)
    if name not in MODES:
        raise ValueError("bad USB mode")
    return name


def disks_of(board: Board, units: object) -> list[type]:
    """The classes of the block devices that a script names: there is one flash, and one slot."""
    found = items_of(units)
    if len(found) > UNITS:
        raise ValueError("too many logical units")
    card = card_of(board)
    for item in found:
        if not isinstance(item, Flash) and (card is None or not isinstance(item, card)):
            raise ValueError("unsupported logical unit")
    return [type(item) for item in found]


def hid_info(given: object) -> HIDInfo:
    items = items_of(given)
    if len(items) != 5:
        raise ValueError(f"requested length 5 but object has length {len(items)}")
    subclass, protocol, packet, interval = (to_int(item) & 0xFF for item in items[:4])
    return HIDInfo(subclass, protocol, packet, interval, readable(items[4]))


def items_of(given: object) -> Sequence[object]:
    """What a tuple or list holds."""
    if not isinstance(given, tuple | list):
        raise TypeError(f"object '{type(given).__name__}' isn't a tuple or list")
    return given


def have_cdc_of(board: Board) -> Callable[[], bool]:
    def have_cdc() -> bool:
        """Whether a program on the host has the serial port open: what USB_VCP().isconnected() says."""
        board.clock.spend(board.profile.call_ns)
        return usb_of_pyboard(board).terminal.connected

    return have_cdc


def hid_of(board: Board) -> Callable[[object], int]:
    def hid(report: object, /) -> int:
        """Send a report: what USB_HID().send does."""
        data = report_of(report)
        board.clock.spend(board.profile.call_ns)
        return len(data) if usb_of_pyboard(board).reports.send(data) else 0

    return hid
