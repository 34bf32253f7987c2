"""From experiments to runs: what the configuration asks for, expanded, named and written down."""
