"""What participants, and those who answer them, are shown: a command for each question."""
