"""How right records are, against gold: matching, scores with intervals, and the report of them."""
