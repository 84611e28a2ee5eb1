"""What the error log says: from the rows of the query to the causes behind the findings.

In the order of the pipeline: `events` reads the rows; `occurrences` joins the lines of each error
(`line`), finds whose it is (`workers`), what it speaks of (`cause`) and which names it gives
(`facts`); `distinct_errors` makes the few distinct ones of them (`error`). `root_cause` refines the
findings by those that are still true (`presence`), in the words of `reason`. What belongs to one
cause is not here but in its entry in `functions.catalogue`. All pure.
"""
