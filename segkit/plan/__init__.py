"""What a set of bound expressions needs, and what they share."""
