"""The page for whoever runs the site: what was asked, what the documents did not answer, what readers thought of it."""

from rag.admin.app import admin_app, mount_admin

__all__ = ["admin_app", "mount_admin"]
