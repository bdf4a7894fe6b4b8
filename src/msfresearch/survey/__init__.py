"""From raw files to clean tables: instruments, readers, cleaning, context."""
