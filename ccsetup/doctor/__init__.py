"""Diagnoses profiles: probes find faults, `run` schedules them, `report` says what became of each profile."""
