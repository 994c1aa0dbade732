"""The website widget: `widget_routes` serves its files."""

from rag.widget.routes import widget_routes

__all__ = ["widget_routes"]
