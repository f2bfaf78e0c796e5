"""What we claim about speed, runnable: ``benchmarks/run NAME``."""
