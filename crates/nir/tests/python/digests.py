"""Digests of NIR files as h5py reads them: `digests.py FOLDER FILE...` prints file, nodes, edges, SHA-256 of a listing.

The listing is the one of tests/common/mod.rs, made independently of it. Needs h5py and numpy.
"""

import hashlib
import pathlib
import sys

import h5py
import numpy as np

ARRAYS = "weight bias scale delay threshold r tau tau_syn tau_mem v_leak v_threshold v_reset w_in".split()


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def kept(values):
    """The array in the precision in which it is kept: halves are singles, integers are of 64 bits."""
    if values.dtype.kind == "f":
        wide = np.float64 if values.dtype.itemsize == 8 else np.float32
        return ("f64" if wide is np.float64 else "f32"), values.astype(wide)
    return "i64", values.astype(np.int64)


def listing(graph, path=""):
    lines, n_nodes, n_edges = [], 0, 0
    for name in sorted(graph["nodes"], key=lambda name: name.encode()):
        node = graph["nodes"][name]
        at = f"{path}|{name}" if path else name
        kind = node["type"][()].decode()
        lines.append(f"{at} {kind}")
        n_nodes += 1
        for field in sorted(set(ARRAYS) & set(node)):
            precision, values = kept(np.asarray(node[field][()]))
            shape = ", ".join(str(n) for n in values.shape)
            data = values.astype(values.dtype.newbyteorder("<")).tobytes()
            lines.append(f" {field} {precision} [{shape}] {sha256(data)}")
        if kind == "NIRGraph":
            inner, nodes, edges = listing(node, at)
            lines += inner
            n_nodes += nodes
            n_edges += edges
    for source, target in graph["edges"][()]:
        lines.append(f"{source.decode()} -> {target.decode()}")
        n_edges += 1
    return lines, n_nodes, n_edges


def main(folder, files):
    for file in files:
        with h5py.File(pathlib.Path(folder) / file) as root:
            lines, n_nodes, n_edges = listing(root["node"])
        print(file, n_nodes, n_edges, sha256("".join(line + "\n" for line in lines).encode()))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
