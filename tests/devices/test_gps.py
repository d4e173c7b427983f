"""Holds the GPS receiver to NMEA 0183: the fields of its sentences, their checksums, and one report a second."""

import pytest

from machine_compat.errors import ConfigError
from machine_compat.mock.devices.gps import GPS, position, sentence
from machine_compat.mock.world import World

SECOND = 1_000_000_000


def hang(gps: GPS) -> tuple[World, list[bytes]]:
    world, sent = World(), list[bytes]()
    gps.install(world, "gps")
    gps.transmit = sent.append
    return world, sent


def test_checksums_of_known_sentences() -> None:
    assert sentence("GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,").endswith(b"*47\r\n")
    assert sentence("GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W").endswith(b"*6A\r\n")


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(48.1173, 2, "4807.0380,N"), (-33.5, 2, "3330.0000,S"), (0.0, 2, "0000.0000,N"), (9.9999999, 2, "1000.0000,N"),
     (11.516667, 3, "01131.0000,N")],
)  # fmt: skip
def test_positions(value: float, digits: int, text: str) -> None:
    assert position(value, digits, "NS") == text


def test_a_report_every_second() -> None:
    gps = GPS(48.1173, -11.516667, altitude=545.4, speed=22.4, course=84.4, utc="1994-03-23T12:35:18")
    world, sent = hang(gps)
    world.run(SECOND - 1)
    assert sent == []
    world.run(SECOND)
    gga, rmc = sent[0].split(b"\r\n")[:2]
    assert gga + b"\r\n" == sentence("GPGGA,123519.00,4807.0380,N,01131.0000,W,1,08,0.90,545.4,M,46.9,M,,")
    assert rmc + b"\r\n" == sentence("GPRMC,123519.00,A,4807.0380,N,01131.0000,W,22.400,84.40,230394,,,A")
    gps.latitude = -1
    world.run(5 * SECOND)
    assert len(sent) == 5
    assert b",123523.00,0100.0000,S," in sent[4]


def test_before_the_fix() -> None:
    gps = GPS(fix=0)
    world, sent = hang(gps)
    world.run(SECOND)
    assert sent[0].startswith(b"$GPGGA,000001.00,,,,,0,00,")
    assert b"$GPRMC,000001.00,V,,,,,,,010124,,,N*" in sent[0]
    gps.fix = True
    world.run(2 * SECOND)
    assert b"$GPRMC,000002.00,A," in sent[1]


def test_faster_reports_and_other_time_zones() -> None:
    world, sent = hang(GPS(period_ms=200, utc="2024-01-01T00:30:00+01:00"))
    world.run(SECOND)
    assert len(sent) == 5
    assert sent[0].startswith(b"$GPGGA,233000.20,")


def test_reports_keep_to_whole_seconds_whenever_it_was_attached() -> None:
    world = World()
    world.run(300_000_000)
    gps, sent = GPS(), list[bytes]()
    gps.install(world, "gps")
    gps.transmit = sent.append
    world.run(SECOND)
    assert sent[0].startswith(b"$GPGGA,000001.00,")


def test_a_receiver_whose_line_leads_nowhere_keeps_quiet() -> None:
    world = World()
    GPS().install(world, "gps")
    world.run(3 * SECOND)
    assert world.now == 3 * SECOND


def test_set_up_mistakes() -> None:
    with pytest.raises(ConfigError, match="gps: latitude=91 is not within"):
        GPS(latitude=91)
    with pytest.raises(ConfigError, match="gps: utc='noon' is no time"):
        GPS(utc="noon")
