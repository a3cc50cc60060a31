"""One check a file, found by walking (harness/doctor/diagnosis.py)."""
