"""Datasets: where rows come from, what was found in them when they were added, and the union of their fields."""
