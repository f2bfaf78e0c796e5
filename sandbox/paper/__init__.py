"""What comes out as a file: signed PDFs, audit trails."""
