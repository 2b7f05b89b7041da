"""One recurrence each, over float64 arrays [bin, scenario]. No kernel knows another kernel."""
