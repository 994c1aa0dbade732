"""Makes the bundled encoder: `python -m training`. README.md beside this file says what it needs and takes."""
