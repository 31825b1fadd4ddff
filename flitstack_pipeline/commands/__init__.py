"""Subcommands of `flitstack` that are not verbs of a migration."""
