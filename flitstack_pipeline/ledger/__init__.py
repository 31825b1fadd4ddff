"""The memory of a migration: what was done, by whom it was allowed, and how to undo it.

`store.Ledger` is the way in. `records` has the frozen dataclasses that it takes and returns, `jsonvalues` the exact
JSON that it keeps. Nothing is imported here, so that `jsonvalues` can be used without loading SQLAlchemy.
"""
