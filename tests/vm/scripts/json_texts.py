# JSON there and back.
import io
import json

for value in (None, True, 5, -7, 1 << 40, 0.5, 1e100, "t\n\"é\\", [], [1, [2]], (1, 2), {}):
    print(json.dumps(value))
print(json.dumps([1, 2], separators=(",", ":")), json.dumps({"a": 1}, separators=(",", ":")))
for text in ("[1, 2.5, -3e2]", '{"a": [true, false, null]}', '"\\u00e9\\n"', " 17 ", '""', "-0"):
    print(json.loads(text))
print(json.loads(b"[1]"), json.load(io.StringIO("[5, 6] ")))
f = io.StringIO()
json.dump({"k": [1, None]}, f)
print(f.getvalue())
for bad in ("", "[1,", "{1:2}", "nope", "[1] x", "'a'", "[1 2]", '{"a"}'):
    try:
        print(json.loads(bad))
    except ValueError as e:
        print(e)
print(json.dumps(b"ab"), json.dumps({1: 2}), json.dumps({None: (1, 2)}))
