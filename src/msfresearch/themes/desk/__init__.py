"""Where people code: drawing answers, sheets, the log of decisions, adjudication."""
