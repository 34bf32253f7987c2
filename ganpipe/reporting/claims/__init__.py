"""A paper's comparative statements, judged from the runs: see ``docs/claims.md``."""
