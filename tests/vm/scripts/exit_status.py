# A script that leaves by sys.exit.
import sys

print("before")
sys.exit(5)
print("never")
