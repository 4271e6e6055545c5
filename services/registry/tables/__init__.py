"""Tables: organisations, blocs and members as officers keep them, in .xlsx and .csv, taken in and given out.

`reading.py` makes rows of a file, in a process of its own with little memory and time. `columns.py` finds out what the
columns are, `planning.py` (pure) which commands tell what a row has that is not recorded yet, `importing.py` looks up,
tells and reports. `writing.py` and `exporting.py` give the same columns out.
"""
