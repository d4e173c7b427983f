"""What a script raises reaches the caller, with the script's own line."""

import pytest

from tests.simulation.make import Make, Write, lines_of


def test_an_uncaught_exception_is_raised_with_the_scripts_line(make: Make, write: Write) -> None:
    script = write(
        """
        def inner():
            raise ValueError("from the script")


        inner()
        """
    )
    board = make()
    with pytest.raises(ValueError, match="from the script") as caught:
        board.run(script)
    assert lines_of(caught.value, script) == [6, 3]
    assert board.finished
    board.run_on(ms=1)


def test_an_exception_later_is_raised_by_run_on_when_it_happens(make: Make, write: Write) -> None:
    board = make()
    board.run(write("from time import sleep\nsleep(2)\n[][1]"), seconds=1)
    with pytest.raises(IndexError):
        board.run_on(seconds=5)
    assert board.ms == pytest.approx(2_000, abs=1)


def test_an_os_error_is_raised_as_the_script_saw_it(make: Make, write: Write) -> None:
    board = make("esp32")
    with pytest.raises(OSError, match=r"\[Errno 19\] ENODEV") as caught:
        board.run(write("from machine import I2C\nI2C(0).readfrom(0x42, 1)"))
    assert caught.value.errno == 19


def test_an_error_in_the_syntax(make: Make, write: Write) -> None:
    script = write("x = 1\nif x\n")
    with pytest.raises(SyntaxError) as caught:
        make().run(script)
    assert (caught.value.filename, caught.value.lineno) == (str(script), 2)


def test_an_exception_in_a_handler_is_raised_and_the_script_goes_on(make: Make, write: Write) -> None:
    board = make()
    script = write(
        """
        from machine import Timer
        from time import sleep_ms

        def tick(timer):
            raise ValueError("in the handler")

        Timer(-1).init(mode=Timer.ONE_SHOT, period=10, callback=tick)
        sleep_ms(100)
        print("went on")
        """
    )
    with pytest.raises(ValueError, match="in the handler") as caught:
        board.run(script)
    assert lines_of(caught.value, script) == [6]
    assert board.output == "went on\n"
    board.run_on(ms=1)


def test_an_exception_in_a_thread_is_raised(make: Make, write: Write) -> None:
    board = make()
    script = write(
        """
        import _thread
        from time import sleep_ms

        def work():
            raise ValueError("in the thread")

        _thread.start_new_thread(work, ())
        sleep_ms(10)
        print("went on")
        """
    )
    with pytest.raises(ValueError, match="in the thread"):
        board.run(script)
    assert board.output == "went on\n"


def test_a_script_that_fails_beside_an_endless_thread_is_raised_at_once(make: Make, write: Write) -> None:
    board = make()
    script = write(
        """
        import _thread
        from time import sleep_ms

        def work():
            while True:
                sleep_ms(10)

        _thread.start_new_thread(work, ())
        sleep_ms(100)
        1 / 0
        """
    )
    with pytest.raises(ZeroDivisionError):
        board.run(script)
    assert board.ms == pytest.approx(100, abs=1)
