"""What a migration goes through: one module per verb, each a function from an open migration to a frozen result."""
