"""End whatever runs of this checkout left running, and remove what they wrote, outside of the checkout too.

It refuses while a run is under way.
"""

import sys

from deploy.local.processes import ServerError, end_all

if __name__ == "__main__":
    try:
        end_all()
    except ServerError as error:
        sys.exit(str(error))
