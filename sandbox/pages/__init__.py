"""What people see: signing pages, the inbox, the control desk."""
