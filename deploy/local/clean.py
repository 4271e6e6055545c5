"""End whatever runs of this checkout left running, and remove what they wrote, outside of the checkout too."""

from deploy.local.processes import end_all

if __name__ == "__main__":
    end_all()
