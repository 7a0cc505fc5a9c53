"""Small, dumb, reusable widgets: domain values in, messages out."""
