"""Checks which module imports which, against rules for the layers of a program.

The rules come from outside the change, so that a change cannot loosen them. Imports
are read from the syntax tree: those inside functions count, those in texts do not.
"""

import argparse
import ast
import fnmatch
import json
import os
import platform

from answer import CannotAnswer, print_document, run, violation

FORBIDDEN = "forbidden-import"
UNASSIGNED = "module-without-layer"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rules", required=True, help="JSON: layers, and modules without one")
    parser.add_argument("--repository", required=True, help="the checked out change")
    parser.add_argument("files", nargs="+", help="Python files, relative to the repository")
    arguments = parser.parse_args()
    rules = Rules(arguments.rules)
    found = []
    for file in arguments.files:
        found.extend(problems_of(rules, arguments.repository, file))
    summary = f"Checked the imports of {len(arguments.files)} files against the layers."
    return print_document("check_layers", found, [FORBIDDEN, UNASSIGNED], summary)


class Rules:
    """The layers: which modules they hold, and which other layers these may import."""

    def __init__(self, path):
        try:
            with open(path, encoding="utf-8") as file:
                rules = json.load(file)
            layers = rules["layers"]
            self.modules = {layer: list(rule["modules"]) for layer, rule in layers.items()}
            self.allowed = {layer: list(rule["may_import"]) for layer, rule in layers.items()}
            self.without_layer = list(rules.get("without_layer", []))
        except OSError as error:
            raise CannotAnswer(f"{path}: {error.strerror}") from None
        except json.JSONDecodeError as error:
            raise CannotAnswer(f"{path} is no JSON: {error}") from None
        except (KeyError, TypeError, AttributeError):
            raise CannotAnswer(
                f"{path} needs the form "
                '{"layers": {"name": {"modules": ["…"], "may_import": ["…"]}}}'
            ) from None
        for layer, allowed in self.allowed.items():
            for name in allowed:
                if name not in self.modules:
                    raise CannotAnswer(f"{path}: `{layer}` may import `{name}`, which is no layer")

    def layer_of(self, module):
        """The layer of a module, or None."""
        for layer, patterns in self.modules.items():
            if any(fnmatch.fnmatchcase(module, pattern) for pattern in patterns):
                return layer
        return None

    def needs_layer(self, module):
        return not any(fnmatch.fnmatchcase(module, pattern) for pattern in self.without_layer)


def problems_of(rules, repository, file):
    tree = syntax_tree(repository, file)
    module, package = names_of(file)
    layer = rules.layer_of(module)
    if layer is None:
        if rules.needs_layer(module):
            description = f"`{module}` belongs to no layer, so nothing checks its imports"
            suggestion = "Put it into one of the layers, or name it in the rules."
            yield violation(file, 1, UNASSIGNED, "MEDIUM", description, suggestion)
        return
    seen = set()
    for line, imported in imports_of(tree, package):
        other = rules.layer_of(imported)
        if other in (None, layer) or other in rules.allowed[layer] or (line, other) in seen:
            continue
        seen.add((line, other))
        description = f"`{module}` ({layer}) imports `{imported}` ({other})"
        allowed = ", ".join(rules.allowed[layer]) or "no other layer"
        suggestion = f"The layer {layer} may import {allowed}. Have a caller pass in what it needs."
        yield violation(file, line, FORBIDDEN, "HIGH", description, suggestion)


def syntax_tree(repository, file):
    try:
        with open(os.path.join(repository, file), "rb") as source:
            return ast.parse(source.read(), filename=file)
    except OSError as error:
        raise CannotAnswer(f"{file}: {error.strerror}") from None
    except (SyntaxError, ValueError, RecursionError) as error:
        version = platform.python_version()
        raise CannotAnswer(f"Python {version} cannot parse {file}: {error}") from None


def names_of(file):
    """The module that a file is, and the package in which its relative imports begin."""
    parts = file[: -len(".py")].split("/")
    if parts[-1] == "__init__":
        return ".".join(parts[:-1]), parts[:-1]
    return ".".join(parts), parts[:-1]


def imports_of(tree, package):
    """Every import: (line, module). Of `from a import b` it is not known whether `b` is a
    module, so there are both `a.b` and `a`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield node.lineno, name.name
        elif isinstance(node, ast.ImportFrom):
            parts = package[: len(package) - node.level + 1] if node.level else []
            if node.module:
                parts = [*parts, node.module]
            for name in node.names:
                yield node.lineno, ".".join([*parts, name.name])
            yield node.lineno, ".".join(parts)


if __name__ == "__main__":
    run(main)
