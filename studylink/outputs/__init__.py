"""What researchers want to take out of the secure place, held against what may be public."""
