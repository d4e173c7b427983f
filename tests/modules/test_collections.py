"""MicroPython's `collections`; results as MicroPython 1.29 gives them."""

import pytest

from machine_compat.modules.collections import OrderedDict, defaultdict, deque, namedtuple


def test_a_full_deque_pushes_out_at_the_other_end() -> None:
    queue = deque((1, 2, 3, 4), 3)
    assert list(queue) == [2, 3, 4]
    queue.appendleft(9)
    assert list(queue) == [9, 2, 3]
    queue.extend([5, 6])
    queue[0] = 99
    assert (list(queue), queue[-1], repr(queue)) == ([99, 5, 6], 6, "<deque>")


def test_a_full_deque_can_refuse() -> None:
    queue = deque((), 2, 1)
    queue.append(1)
    queue.append(2)
    for add in (queue.append, queue.appendleft, lambda item: queue.extend([item])):
        with pytest.raises(IndexError, match="full"):
            add(3)
    assert (list(queue), queue.pop(), queue.popleft(), len(queue)) == ([1, 2], 2, 1, 0)
    with pytest.raises(IndexError):
        queue.popleft()
    with pytest.raises(IndexError, match="full"):
        deque((1, 2, 3), 2, 1)
    # Only bit 0 counts.
    assert list(deque((1, 2, 3), 2, 2)) == [2, 3]


def test_a_deque_of_no_length() -> None:
    queue = deque((1,), 0)
    queue.append(1)
    assert not queue
    with pytest.raises(IndexError, match="full"):
        deque((), 0, 1).append(1)


@pytest.mark.parametrize("arguments", [(), ((),), ((), None), ((), 2.0), (5, 2), ((), 2, 0, 0)])
def test_what_a_deque_does_not_take(arguments: tuple[object, ...]) -> None:
    with pytest.raises(TypeError):
        deque(*arguments)
    with pytest.raises(ValueError, match=r"."):
        deque((), -1)


def test_named_tuples() -> None:
    point = namedtuple("Point", ("x", "y"))
    assert repr(point(1, y=2)) == "Point(x=1, y=2)"
    assert point(x=1, y=2) == (1, 2)
    x, y = point(3, 4)
    assert (x, y, point(3, 4).y) == (3, 4, 4)
    assert isinstance(point(1, 2), point)
    assert isinstance(point(1, 2), tuple)
    with pytest.raises(AttributeError):
        point(1, 2).x = 5


def test_fields_have_any_name() -> None:
    odd = namedtuple("Odd", "_x def count")
    assert (odd(1, 2, 3)._x, getattr(odd(1, 2, 3), "def"), odd(1, 2, 3).count) == (1, 2, 3)
    assert repr(namedtuple("Empty", [])()) == "Empty()"


@pytest.mark.parametrize(
    ("values", "named"), [((1,), {}), ((1, 2, 3), {}), ((1,), {"z": 3}), ((1,), {"x": 3}), ((1, 2), {"y": 3})]
)
def test_fields_are_given_as_to_a_function(values: tuple[int, ...], named: dict[str, int]) -> None:
    with pytest.raises(TypeError):
        namedtuple("P", ("x", "y"))(*values, **named)
    with pytest.raises(TypeError, match="object 'dict' isn't a tuple or list"):
        namedtuple("P", {"x": 1})


def test_ordered_dicts_have_an_order() -> None:
    one = OrderedDict([(2, 1), (1, 2)])
    assert list(one) == [2, 1]
    assert repr(one) == "OrderedDict({2: 1, 1: 2})"
    assert one == OrderedDict([(2, 1), (1, 2)])
    assert one != OrderedDict([(1, 2), (2, 1)])
    assert one != {2: 1, 1: 2}
    plain: dict[int, int] = {2: 1, 1: 2}
    assert plain != one


def test_what_a_deque_cannot() -> None:
    full: deque[int] = deque((1, 2), 2)
    with pytest.raises(TypeError, match="doesn't support item deletion"):
        del full[0]
    with pytest.raises(TypeError):
        full.pop(0)
    assert (full.pop(), full.popleft()) == (2, 1)
    for take in (full.pop, full.popleft):
        with pytest.raises(IndexError, match=r"^empty$"):
            take()


def test_the_rest_is_cpythons() -> None:
    assert defaultdict(list)["a"] == []
