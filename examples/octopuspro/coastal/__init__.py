"""The made-up Coastal Cleaning Co: its customers, work and books, built from one fixed seed."""
