"""How trained runs become numbers: protocols, the classifier that names modes, and the files they end in."""
