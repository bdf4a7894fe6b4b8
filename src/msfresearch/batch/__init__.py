"""Notebooks run per wave and stage: what runs, what is skipped, and where the pages go."""
