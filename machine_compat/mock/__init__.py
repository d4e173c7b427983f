"""The simulated world: virtual time, wires, and the chips that hang on them."""
