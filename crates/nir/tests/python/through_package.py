"""Reads a NIR file with the reference package, checks its types, writes it again: `through_package.py IN OUT`.

Prints, per node, the shapes that the package infers: `name|input|output`. Needs the package `nir`.
"""

import sys

import nir


def shape(types):
    """The only shape in a node's types."""
    (only,) = types.values()
    return " ".join(str(int(n)) for n in only)


def main(source, target):
    graph = nir.read(source)
    for name, node in graph.nodes.items():
        print(f"{name}|{shape(node.input_type)}|{shape(node.output_type)}")
    nir.write(target, graph)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
