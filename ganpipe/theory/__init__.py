"""What the papers prove, as functions: packing, mode-collapse regions, optimal batch discriminators, gradients of sets.

NumPy and SciPy only; nothing here trains or needs a result. Arguments outside their range raise ValueError.
"""
