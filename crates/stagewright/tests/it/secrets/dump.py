"""Writes every value of a SQLite database to standard output, each on its own lines.

A long value lies in several pages, with page numbers in between; here it is whole.
"""

import sqlite3
import sys

database = sqlite3.connect(sys.argv[1])
names = [row[0] for row in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
for name in names:
    for row in database.execute(f'SELECT * FROM "{name}"'):
        for value in row:
            value = value if isinstance(value, bytes) else str(value).encode()
            sys.stdout.buffer.write(value + b"\n")
