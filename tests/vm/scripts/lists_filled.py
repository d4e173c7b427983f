# board: mock
# A list that a call fills, a class of the board's and its base, and registers as a memoryview.
import dht
import machine
import pyb
import rp2

can = pyb.CAN(1, pyb.CAN.LOOPBACK)
can.setfilter(0, pyb.CAN.LIST16, 0, (123, 124, 125, 126))
room = bytearray(8)
message = [0, 0, 0, 0, memoryview(room)]
for data, id in ((b"eight by", 123), (b"hello", 124)):
    can.send(data, id)
    print(can.recv(0, message) is message, message[:4], bytes(message[4]))
    if id == 123:
        print(room)

can = machine.CAN(2, 500_000, mode=machine.CAN.MODE_LOOPBACK)
can.set_filters(None)
can.send(5, b"hello")
message = [0, memoryview(bytearray(8)), 0, 0]
while can.recv(message) is None:
    pass
print(message[0], bytes(message[1]), message[2:])

print(isinstance(dht.DHT22(machine.Pin(4)), dht.DHTBase), issubclass(dht.DHT11, dht.DHTBase))

dma = rp2.DMA()
registers = dma.registers
registers[2] = 5
print(len(registers), registers[2], len(registers[4:8]), registers[1:4][1])
