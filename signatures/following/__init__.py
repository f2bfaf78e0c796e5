"""Following many things at the provider at once: shared by whatever is bought there and then lives on."""
