"""The map: its language (`spec`, `migration`), reading it (`loading`, `validate`), its order (`graph`), its plan (`compile`)."""
