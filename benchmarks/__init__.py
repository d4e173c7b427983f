"""Measurements, each as a ratio between two things timed in the same run: ``python -m benchmarks [NAME]...``."""
