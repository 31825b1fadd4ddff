"""The map: its language (`objects`, `spec`, `migration`), reading it (`loading`, `validate`), its order, its plan (`compile`)."""
