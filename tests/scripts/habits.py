# Names are as they are written, annotations are not looked at, a tab goes to the next column of eight.
class Reader:
    def __init__(self, source: nothing.like.it = None) -> "no idea":
        self.__source = source
        self.__count: unknown_type = 0

    def __step(self):
        self.__count += 1
        return self.__count

    def step(self) -> undefined[0]:
        return self.__step()


class Writer:
    def copy(self, other):
        return other.__source, other.__count


reader = Reader("uart")
reader.step()
print(reader.step(), Writer().copy(reader), sorted(vars(reader)) if "vars" in dir() else reader.__count)


x: missing = 3
print(x)


def tabs(n):
    if n:
	total = 0
        for i in range(n):
	    total += i
	return total
    return -1


print(tabs(4), tabs(0))

print("\d" == "\\d", 1 is 1)
