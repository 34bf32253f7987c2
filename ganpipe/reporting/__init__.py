"""Tables, figures and the front page, made from evaluations and ``experiment.json`` alone."""
