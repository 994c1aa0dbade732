"""What a maintainer reads after a run: Markdown for a pull request, JUnit XML for tools, one HTML page."""
