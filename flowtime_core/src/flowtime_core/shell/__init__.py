"""The rim: disk, clock, fresh ids, environment, runs and templates on disk. The only package with side effects."""
