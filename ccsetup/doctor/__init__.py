"""Diagnoses profiles: probes find faults, `run` schedules the probes, `report` summarises each profile."""
