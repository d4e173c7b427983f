"""Holds scripted serial peers to their conversation, byte by byte and line by line, and the echo to its name."""

import re
from pathlib import Path

import pytest

from machine_compat.errors import ConfigError
from machine_compat.mock.chip import UARTPeer
from machine_compat.mock.devices.dialogue import Dialogue, Echo
from machine_compat.mock.world import World

MS = 1_000_000


class Board:
    """The other end of the line, without its wires: what the peer has sent, and when."""

    def __init__(self, peer: UARTPeer) -> None:
        self.world = World()
        self.peer = peer
        self.sent: list[tuple[int, bytes]] = []
        peer.install(self.world, "peer")
        peer.transmit = lambda data: self.sent.append((self.world.now, data))

    def say(self, data: bytes) -> bytes:
        """What is answered within 10 ms to bytes that come one by one."""
        before = len(self.sent)
        for byte in data:
            self.peer.receive(bytes([byte]))
        self.world.run(self.world.now + 10 * MS)
        return b"".join(data for _, data in self.sent[before:])


def test_bytes_are_answered_as_soon_as_they_match() -> None:
    peer = Dialogue({b"\x01\x02": b"\xaa", "AT\r\n": "OK\r\n"})
    board = Board(peer)
    assert board.say(b"\xff\x01") == b""
    assert board.say(b"\x02") == b"\xaa"
    assert board.say(b"AT\r\nAT\r\n") == b"OK\r\nOK\r\n"
    assert peer.heard == b"\xff\x01\x02AT\r\nAT\r\n"


def test_the_longest_question_that_ends_here_is_answered() -> None:
    board = Board(Dialogue({b"CD": b"short", b"BCD": b"long", b"D": b"shortest"}))
    assert board.say(b"ABCD") == b"long"


def test_patterns_and_functions() -> None:
    replies = {
        re.compile(rb"SET (\d+)\n"): lambda match: b"=" + match[1],
        re.compile(rb"quiet\n", re.IGNORECASE): lambda match: None,
    }
    board = Board(Dialogue(replies))
    assert board.say(b"SET 42\n") == b"=42"
    assert board.say(b"QUIET\n") == b""


def test_replies_in_turn() -> None:
    board = Board(Dialogue({b"?": [b"1", b"2", b"3"]}))
    assert board.say(b"?????") == b"12333"


def test_lines() -> None:
    board = Board(Dialogue({"AT\r\n": "OK\r\n", "ATI": "me\r\n"}, lines=1, otherwise="ERROR\r\n"))
    assert board.say(b"AT") == b""
    assert board.say(b"\r\n") == b"OK\r\n"
    assert board.say(b"ATI\r") == b"me\r\n"
    assert board.say(b"\nXATI\n\r\n") == b"ERROR\r\n"
    assert board.say(b"ATIX\n") == b"ERROR\r\n"


def test_delay_greeting_and_unsolicited_bytes() -> None:
    peer = Dialogue({b"?": b"!"}, delay_ms=5, greeting="hello")
    board = Board(peer)
    board.say(b"?")
    peer.send(b"RING")
    board.world.run(200 * MS)
    assert board.sent == [(5 * MS, b"!"), (10 * MS, b"RING"), (100 * MS, b"hello")]


def test_noise_without_end_is_forgotten() -> None:
    board = Board(Dialogue({b"?": b"!"}))
    assert board.say(bytes(5000) + b"?") == b"!"


def test_conversation_in_lines(tmp_path: Path) -> None:
    file = tmp_path / "modem.txt"
    file.write_text("# a modem\n< RDY\n\n> AT\n< OK\n> AT+CSQ\n< +CSQ: 1,0\n< OK\n> AT+CSQ\n< ERROR\n> ATZ\n")
    board = Board(Dialogue(file=str(file)))
    board.world.run(100 * MS)
    assert board.sent == [(100 * MS, b"RDY\r\n")]
    assert board.say(b"AT\r\n") == b"OK\r\n"
    assert [board.say(b"AT+CSQ\r") for _ in range(3)] == [b"+CSQ: 1,0\r\nOK\r\n", b"ERROR\r\n", b"ERROR\r\n"]
    assert board.say(b"ATZ\r\n") == b""


def test_conversation_in_toml(tmp_path: Path) -> None:
    file = tmp_path / "modem.toml"
    file.write_text(
        'delay_ms = 2\nlines = true\notherwise = "ERROR\\r\\n"\n'
        '[replies]\n"AT" = "OK\\r\\n"\n"N" = ["1", "2"]\n[patterns]\n\'AT\\+X=\\d\' = "X\\r\\n"\n'
    )
    board = Board(Dialogue(file=file))
    assert board.say(b"AT\r\n") == b"OK\r\n"
    assert board.sent[0][0] == 2 * MS
    assert board.say(b"N\nN\n") == b"12"
    assert board.say(b"AT+X=7\n") == b"X\r\n"
    assert board.say(b"AT+X=\n") == b"ERROR\r\n"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.txt", "AT\n", "line 1 begins with neither > nor < nor #"),
        ("a.toml", "speed = 9600\n", "speed"),
        ("a.toml", "= 1\n", "a.toml"),
        ("a.toml", "[patterns]\n'(' = 'x'\n", "a.toml"),
        ("a.toml", "[replies]\nAT = 7\n", "7, the reply to 'AT', is neither"),
    ],
)
def test_files_that_are_no_conversation(tmp_path: Path, name: str, text: str, message: str) -> None:
    file = tmp_path / name
    file.write_text(text)
    with pytest.raises(ConfigError, match=message):
        Dialogue(file=file)


def test_set_up_mistakes(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"dialogue: file=.*none\.txt"):
        Dialogue(file=tmp_path / "none.txt")
    with pytest.raises(ConfigError, match="an empty question"):
        Dialogue({b"": b"x"})
    with pytest.raises(ConfigError, match="is neither bytes nor text"):
        Dialogue({b"x": []})
    with pytest.raises(ConfigError, match="set lines=1 too"):
        Dialogue({}, otherwise="ERROR")
    with pytest.raises(ConfigError, match="not attached"):
        Dialogue({}).send(b"x")


def test_echo() -> None:
    assert Board(Echo()).say(b"\x00abc") == b"\x00abc"
