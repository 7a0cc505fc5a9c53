"""The only code that knows python-gitlab and HTTP. Importing this package imports neither."""
