"""``python -m qsospec_duck`` is ``qsospec-duck``."""

import sys

from qsospec_duck.cli import main

if __name__ == "__main__":
    sys.exit(main())
