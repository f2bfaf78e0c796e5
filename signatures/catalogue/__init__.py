"""What the provider sells besides simple signatures, what we sell of it, and how it is found."""
