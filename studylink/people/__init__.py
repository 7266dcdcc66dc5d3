"""What a participant, and whoever answers them, is shown: a command for each question."""
