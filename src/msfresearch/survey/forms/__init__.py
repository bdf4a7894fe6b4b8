"""What a questionnaire becomes elsewhere: a form, a schema of its data, a file for SPSS."""
