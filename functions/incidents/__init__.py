"""Incidents: what is to be done about each cluster, from its verdict, its item and the time. Pure.

CheckReplication and Notify decide with it; the state machine moves what is decided into the
incidents table. In the order of use: `asked` says what a run checks, `incident` reads an item of
the table, `decision` decides about one cluster, `work` about all of a run, `monitor` about a check
that failed itself. `times` names every lease, window and wait once.
"""
