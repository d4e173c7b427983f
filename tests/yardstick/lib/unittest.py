"""As much of `unittest` as MicroPython's own tests use, for scripts on a board.

Tests run in the order in which they are written. The last line is "OK" when none has failed.
"""


class SkipTest(Exception):
    """A test does not want to run."""


class Raises:
    """What assertRaises returns: a context that wants an exception."""

    def __init__(self, kind):
        self.kind = kind

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        assert kind is not None, f"{self.kind} was not raised"
        self.exception = error
        return issubclass(kind, self.kind)


class Nothing:
    """What subTest returns: a context that changes nothing."""

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return False


class TestCase:
    def assertTrue(self, value, message=""):
        assert value, message or f"{value!r} is not true"

    def assertFalse(self, value, message=""):
        assert not value, message or f"{value!r} is not false"

    def assertEqual(self, one, other, message=""):
        assert one == other, message or f"{one!r} != {other!r}"

    def assertAlmostEqual(self, one, other, places=7, message="", delta=None):
        near = 10**-places if delta is None else delta
        assert abs(one - other) <= near, message or f"{one!r} is not near {other!r}"

    def assertIn(self, item, container, message=""):
        assert item in container, message or f"{item!r} is not in {container!r}"

    def assertIsInstance(self, item, kind, message=""):
        assert isinstance(item, kind), message or f"{item!r} is no {kind}"

    def assertLessEqual(self, one, other, message=""):
        assert one <= other, message or f"{one!r} > {other!r}"

    def assertGreaterEqual(self, one, other, message=""):
        assert one >= other, message or f"{one!r} < {other!r}"

    def subTest(self, *named, **values):
        return Nothing()

    def assertRaises(self, kind, function=None, *arguments):
        raises = Raises(kind)
        if function is None:
            return raises
        with raises:
            function(*arguments)


def skip(reason):
    def refuse(*arguments):
        raise SkipTest(reason)

    return lambda test: refuse


def skipIf(condition, reason):
    return skip(reason) if condition else lambda test: test


def skipUnless(condition, reason):
    return skipIf(not condition, reason)


def main(name="__main__"):
    """Run the tests of all classes of a module."""
    module = __import__(name)
    classes = [item for item in vars(module).values() if isinstance(item, type) and issubclass(item, TestCase)]
    failed = [failure for made in classes for failure in run(made)]
    print(*failed or ["OK"], sep="\n")


def run(made):
    """The failures of one class, as lines."""
    case = made()
    call(case, "setUpClass")
    failed = []
    for name in [name for name in vars(made) if name.startswith("test")]:
        call(case, "setUp")
        try:
            getattr(case, name)()
        except SkipTest:
            continue
        except Exception as error:
            failed.append(f"FAIL {made.__name__}.{name}: {type(error).__name__}: {error}")
        finally:
            call(case, "tearDown")
    call(case, "tearDownClass")
    return failed


def call(case, name):
    if hasattr(case, name):
        getattr(case, name)()
