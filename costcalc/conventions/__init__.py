"""What counts, as data: conventions by name and in files of one's own."""
