"""Tables, figures, verdicts and the front page, made from evaluations and what runs left; nothing is measured here."""
