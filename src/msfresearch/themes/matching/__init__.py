"""Patterns of the frame, found in text: syntax, folding, one pass over many answers."""
