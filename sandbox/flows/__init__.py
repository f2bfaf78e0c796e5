"""One module for each thing that happens at the provider."""
