"""The parts of the generator of the Harbourside example."""
