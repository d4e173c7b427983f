"""Checks I2C and SPI buses: what goes over the wire, what comes back, and what is said of a missing target."""

from machine_compat.contract import Backend, I2CBus, I2CConfig, Op, Read, SPIBus, SPIConfig, Write
from machine_compat.errors import BusError, ConfigError, Fault, Unsupported
from machine_compat.testing.waiting import MS, closed, fault_of


def check_i2c(
    backend: Backend, ref: str, address: int, *, pointer_bytes: int = 1, absent: int = 0x77, settle_ms: int = 10
) -> None:
    """Transfers to a memory or register chip: a write sets its pointer and writes on from there, a read reads on.

    The chip's first eight registers are written. pointer_bytes: 2 for a 24C32. absent: an address where nobody is.
    settle_ms: how long the chip may be busy after a write.
    """
    bus = backend.i2c(ref)
    clock = backend.clock()

    def pointer(to: int) -> bytes:
        return to.to_bytes(pointer_bytes, "big")

    with closed(bus):
        bus.configure(I2CConfig(100_000))
        _check_probe(bus, address, absent, ref)
        for data in (b"\x12\x34\x56\x78", b"\xfe\xdc\xba\x98"):
            reply = bus.transfer(address, [Write(pointer(0) + data)])
            assert reply == b"", f"{ref}: a transfer without a Read returned {reply!r}"
            clock.wait_until(clock.now_ns() + settle_ms * MS)
            reply = bus.transfer(address, [Write(pointer(0)), Read(4)])
            assert reply == data, f"{ref}: {data.hex()} was written, {reply.hex()} read back after a repeated START"
            assert type(reply) is bytes, f"{ref}: transfer() returns bytes, not {type(reply).__name__}"
        reply = bus.transfer(address, [Write(pointer(1)), Read(2), Read(1)])
        assert reply == b"\xdc\xba\x98", f"{ref}: the replies of two Reads come joined, not as {reply.hex()}"
        ops: tuple[Op, ...] = (Write(pointer(2)), Read(1))
        assert bus.transfer(address, ops) == b"\xba", f"{ref}: ops may be any sequence"
        _check_hold(bus, address, pointer(1), ref)
        _check_scan(bus, address, absent, ref)
        refused = fault_of(lambda: bus.transfer(absent, [Write(b"xy"), Read(1)]), f"{ref}: nobody there")
        assert refused.fault is Fault.NACK_ADDRESS, f"{ref}: nobody at {absent:#04x} is NACK_ADDRESS: {refused.fault}"
        assert refused.acked == 0, f"{ref}: no data byte was acknowledged, not {refused.acked}"
        reply = bus.transfer(address, [Write(pointer(0)), Read(1)])
        assert reply == b"\xfe", f"{ref}: the bus is of no use after a NACK, it reads {reply.hex()}"
        bus.configure(I2CConfig(400_000))
        reply = bus.transfer(address, [Write(pointer(3)), Read(1)])
        assert reply == b"\x98", f"{ref}: configure() may be called again; then it reads {reply.hex()}"


def _check_probe(bus: I2CBus, address: int, absent: int, ref: str) -> None:
    try:
        assert bus.transfer(address, [Write(b"")]) == b"", f"{ref}: an empty Write returns nothing"
    except Unsupported:
        return
    except BusError as error:
        raise AssertionError(f"{ref}: an empty Write to {address:#04x} failed: {error}") from error
    refused = fault_of(lambda: bus.transfer(absent, [Write(b"")]), f"{ref}: an empty Write must reach the wire")
    assert refused.fault is Fault.NACK_ADDRESS, f"{ref}: nobody at {absent:#04x} is NACK_ADDRESS, not {refused.fault}"


def _check_hold(bus: I2CBus, address: int, pointer: bytes, ref: str) -> None:
    try:
        assert bus.transfer(address, [Write(pointer)], False) == b"", f"{ref}: a held write returns nothing"
    except Unsupported:
        return
    reply = bus.transfer(address, [Read(1)])
    assert reply == b"\xdc", f"{ref}: a Read after a held write goes on from its pointer: {reply.hex()}"


def _check_scan(bus: I2CBus, address: int, absent: int, ref: str) -> None:
    asked = [absent, address, absent ^ 1] if absent ^ 1 != address else [absent, address]
    found = bus.scan(asked)
    assert type(found) is tuple, f"{ref}: scan() returns a tuple, not {type(found).__name__}"
    assert set(found) <= set(asked), f"{ref}: scan({asked}) returned {found}, which was not asked for"
    assert found.count(address) == 1, f"{ref}: scan({asked}) does not find {address:#04x}: {found}"
    assert absent not in found, f"{ref}: nobody is at {absent:#04x}, and scan({asked}) returned {found}"
    assert bus.scan([]) == (), f"{ref}: a scan of no address finds nobody"


def check_spi(backend: Backend, ref: str) -> None:
    """Transfers with MOSI wired to MISO, in every mode."""
    bus = backend.spi(ref)
    sent = bytes(range(256)) * 20
    with closed(bus):
        for polarity, phase in ((0, 0), (0, 1), (1, 0), (1, 1)):
            try:
                bus.configure(SPIConfig(1_000_000, polarity, phase))
            except (Unsupported, ConfigError):
                assert polarity or phase, f"{ref}: mode 0 is every SPI's"
                continue
            _check_loop(bus, b"\x00\xff\xa5\x5a\x01\x80", f"{ref}, mode {2 * polarity + phase}")
        bus.configure(SPIConfig(2_000_000))
        _check_loop(bus, sent, f"{ref}, {len(sent)} bytes at once")
        reply = bus.transfer(b"unheard", False)
        assert reply == b"", f"{ref}: no reply was wanted, {reply!r} was returned"
        assert bus.transfer(b"") == b"", f"{ref}: an empty transfer returns nothing"
        try:
            bus.configure(SPIConfig(1_000_000, lsb_first=True))
        except (Unsupported, ConfigError):
            return
        _check_loop(bus, b"\x01\x80\x13", f"{ref}, lowest bit first")


def _check_loop(bus: SPIBus, sent: bytes, what: str) -> None:
    reply = bus.transfer(sent)
    assert type(reply) is bytes, f"{what}: transfer() returns bytes, not {type(reply).__name__}"
    assert len(reply) == len(sent), f"{what}: {len(sent)} bytes went out, {len(reply)} came back"
    wrong = next((index for index, pair in enumerate(zip(sent, reply, strict=True)) if pair[0] != pair[1]), None)
    assert wrong is None, (
        f"{what}: byte {wrong} went out as {sent[wrong or 0]:#04x}, came back as {reply[wrong or 0]:#04x}"
    )
