# board: pyboard
# seconds: 8
# pyb's USB by itself: what it says while no host looks, and that the serial port is the terminal.

import select

import pyb

print(pyb.usb_mode(), pyb.have_cdc(), pyb.USB_VCP(), pyb.USB_VCP() is pyb.USB_VCP(0))
print(pyb.hid_mouse[:4], pyb.hid_keyboard[:4], len(pyb.hid_mouse[4]), len(pyb.hid_keyboard[4]))
vcp, hid = pyb.USB_VCP(), pyb.USB_HID()
print(vcp.isconnected(), vcp.any(), vcp.read(), vcp.readline(), vcp.readlines(), list(vcp))
print(vcp.write("written\n"), vcp.write(b"cut short\n", 3), vcp.send(0x2A), vcp.send(b"sent\n", timeout=100))
print(vcp.RTS, vcp.CTS, vcp.IRQ_RX, vcp.init(flow=vcp.RTS | vcp.CTS))
print(vcp.setinterrupt(-1), vcp.irq(), vcp.close() is vcp)


def attempt(call, *args, **options):
    try:
        print(call(*args, **options))
    except Exception as error:
        print(type(error).__name__, error)


attempt(pyb.USB_VCP, 1)
attempt(vcp.irq, print, 2)
attempt(vcp.irq, print, hard=True)
attempt(hid.send, (0,) * 9)
attempt(pyb.usb_mode, "USB")
attempt(pyb.usb_mode, "VCP+MSC", msc=(vcp,))

start = pyb.millis()
print(vcp.recv(1, timeout=25), hid.recv(8, timeout=25), hid.send(bytearray(8)), pyb.elapsed_millis(start))
poll = select.poll()
poll.register(vcp, select.POLLIN | select.POLLOUT)
poll.register(hid, select.POLLIN | select.POLLOUT)
print([(type(one).__name__, event) for one, event in poll.poll(0)])

pyb.usb_mode("VCP+HID", hid=pyb.hid_keyboard)
print(pyb.usb_mode())
while not hid.send(b"\0\0\x04\0\0\0\0\0"):
    pyb.delay(10)
print("the host took", pyb.elapsed_millis(start) // 100, "hundred ms")
print(pyb.hid((0, 0, 0, 0)), "until it reads the one before")
