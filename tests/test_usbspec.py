"""What both ends of a simulated cable know of USB, held against bytes that specifications and real devices give.

The board and its host share these modules, so that no test of theirs would notice a wrong number.
"""

import struct

import pytest

from machine_compat.usbspec import cdc, descriptors, hid, requests, scsi, storage
from machine_compat.usbspec.descriptors import Malformed, pieces
from machine_compat.usbspec.requests import Setup
from machine_compat.usbspec.storage import CommandWrapper

MOUSE = bytes.fromhex("0902220001010 0a032 0904000001030102 00 092100010001223200 0705810304000a".replace(" ", ""))
"""A boot mouse, as it is sent."""


def test_a_configuration_and_its_pieces() -> None:
    built = descriptors.configuration(
        descriptors.interface(
            0, (3, 1, 2), bytes.fromhex("092100010001223200"), descriptors.endpoint(0x81, descriptors.INTERRUPT, 4, 10)
        ),
        attributes=0xA0,
    )
    assert built == MOUSE
    assert [(piece[0], piece[1]) for piece in pieces(MOUSE)] == [(9, 2), (9, 4), (9, 0x21), (7, 5)]
    assert descriptors.packet_size(list(pieces(MOUSE))[-1]) == 4


def test_a_device() -> None:
    built = descriptors.device_descriptor(0x0403, 0x6014, 0x0900, strings=(1, 2, 0))
    assert built == bytes.fromhex("12 01 00 02 00 00 00 40 03 04 14 60 00 09 01 02 00 01")


def test_strings() -> None:
    assert descriptors.string_descriptor("µC") == bytes.fromhex("06 03 b5 00 43 00")
    assert len(descriptors.string_descriptor("x" * 300)) == 254


@pytest.mark.parametrize(
    ("data", "said"), [("0904", "9 bytes long, of 2, at byte 9"), ("00", "0 bytes"), ("01", "1 b")]
)
def test_a_piece_that_cannot_be(data: str, said: str) -> None:
    with pytest.raises(Malformed, match=said):
        list(pieces(MOUSE[:9] + bytes.fromhex(data)))


def test_setup_packets() -> None:
    """GET_DESCRIPTOR of a device's first string in English, and SET_LINE_CODING."""
    packet = bytes.fromhex("80 06 01 03 09 04 ff 00")
    setup = Setup.parse(packet)
    asked = descriptors.STRING << 8 | 1
    assert setup == (descriptors.TO_HOST, requests.GET_DESCRIPTOR, asked, descriptors.ENGLISH, 255)
    assert setup.encode() == packet
    assert (setup.device_to_host, setup.kind, setup.recipient) == (True, requests.STANDARD, requests.TO_DEVICE)
    coding = Setup.parse(bytes.fromhex("21 20 00 00 01 00 07 00"))
    assert (coding.device_to_host, coding.kind, coding.recipient) == (False, requests.CLASS, requests.TO_INTERFACE)
    assert coding.bRequest == cdc.SET_LINE_CODING
    assert Setup.parse(bytes.fromhex("02 01 00 00 81 00 00 00")).clears_endpoint
    assert not Setup.parse(bytes.fromhex("02 03 00 00 81 00 00 00")).clears_endpoint
    with pytest.raises(struct.error):
        Setup.parse(packet[:7])


def test_standard_requests_are_numbered_as_in_table_9_4() -> None:
    names = ("GET_STATUS", "CLEAR_FEATURE", "SET_FEATURE", "SET_ADDRESS", "GET_DESCRIPTOR")
    assert [getattr(requests, name) for name in names] == [0, 1, 3, 5, 6]
    names = ("GET_CONFIGURATION", "SET_CONFIGURATION", "GET_INTERFACE", "SET_INTERFACE")
    assert [getattr(requests, name) for name in names] == [8, 9, 10, 11]


def test_a_serial_port() -> None:
    """The functional descriptors that Arduinos have, and 115200 baud, 8N1."""
    functions = cdc.header(0x0110), cdc.call_management(1), cdc.abstract_control(6), cdc.union(0, 1)
    assert b"".join(functions) == bytes.fromhex("0524001001 0524010001 04240206 0524060001")
    assert descriptors.association(0, 2, (2, 2, 1)) == bytes.fromhex("080b000202020100")
    coding = cdc.LineCoding(115200)
    assert coding.encode() == bytes.fromhex("00c20100 00 00 08")
    assert cdc.LineCoding.parse(coding.encode()) == coding
    assert cdc.LineCoding.parse(bytes.fromhex("80250000 02 02 07")) == (9600, 2, cdc.EVEN, 7)


def test_a_human_interface_device() -> None:
    assert hid.hid_descriptor(63) == bytes.fromhex("09 21 11 01 00 01 22 3f 00")


def test_wrappers() -> None:
    """INQUIRY for 36 bytes, as Linux asks a stick."""
    sent = b"USBC" + bytes.fromhex("01000000 24000000 80 00 06 120000002400").ljust(27, b"\0")
    wrapper = CommandWrapper.parse(sent)
    assert wrapper == (b"\x01\0\0\0", 36, True, 0, 6, bytes.fromhex("120000002400").ljust(16, b"\0"))
    assert storage.status_wrapper(b"\x01\0\0\0", 4, storage.FAILED) == b"USBS" + bytes.fromhex("01000000 04000000 01")


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"USBS" + bytes(10) + b"\x06" + bytes(16),
        b"USBC" + bytes(10) + b"\x00" + bytes(16),
        b"USBC" + bytes(10) + b"\x11" + bytes(16),
        b"USBC" + bytes(10) + b"\x06" + bytes(17),
    ],
)
def test_what_is_no_command(sent: bytes) -> None:
    assert CommandWrapper.parse(sent) is None


def test_scsi_data() -> None:
    assert scsi.sense_data(scsi.NO_MEDIUM) == bytes.fromhex("70 00 02 00000000 0a 00000000 3a 00 00000000")
    assert str(scsi.NO_MEDIUM) == "sense 02h/3Ah/00h"
    assert scsi.capacity_data(0x10000) == bytes.fromhex("0000ffff 00000200")
    assert scsi.format_capacities_data(0x10000) == bytes.fromhex("00000008 00010000 02 000200")
    assert scsi.extent(bytes.fromhex("28 00 00012345 00 0008 00")) == (0x12345, 8)
    names = b"vendor  a product that is" + b"1.00"
    told = scsi.inquiry_data("vendor", "a product that is long", "1.00", 4)
    assert told == bytes((0, 0x80, 4, 2, 31, 0, 0, 0)) + names[:24] + b"1.00"
    assert scsi.mode_data(scsi.MODE_SENSE_6, protected=True) == bytes((3, 0, 0x80, 0))
    assert scsi.mode_data(scsi.MODE_SENSE_10) == bytes((0, 6, 0, 0, 0, 0, 0, 0))
