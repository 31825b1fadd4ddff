"""What people read: each verb's result as a self-contained HTML page beside its stable JSON, and an index of them."""
