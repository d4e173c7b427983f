"""Lists the names each MicroPython port has, so that no script finds more on a simulated board than on a real one.

For each port: "machine" has the module's own names; "Pin" those of a class; "Pin()" the keywords its constructor takes
and "Pin.irq()" those of a method; "modules" the modules that not every port has. What all chips of a port share is
here, and what a chip may lack, too: a board file then says so (`lacks`, `lacks_modules`).

# Ref: MicroPython 1.29: MP_ROM_QSTR tables and mp_arg_t tables of ports/*/machine_*.c, ports/*/modmachine.c and
# extmod/machine_*.c; which of them are compiled in: ports/*/mpconfigport.h and py/mpconfig.h
"""

from collections.abc import Mapping
from functools import cache

CORE = (
    "mem8 mem16 mem32 unique_id soft_reset reset reset_cause idle freq lightsleep deepsleep disable_irq enable_irq"
    " Signal Pin RTC Timer ADC I2C SPI UART WDT"
)
PULSES = "bitstream dht_readinto time_pulse_us PWM"
SOFT = "SoftI2C SoftSPI"

I2C = (
    "init deinit scan start stop readinto write readfrom readfrom_into writeto writevto"
    " readfrom_mem readfrom_mem_into writeto_mem"
)
SPI = "init deinit read readinto write write_readinto MSB LSB"
UART = "init deinit flush read readline readinto write any txdone"
PWM = "init deinit freq duty_u16 duty_ns"
TIMER = "init deinit ONE_SHOT PERIODIC"
TARGET = "deinit readinto write irq memaddr IRQ_END_READ IRQ_END_WRITE"
HARD_TARGET = f"{TARGET} IRQ_ADDR_MATCH_READ IRQ_ADDR_MATCH_WRITE IRQ_READ_REQ IRQ_WRITE_REQ"
I2S = "init readinto write deinit irq shift RX TX STEREO MONO"
CAN = (
    "init deinit irq send cancel_send recv set_filters state get_counters get_timings restart MODE_NORMAL MODE_SLEEP"
    " MODE_LOOPBACK MODE_SILENT MODE_SILENT_LOOPBACK STATE_STOPPED STATE_ACTIVE STATE_WARNING STATE_PASSIVE"
    " STATE_BUS_OFF FLAG_RTR FLAG_EXT_ID FLAG_UNORDERED RECV_ERR_FULL RECV_ERR_OVERRUN IRQ_RX IRQ_TX IRQ_STATE"
    " IRQ_TX_FAILED IRQ_TX_IDX_SHIFT IRQ_TX_IDX_MASK TX_QUEUE_LEN FILTERS_MAX"
)
VFS = "VfsFat VfsLfs2 mount umount"
PIN = "init value on off irq board IN OUT PULL_UP IRQ_RISING IRQ_FALLING"
STM_PIN = (
    f"{PIN} low high name names af_list port pin gpio mode pull af mapper dict debug cpu OPEN_DRAIN ALT ALT_OPEN_DRAIN"
    " ANALOG PULL_DOWN OUT_PP OUT_OD AF_PP AF_OD PULL_NONE"
)

COMMON: Mapping[str, str] = {
    "Signal": "value on off",
    "PinBase": "",
    "vfs": VFS,
    "I2C": I2C,
    "SoftI2C": I2C,
    "SoftI2C()": "scl sda freq timeout",
    "SPI": SPI,
    "SoftSPI": SPI,
    "SoftSPI()": "baudrate polarity phase bits firstbit sck mosi miso",
    "Timer": TIMER,
    "Timer()": "id mode callback period tick_hz freq hard",
    "PWM": PWM,
    "WDT": "feed",
    "WDT()": "id timeout",
    "Pin.irq()": "handler trigger hard",
}
"""What most ports take from extmod; a port's own entry goes before it."""

