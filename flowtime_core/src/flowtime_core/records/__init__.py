"""Immutable values that every layer shares: attrs classes without behaviour beyond reading themselves."""
