"""The parts of the ServeCircle example's generator."""
