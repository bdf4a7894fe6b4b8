"""What makes a forum succeed: planned comparisons, their intervals, and what they cannot say."""