RP2: Mapping[str, str] = {
    "machine": f"{CORE} {PULSES} {SOFT} mem_backup bootloader I2CTarget I2S USBDevice PWRON_RESET WDT_RESET",
    "Pin": (
        f"{PIN} low high toggle cpu OPEN_DRAIN ALT PULL_DOWN ALT_SPI ALT_UART ALT_I2C ALT_PWM ALT_SIO ALT_PIO0 ALT_PIO1"
        " ALT_PIO2 ALT_GPCK ALT_USB ALT_HSTX ALT_XIP_CS1 ALT_CORESIGHT_TRACE ALT_UART_AUX"
    ),
    "Pin()": "mode pull value alt",
    "I2C()": "id freq scl sda timeout",
    "SPI()": "id baudrate polarity phase bits firstbit sck mosi miso",
    "UART": f"{UART} sendbreak irq INV_TX INV_RX CTS RTS IRQ_RXIDLE IRQ_TXIDLE IRQ_BREAK",
    "UART()": "baudrate bits parity stop tx rx cts rts timeout timeout_char invert flow txbuf rxbuf",
    "PWM()": "freq duty_u16 duty_ns invert",
    "ADC": "read_u16 CORE_TEMP",
    "ADC()": "",
    "RTC": "datetime",
    "I2CTarget": HARD_TARGET,
    "I2S": I2S,
    "modules": (
        "rp2 network bluetooth socket ssl tls lwip _thread framebuf asyncio uctypes select neopixel onewire dht ds18x20"
        " deflate cryptolib hashlib heapq json re binascii random errno platform vfs"
    ),
}

ESP32: Mapping[str, str] = {
    "machine": (
        f"{CORE} {PULSES} {SOFT} mem_backup bootloader ADCBlock DAC I2CTarget I2S SDCard USBDevice TouchPad Counter"
        " Encoder sleep wake_reason wake_pins SLEEP DEEPSLEEP HARD_RESET PWRON_RESET WDT_RESET DEEPSLEEP_RESET"
        " SOFT_RESET PIN_WAKE EXT0_WAKE EXT1_WAKE TIMER_WAKE TOUCHPAD_WAKE ULP_WAKE"
    ),
    "Pin": f"{PIN} toggle OPEN_DRAIN PULL_DOWN WAKE_LOW WAKE_HIGH DRIVE_0 DRIVE_1 DRIVE_2 DRIVE_3",
    "Pin()": "mode pull value drive hold",
    "Pin.irq()": "handler trigger wake",
    "I2C()": "id scl sda freq timeout",
    "SPI()": "id baudrate polarity phase bits firstbit sck mosi miso",
    "UART": f"{UART} sendbreak irq INV_TX INV_RX INV_RTS INV_CTS RTS CTS IRQ_RX IRQ_RXIDLE IRQ_BREAK",
    "UART()": "baudrate bits parity stop tx rx rts cts txbuf rxbuf timeout timeout_char invert flow",
    "PWM": f"{PWM} duty",
    "PWM()": "freq duty duty_u16 duty_ns invert lightsleep",
    "ADC": (
        "init deinit block read read_u16 read_uv atten width ATTN_0DB ATTN_2_5DB ATTN_6DB ATTN_11DB WIDTH_9BIT"
        " WIDTH_10BIT WIDTH_11BIT WIDTH_12BIT WIDTH_13BIT"
    ),
    "ADC()": "atten",
    "ADCBlock": "init connect",
    "ADCBlock()": "bits",
    "DAC": "write",
    "DAC()": "",
    "RTC": "init datetime memory",
    "Timer": f"{TIMER} value",
    "Counter": "init deinit value RISING FALLING UP DOWN",
    "Counter()": "src edge direction filter_ns",
    "Encoder": "init deinit value phases",
    "Encoder()": "phase_a phase_b phases filter_ns",
    "TouchPad": "config read",
    "I2CTarget": TARGET,
    "I2S": I2S,
    "SDCard": "info deinit readblocks writeblocks ioctl",
    "modules": (
        "esp esp32 espnow aioespnow network bluetooth socket ssl tls lwip _thread framebuf asyncio uctypes select"
        " neopixel onewire dht ds18x20 deflate cryptolib hashlib heapq json re binascii random errno platform vfs"
        " apa106 btree websocket webrepl flashbdev upysh umqtt"
    ),
}

