"""The predictive log-likelihood of generators with a learned density around what they make; PresGAN, section 3.3."""
