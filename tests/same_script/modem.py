# A line protocol on a serial port: questions, answers of several lines, one that never comes.
# attach: dialogue@{uart},lines=1,file={folder}/modem.txt

import wiring
from machine import UART

# Long enough for a computer that is busy with other things; only the answer that has no end takes it.
modem = UART(wiring.UART, baudrate=9600, timeout=2000, timeout_char=1000)


def ask(question):
    modem.write(question + b"\r\n")
    answer = []
    while True:
        line = modem.readline()
        if not line:
            return answer, "no end"
        line = line.strip()
        if line in (b"OK", b"ERROR"):
            return answer, line.decode()
        if line:
            answer.append(line)


print(ask(b"AT"))
print(ask(b"AT+CGMI"))
print(ask(b"AT+CSQ"))
print(ask(b"AT+CSQ"))
print(ask(b"AT+NONE"))
print(ask(b"AT+SLEEP"))
modem.write(b"AT+RAW\r\n")
modem.flush()
print(modem.read(6), modem.any(), modem.txdone())
