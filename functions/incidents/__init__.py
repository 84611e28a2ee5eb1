"""Incidents: what is to be done about each cluster. Pure."""
