"""The ``flowtime`` command: arguments to one call of the core, and its answer to text."""