STM32: Mapping[str, str] = {
    "machine": (
        f"{CORE} {PULSES} {SOFT} mem_backup bootloader CAN I2CTarget I2S SDCard USBDevice rng info sleep PWRON_RESET"
        " HARD_RESET WDT_RESET DEEPSLEEP_RESET SOFT_RESET"
    ),
    "Pin": STM_PIN,
    "Pin()": "mode pull af value alt",
    "I2C()": "id scl sda freq timeout timingr",
    "SPI()": "id baudrate polarity phase bits firstbit sck mosi miso",
    "UART": f"{UART} sendbreak readchar writechar irq RTS CTS IRQ_RX IRQ_RXIDLE",
    "UART()": "baudrate bits parity stop flow timeout timeout_char rxbuf read_buf_len",
    "PWM()": "freq duty_u16 duty_ns invert",
    "ADC": "read_u16 VREF CORE_VREF CORE_TEMP CORE_VBAT",
    "RTC": "init info datetime wakeup calibration",
    "I2CTarget": HARD_TARGET,
    "I2S": I2S,
    "CAN": CAN,
    "CAN()": "bitrate mode sample_point sjw tseg1 tseg2",
    "SDCard": "present power info read write readblocks writeblocks ioctl init deinit",
    "pyb": (
        "fault_debug bootloader hard_reset info unique_id freq repl_info wfi disable_irq enable_irq irq_stats stop"
        " standby main repl_uart country usb_mode hid_mouse hid_keyboard USB_HID USB_VCP have_cdc hid millis"
        " elapsed_millis micros elapsed_micros delay udelay sync mount Timer rng RTC Pin ExtInt pwm servo Servo Switch"
        " Flash SD SDCard MMCard LED I2C SPI UART CAN ADC ADCAll DAC Accel LCD"
    ),
    "modules": (
        "pyb stm network socket ssl tls lwip framebuf asyncio uctypes select onewire dht deflate cryptolib hashlib"
        " heapq json re binascii random errno platform vfs lcd160cr"
    ),
}

ESP8266: Mapping[str, str] = {
    "machine": (f"{CORE} {PULSES} {SOFT} sleep DEEPSLEEP PWRON_RESET HARD_RESET DEEPSLEEP_RESET WDT_RESET SOFT_RESET"),
    "Pin": "init value on off toggle irq IN OUT OPEN_DRAIN PULL_UP IRQ_RISING IRQ_FALLING",
    "Pin()": "mode pull value",
    "I2C()": "scl sda freq timeout",
    "SPI()": "baudrate polarity phase",
    "UART": UART,
    "UART()": "baudrate bits parity stop tx rx rxbuf timeout timeout_char",
    "PWM": f"{PWM} duty",
    "PWM()": "freq duty duty_u16 duty_ns",
    "ADC": "read read_u16",
    "ADC()": "",
    "RTC": "datetime memory alarm alarm_left irq ALARM0",
    "Timer()": "mode callback period tick_hz freq hard",
    "modules": (
        "esp espnow network socket ssl tls lwip framebuf asyncio uctypes select neopixel onewire dht ds18x20 deflate"
        " cryptolib hashlib heapq json re binascii random errno platform vfs apa102 btree websocket webrepl flashbdev"
        " port_diag upysh umqtt"
    ),
}

MIMXRT: Mapping[str, str] = {
    "machine": (
        f"{CORE} {PULSES} {SOFT} mem_backup bootloader CAN I2CTarget I2S SDCard Counter Encoder LED PWRON_RESET"
        " WDT_RESET SOFT_RESET"
    ),
    "Pin": (
        f"{PIN} low high toggle cpu OPEN_DRAIN PULL_UP_47K PULL_UP_22K PULL_DOWN PULL_HOLD DRIVE_OFF DRIVE_0 DRIVE_1"
        " DRIVE_2 DRIVE_3 DRIVE_4 DRIVE_5 DRIVE_6"
    ),
    "Pin()": "mode pull value drive",
    "I2C()": "id freq drive timeout",
    "SPI()": "id baudrate polarity phase bits firstbit gap_ns drive cs",
    "UART": f"{UART} sendbreak irq INV_TX INV_RX CTS RTS IRQ_RXIDLE IRQ_TXIDLE",
    "UART()": "baudrate bits parity stop flow timeout timeout_char invert rxbuf txbuf",
    "PWM()": "freq duty_u16 duty_ns center align invert sync xor deadtime",
    "ADC": "read_u16 read_uv",
    "ADC()": "",
    "RTC": "init datetime calibration alarm alarm_left alarm_cancel cancel irq ALARM0",
    "WDT": "feed timeout_ms",
    "Counter": ("init deinit irq value cycles IRQ_RESET IRQ_INDEX IRQ_MATCH IRQ_ROLL_UNDER IRQ_ROLL_OVER UP DOWN"),
    "Counter()": "src direction reset match match_pin filter_ns max min index",
    "Encoder": "init deinit irq value cycles IRQ_RESET IRQ_INDEX IRQ_MATCH IRQ_ROLL_UNDER IRQ_ROLL_OVER",
    "Encoder()": "phase_a phase_b phases reset match match_pin filter_ns max min index",
    "LED": "on off toggle",
    "I2CTarget": HARD_TARGET,
    "I2S": I2S,
    "CAN": CAN,
    "CAN()": "bitrate mode sample_point sjw tseg1 tseg2",
    "SDCard": "init deinit present info readblocks writeblocks ioctl",
    "vfs": f"{VFS} VfsRom",
    "modules": (
        "mimxrt network socket ssl tls lwip framebuf asyncio uctypes select onewire dht ds18x20 deflate cryptolib"
        " hashlib heapq json re binascii random errno platform vfs"
    ),
}

