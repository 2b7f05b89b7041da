"""Runs as file trees: rendered, read back and verified, without touching a disk."""
