"""Which pupil is which child: probabilistic linkage on names, date of birth and address."""