SAMD: Mapping[str, str] = {
    "machine": (
        f"{CORE} {PULSES} {SOFT} bootloader DAC I2CTarget USBDevice PWRON_RESET HARD_RESET WDT_RESET SOFT_RESET"
        " DEEPSLEEP_RESET"
    ),
    "Pin": f"{PIN} low high toggle disable drive cpu OPEN_DRAIN PULL_OFF PULL_DOWN LOW_POWER HIGH_POWER",
    "Pin()": "mode pull value drive",
    "I2C()": "id freq scl sda timeout",
    "SPI()": "baudrate polarity phase firstbit sck mosi miso",
    "UART": f"{UART} sendbreak irq IRQ_RX IRQ_RXIDLE IRQ_TXIDLE",
    "UART()": "baudrate bits parity stop tx rx timeout timeout_char rxbuf txbuf rts cts",
    "PWM()": "freq duty_u16 duty_ns invert device",
    "ADC": "read_u16 deinit read_timed busy INT_VREF VDDA VDDA2 AREF AREFB AREFC",
    "ADC()": "id bits average vref callback",
    "DAC": "write busy deinit write_timed INT_VREF VDDA AREF AREFB",
    "DAC()": "id vref callback",
    "RTC": "init datetime calibration",
    "WDT": "feed timeout_ms",
    "I2CTarget": HARD_TARGET,
    "vfs": f"{VFS} VfsRom",
    "modules": (
        "samd framebuf asyncio uctypes select neopixel onewire dht ds18x20 deflate cryptolib hashlib heapq json re"
        " binascii random errno platform vfs"
    ),
}

NRF: Mapping[str, str] = {
    "machine": (
        "mem8 mem16 mem32 mem_backup unique_id soft_reset reset reset_cause idle freq lightsleep deepsleep disable_irq"
        " enable_irq bootloader Signal Pin Timer ADC I2C SoftI2C SPI UART PWM RTCounter Temp info sleep HARD_RESET"
        " WDT_RESET SOFT_RESET LOCKUP_RESET PWRON_RESET LPCOMP_RESET DEBUG_IF_RESET NFC_RESET"
    ),
    "Pin": f"{PIN} low high name names af_list port pin mode pull af mapper dict cpu PULL_DISABLED PULL_DOWN",
    "Pin()": "mode pull af value alt",
    "I2C()": "id scl sda freq timeout",
    "SPI()": "id baudrate polarity phase bits firstbit sck mosi miso",
    "UART": f"{UART} readchar writechar irq IRQ_RX IRQ_TXIDLE",
    "UART()": "id baudrate timeout timeout_char",
    "PWM": f"{PWM} duty",
    "PWM()": "pin freq duty duty_u16 duty_ns invert device channel",
    "ADC": "read_u16 value battery_level",
    "ADC()": "id",
    "Timer": "time period start stop deinit ONESHOT PERIODIC",
    "Timer()": "id period mode callback",
    "RTCounter": "start stop counter deinit ONESHOT PERIODIC FREQUENCY",
    "RTCounter()": "id period mode callback",
    "Temp": "read",
    "modules": (
        "nrf board ble ubluepy music microbit framebuf asyncio uctypes select onewire dht deflate cryptolib hashlib"
        " heapq json re binascii random errno platform vfs"
    ),
}

