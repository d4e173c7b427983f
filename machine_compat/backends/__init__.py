"""The real hardware: one operating system or one USB bridge each."""
