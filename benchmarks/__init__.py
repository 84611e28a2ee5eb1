"""Side-by-side measurements: the monitor against what it replaces and against bare costs."""
