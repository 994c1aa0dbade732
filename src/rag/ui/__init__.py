"""The page of the product: `mount_page` puts it on a FastAPI application."""

from rag.ui.page import mount_page

__all__ = ["mount_page"]
