"""Merge policies: how the fragments of one profile become one, as statements and as views."""
