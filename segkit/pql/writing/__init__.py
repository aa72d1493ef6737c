"""Tree to text: the canonical layout, with its comments."""
