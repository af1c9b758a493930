"""Measurements of whole runs beside Python's own process pool: `python -m benchmarks --help`."""
