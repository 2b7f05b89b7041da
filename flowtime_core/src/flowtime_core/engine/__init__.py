"""Model -> plan -> numbers: compile, order, simulate; one recurrence per module in ``kernels``."""
