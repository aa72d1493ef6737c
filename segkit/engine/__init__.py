"""The one place where SQL is run."""
