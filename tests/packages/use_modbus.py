# board: pico
# package: micropython-modbus
# wire: GP0=GP5
# wire: GP1=GP4
# seconds: 5
import _thread
from machine import Pin
from time import sleep_ms, ticks_diff, ticks_ms

from umodbus.serial import ModbusRTU, Serial

SERVER = 10
changes = []


def on_set(reg_type, address, val):
    changes.append((reg_type, address, val))


server = ModbusRTU(addr=SERVER, baudrate=19200, pins=(4, 5), uart_id=1)
server.setup_registers(
    registers={
        "COILS": {"RELAYS": {"register": 100, "len": 10, "val": [1, 0, 1, 1, 0, 0, 1, 1, 0, 1], "on_set_cb": on_set}},
        "HREGS": {"SETPOINT": {"register": 93, "len": 1, "val": 19, "on_set_cb": on_set}},
        "ISTS": {"DOOR": {"register": 67, "len": 1, "val": 0}},
        "IREGS": {"LEVELS": {"register": 10, "len": 2, "val": [60001, 7]}},
    }
)
serving = True


def serve():
    while serving:
        server.process()


_thread.start_new_thread(serve, ())
host = Serial(uart_id=0, baudrate=19200, pins=(0, 1), ctrl_pin=2)

print(host.read_coils(slave_addr=SERVER, starting_addr=100, coil_qty=10))
print(host.read_discrete_inputs(slave_addr=SERVER, starting_addr=67, input_qty=1))
print(host.read_holding_registers(slave_addr=SERVER, starting_addr=93, register_qty=1))
# 60001 is packed as a signed short by the package: it keeps its low 16 bits.
print(host.read_input_registers(slave_addr=SERVER, starting_addr=10, register_qty=2, signed=False))

print(host.write_single_register(slave_addr=SERVER, register_address=93, register_value=-5))
print(host.read_holding_registers(SERVER, 93, 1), server.get_hreg(93))
print(host.write_multiple_registers(slave_addr=SERVER, starting_address=93, register_values=[1, -2, 30000]))
print(host.read_holding_registers(SERVER, 93, 3), server.get_hreg(94))

print(host.write_single_coil(slave_addr=SERVER, output_address=100, output_value=False))
print(host.read_coils(SERVER, 100, 3))
print(host.write_multiple_coils(slave_addr=SERVER, starting_address=100, output_values=[1, 1, 0, 1, 1]))
print(host.read_coils(SERVER, 100, 5))

try:
    host.read_holding_registers(SERVER, 500, 1)
except ValueError as error:
    print(error)
start = ticks_ms()
try:
    host.read_coils(SERVER + 1, 100, 1)
except OSError as error:
    print(error)
# 119 waits of three and a half characters each
print(238 <= ticks_diff(ticks_ms(), start) < 260)

for change in changes:
    print(change)
print(sorted(server.changed_hregs.keys()), sorted(server.changed_coils.keys()))
print(Pin(2).value())
serving = False
sleep_ms(50)
