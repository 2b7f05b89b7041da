"""Templates: parameters, substitution on the parsed tree, instantiation to a model (CONTRACT 3)."""
