"""Results that travel with the repository: rows, tables and figures that are published here and restored elsewhere."""
