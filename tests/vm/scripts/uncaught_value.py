# A script that ends with an error of its own.
class Wrong(ValueError):
    pass


def check(x):
    if x > 2:
        raise Wrong("too much", x)


for i in range(5):
    print(i)
    check(i)
