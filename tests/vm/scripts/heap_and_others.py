# heapq, errno, gc, os.sep, sys as boards have them.
import gc
import heapq
import sys

h = []
for x in (5, 1, 4):
    heapq.heappush(h, x)
print([heapq.heappop(h) for _ in range(3)])
q = [3, 2, 1]
heapq.heapify(q)
print(q[0])
gc.collect()
print(gc.mem_free() > 0, gc.mem_alloc() > 0, gc.isenabled())
print(sys.implementation.name, sys.implementation[0], sys.byteorder, sys.maxsize, sys.platform)
print(sys.version_info[:2], sys.argv[1:], sys.path[0] == "", "machine" in sys.modules)
try:
    sys.exit(3)
except SystemExit as e:
    print(e.args)
import machine

print("machine" in sys.modules)