CC3200: Mapping[str, str] = {
    "machine": (
        "mem8 mem16 mem32 unique_id soft_reset reset reset_cause idle freq lightsleep deepsleep disable_irq enable_irq"
        " Signal main rng sleep wake_reason RTC Pin ADC I2C SPI UART Timer SD WDT IDLE SLEEP DEEPSLEEP PWRON_RESET"
        " HARD_RESET WDT_RESET DEEPSLEEP_RESET SOFT_RESET WLAN_WAKE PIN_WAKE RTC_WAKE"
    ),
    "Pin": (
        "init value toggle id mode pull drive alt_list irq board IN OUT OPEN_DRAIN ALT ALT_OPEN_DRAIN PULL_UP PULL_DOWN"
        " LOW_POWER MED_POWER HIGH_POWER IRQ_FALLING IRQ_RISING IRQ_LOW_LEVEL IRQ_HIGH_LEVEL"
    ),
    "Pin()": "mode pull value drive alt",
    "Pin.irq()": "trigger priority handler wake",
    "I2C": "init deinit scan readfrom readfrom_into writeto readfrom_mem readfrom_mem_into writeto_mem",
    "I2C()": "id scl sda freq",
    "SPI": "init deinit write read readinto write_readinto MSB",
    "SPI()": "id baudrate bits polarity phase firstbit pins",
    "UART": f"{UART} sendbreak irq RX_ANY IRQ_RX",
    "UART()": "id baudrate bits parity stop pins",
    "ADC": "init deinit channel",
    "ADC()": "id bits",
    "RTC": "init deinit now alarm alarm_left alarm_cancel irq ALARM0",
    "RTC()": "id datetime",
    "Timer": "init deinit channel A B ONE_SHOT PERIODIC PWM POSITIVE NEGATIVE TIMEOUT MATCH",
    "Timer()": "mode width",
    "SD": "init deinit readblocks writeblocks ioctl",
    "SD()": "id pins",
    "modules": "wipy network socket ssl _thread select hashlib json re binascii errno vfs",
}

RENESAS_RA: Mapping[str, str] = {
    "machine": (
        f"{CORE} {SOFT} bootloader dht_readinto time_pulse_us DAC PWM SDCard info sleep PWRON_RESET HARD_RESET"
        " WDT_RESET DEEPSLEEP_RESET SOFT_RESET"
    ),
    "Pin": (
        f"{PIN} low high cpu OPEN_DRAIN ALT ALT_OPEN_DRAIN ANALOG PULL_NONE PULL_DOWN DRIVE_0 DRIVE_1 DRIVE_2 DRIVE_3"
        " IRQ_LOW_LEVEL IRQ_HIGH_LEVEL"
    ),
    "Pin()": "mode pull value drive alt",
    "I2C()": "id freq scl sda",
    "SPI()": "id baudrate polarity phase bits firstbit sck mosi miso",
    "UART": f"{UART} sendbreak readchar writechar irq RTS CTS IRQ_RX IRQ_RXIDLE",
    "UART()": "baudrate bits parity stop flow timeout timeout_char rxbuf read_buf_len",
    "PWM": f"{PWM} duty",
    "PWM()": "pin freq duty",
    "ADC": "read read_u16 VREF CORE_VREF CORE_TEMP",
    "DAC": "deinit read write read_mv write_mv",
    "DAC()": "pin",
    "RTC": "init info datetime wakeup calibration",
    "SDCard": "init deinit present info readblocks writeblocks ioctl",
    "modules": (
        "renesas network socket ssl framebuf asyncio uctypes select onewire dht deflate cryptolib hashlib heapq json re"
        " binascii random errno platform vfs"
    ),
}

PORTS: Mapping[str, Mapping[str, str]] = {
    "rp2": RP2,
    "esp32": ESP32,
    "stm32": STM32,
    "esp8266": ESP8266,
    "mimxrt": MIMXRT,
    "samd": SAMD,
    "nrf": NRF,
    "cc3200": CC3200,
    "renesas-ra": RENESAS_RA,
}


@cache
def names_of(port: str, entry: str) -> frozenset[str] | None:
    """What a port has under an entry; None where nothing is known, as for a class it lacks or a port not listed."""
    table = PORTS.get(port, {})
    found = table.get(entry, COMMON.get(entry) if table else None)
    return None if found is None else frozenset(found.split())


@cache
def every(entry: str) -> frozenset[str]:
    """What any port has under an entry."""
    return frozenset().union(*(names_of(port, entry) or () for port in PORTS))


@cache
def lacking(port: str, entry: str) -> frozenset[str]:
    """What other ports have under an entry, and this one lacks; a port that is not listed lacks nothing."""
    own = names_of(port, entry)
    return frozenset() if own is None else every(entry) - own
