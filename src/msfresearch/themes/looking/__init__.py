"""Ways to look at what was coded: words in context, themes together, saturation, what is missed."""
