"""This file makes OSErrors of ESP-IDF's own error codes.

# Ref: MicroPython ports/esp32/mphalport.c (check_esp_err)
"""


def esp_error(code: int, name: str) -> OSError:
    """An ESP-IDF error as MicroPython raises it: its number below 0, and its name.

    It reads "(-4354, 'ESP_ERR_NVS_NOT_FOUND')".
    """
    # Not OSError(number, name): that would read "[Errno -4354] ...".
    error = OSError()
    error.args, error.errno = (-code, name), -code
    return error
