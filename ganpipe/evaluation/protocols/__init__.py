"""The protocols: which samples of a run are compared with which of its dataset, and what is reported of it."""
