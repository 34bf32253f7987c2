"""The networks that look at images: classifiers that name modes, and extractors of features."""
