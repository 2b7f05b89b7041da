"""Telemetry of runs, pure over file trees: bind metrics to series, capture them, make and mend gaps."""
