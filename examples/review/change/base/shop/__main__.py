"""`python3 -m shop`."""

import sys

from shop.cli import main

sys.exit(main(sys.argv[1:]))
