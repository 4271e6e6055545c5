"""Tables: organisations, blocs and members as officers keep them, in .xlsx and .csv, taken in and given out.

`reading.py` makes rows of a file, in a process of its own with little memory and time. `columns.py` finds out what the
columns are, `cells.py` what a row says in them, `planning.py`, of members `members.py`, which commands tell what is not
recorded yet (`known.py`, `telling.py`; all five pure); `importing.py` looks up, tells and reports. `writing.py` and
`exporting.py` give the same columns out.
"""
