# shows: deepsleep
import esp
import machine

if machine.reset_cause() == machine.DEEPSLEEP_RESET:
    print("awake")
else:
    print("sleeps")
    esp.deepsleep(500_000)
