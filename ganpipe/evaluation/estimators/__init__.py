"""The mathematics of the metrics: arrays in, numbers out, and what an ideal sampler would score by chance."""
