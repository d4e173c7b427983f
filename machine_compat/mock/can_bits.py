"""How long a CAN frame is on the wire, stuff bits and all, and which of two goes first.

# Ref: Bosch CAN Specification 2.0 (1991), part B: 3.1 (frames), 4 (coding: bit stuffing), 3.2.1 (CRC sequence).
"""

from machine_compat.contract import CANFrame

CRC_POLYNOMIAL = 0x4599
END_BITS = 1 + 2 + 7
"""CRC delimiter, acknowledge slot and its delimiter, end of frame: bits without stuffing."""
INTERMISSION_BITS = 3
ERROR_BITS = 6 + 8
"""Error flag and its delimiter."""
SUSPEND_BITS = 8
"""How much longer an error-passive sender waits before it sends again."""
STUFFED_AFTER = 5


def header(frame: CANFrame) -> list[int]:
    """Start of frame, identifier and control field, highest bit first."""
    remote = int(frame.remote)
    if frame.extended:
        arbitration = [*bits(frame.id >> 18, 11), 1, 1, *bits(frame.id, 18), remote, 0, 0]
    else:
        arbitration = [*bits(frame.id, 11), remote, 0, 0]
    return [0, *arbitration, *bits(len(frame.data), 4)]


def priority(frame: CANFrame) -> list[int]:
    """What arbitration compares: the lower list wins, as a dominant bit is a 0."""
    return header(frame)


def frame_bits(frame: CANFrame) -> int:
    """How many bit times a frame takes, from its start to the end of the end of frame."""
    sent = header(frame)
    for byte in b"" if frame.remote else frame.data:
        sent += bits(byte, 8)
    sent += bits(crc(sent), 15)
    return len(sent) + stuffed(sent) + END_BITS


def bits(value: int, count: int) -> list[int]:
    return [value >> place & 1 for place in range(count - 1, -1, -1)]


def crc(sent: list[int]) -> int:
    register = 0
    for bit in sent:
        invert = bit ^ register >> 14 & 1
        register = register << 1 & 0x7FFF
        if invert:
            register ^= CRC_POLYNOMIAL
    return register


def stuffed(sent: list[int]) -> int:
    """How many stuff bits go between these: one of the other level after five of a kind, which counts on."""
    inserted, run, last = 0, 0, -1
    for bit in sent:
        run = run + 1 if bit == last else 1
        last = bit
        if run == STUFFED_AFTER:
            inserted += 1
            run, last = 1, 1 - bit
    return inserted
