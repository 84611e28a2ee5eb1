"""Chalice's entry point."""

from chalice_app import app

__all__ = ["app"]
