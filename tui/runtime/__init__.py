"""Drives the pure core with the adapters: observe, settle, apply, connect, doctor. No Textual."""
