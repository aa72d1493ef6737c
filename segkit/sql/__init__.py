"""From a plan to a sqlglot statement: the one place where PQL becomes SQL."""
