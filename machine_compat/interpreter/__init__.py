"""Runs a script as a board would: its own modules and builtins, its own files, boot.py, main.py and resets."""
