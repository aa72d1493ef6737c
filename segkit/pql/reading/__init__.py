"""Text to tree: tokens, brackets, the parser and what people write by mistake."""
