"""``python -m flowtime_cli``."""

from flowtime_cli.main import main

main()
