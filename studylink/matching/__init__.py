"""Which pupil is which child: probabilistic matching on names, date of birth and address."""
