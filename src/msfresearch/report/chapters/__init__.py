"""What each notebook shows and says, composed from results: a changed number changes the words."""
