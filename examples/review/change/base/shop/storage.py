"""Orders in a JSON file."""

import json
import os


class Storage:
    """Keeps records in one file. A crash leaves the old file or the new one."""

    def __init__(self, path):
        self.path = path

    def load(self):
        if not os.path.exists(self.path):
            return []
        with open(self.path, encoding="utf-8") as file:
            return json.load(file)

    def append(self, record):
        records = self.load()
        records.append(record)
        temporary = f"{self.path}.new"
        with open(temporary, "w", encoding="utf-8") as file:
            json.dump(records, file, indent=2)
            file.write("\n")
        os.replace(temporary, self.path)
        return len(records)
