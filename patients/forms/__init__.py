"""What people type, checked for shape; acts check its meaning."""
