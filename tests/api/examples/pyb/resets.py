# shows: hard_reset standby bootloader
import machine
import pyb

region = machine.mem_backup()
life, region[0] = region[0], region[0] + 1
print(life, machine.reset_cause() == machine.DEEPSLEEP_RESET)
if life == 0:
    pyb.hard_reset()
elif life == 1:
    pyb.RTC().wakeup(1000)
    pyb.standby()
elif life == 2:
    pyb.bootloader()
