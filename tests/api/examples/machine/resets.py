# shows: reset soft_reset deepsleep bootloader
import machine

CAUSES = {
    machine.PWRON_RESET: "power-on",
    machine.HARD_RESET: "hard reset",
    machine.SOFT_RESET: "soft reset",
    machine.DEEPSLEEP_RESET: "deep sleep",
}
region = machine.mem_backup()
life, region[0] = region[0], region[0] + 1
print(life, CAUSES.get(machine.reset_cause()))
if life == 0:
    machine.reset()
elif life == 1:
    machine.soft_reset()
elif life == 2:
    machine.deepsleep(1000)
elif life == 3:
    machine.bootloader()
