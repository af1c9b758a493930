"""What people ask about runs, read without holding up anybody."""
