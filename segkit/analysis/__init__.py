"""What can be said of a rule besides its answer: what it means, what it reads, and how it is computed."""
