"""Makes tests/corpus: files that are valid HDF5 and hostile all the same. Needs h5py, numpy, nir.

`make_corpus.py FOLDER`. Files differ from run to run in nothing but what h5py and HDF5 changed since.
"""

import pathlib
import struct
import sys

import h5py
import nir
import numpy as np

# Variable-length types within each other, nearly as many as an object header has room for.
LEVELS = 7500


def graph(group, nodes=(), edges=()):
    """A graph's frame: type, edges and an empty group of nodes."""
    group.create_dataset("type", data=np.bytes_("NIRGraph"))
    if edges is not None:
        group.create_dataset("edges", data=np.array(edges, "S3"))
    inner = group.create_group("nodes")
    for name, kind in nodes:
        inner.create_group(name).create_dataset("type", data=np.bytes_(kind))
    return inner


def case(folder, name, libver=("v110", "v114")):
    """A new file with a graph of an Input, a Linear without weight, and an Output."""
    file = h5py.File(folder / f"{name}.nir", "w", libver=libver)
    file.create_dataset("version", data=np.bytes_("1.0.8"))
    nodes = graph(file.create_group("node"), [("in", "Input"), ("fc", "Linear"), ("out", "Output")],
                  [("in", "fc"), ("fc", "out")])
    for port in ("in", "out"):
        nodes[port].create_dataset("shape", data=np.array([2]))
    return file, nodes


def with_weight(folder, name, make, libver=("v110", "v114")):
    file, nodes = case(folder, name, libver)
    make(nodes["fc"])
    file.close()


def patch_chunk(folder, name, change):
    """A packed dataset whose index of chunks has another entry for its only chunk."""
    values = np.arange(64, dtype=np.float32).reshape(32, 2)
    with_weight(folder, name, lambda fc: fc.create_dataset("weight", data=values, chunks=(32, 2), compression="gzip"),
                "earliest")
    path = folder / f"{name}.nir"
    with h5py.File(path) as file:
        size = file["node/nodes/fc/weight"].id.get_chunk_info(0).size
    entry, key = "<IIQQQ", (size, 0, 0, 0, 0)
    sound = path.read_bytes()
    assert sound.count(struct.pack(entry, *key)) == 1
    path.write_bytes(sound.replace(struct.pack(entry, *key), struct.pack(entry, *change(*key))))


def sizes(folder):
    """Datasets that claim more than there is."""
    zeros = np.zeros((2, 2), np.float32)
    with_weight(folder, "huge_chunked", lambda fc: fc.create_dataset(
        "weight", shape=(2**40, 2**20), dtype="f4", chunks=(1024, 1024), compression="gzip"))
    with_weight(folder, "huge_contiguous", lambda fc: fc.create_dataset("weight", shape=(2**40, 2), dtype="f4"))
    with_weight(folder, "overflowing", lambda fc: fc.create_dataset(
        "weight", shape=(2**40, 2**40), dtype="f4", chunks=(1024, 1024)))
    with_weight(folder, "many_chunks", lambda fc: fc.create_dataset(
        "weight", shape=(2**28,), dtype="i1", chunks=(1,)))
    with_weight(folder, "large_chunk", lambda fc: fc.create_dataset(
        "weight", shape=(2, 2), maxshape=(None, None), dtype="f4", chunks=(2**15, 2**14), compression="gzip"))
    with_weight(folder, "unwritten", lambda fc: fc.create_dataset("weight", shape=(2, 2), dtype="f4"))
    with_weight(folder, "packed_zeros", lambda fc: fc.create_dataset(
        "weight", data=np.zeros((1024, 1024), np.float32), compression="gzip", compression_opts=9))
    for libver in ("earliest", ("v110", "v114")):
        name = "patched_old" if libver == "earliest" else "patched_new"
        with_weight(folder, name, lambda fc: fc.create_dataset("weight", data=np.zeros((333, 2), np.float32)), libver)
        path = folder / f"{name}.nir"
        path.write_bytes(path.read_bytes().replace(struct.pack("<QQ", 333, 2), struct.pack("<QQ", 2**51, 2)))
    patch_chunk(folder, "chunk_size", lambda size, mask, *place: (0xFFFFFFF0, mask, *place))
    patch_chunk(folder, "chunk_place", lambda size, mask, *place: (size, mask, 2**64 - 1, *place[1:]))
    with_weight(folder, "empty_axis", lambda fc: fc.create_dataset("weight", data=zeros[:0]))
    with_weight(folder, "many_axes", lambda fc: fc.create_dataset("weight", data=np.zeros((1,) * 32, np.float32)))


def types(folder):
    """Parameters of types that no parameter has."""
    for name, values in {
        "half_big_endian": np.array([[1, 2], [3, 4]], ">f2"),
        "long_double": np.ones((2, 2), np.longdouble),
        "complex": np.ones((2, 2), np.complex64),
        "compound": np.zeros((2, 2), np.dtype([("a", "f4"), ("b", "i4")])),
        "opaque": np.zeros((2, 2), "V7"),
        "unsigned_overflow": np.full((2, 2), 2**64 - 1, np.uint64),
        "text_weight": np.array([[b"a", b"b"]], "S3"),
    }.items():
        with_weight(folder, name, lambda fc, values=values: fc.create_dataset("weight", data=values))
    with_weight(folder, "null", lambda fc: fc.create_dataset("weight", data=h5py.Empty("f4")))
    with_weight(folder, "reference", lambda fc: fc.create_dataset("weight", data=fc.ref, dtype=h5py.ref_dtype))
    with_weight(folder, "array_type", lambda fc: fc.create_dataset("weight", shape=(2,), dtype="(3,)f4"))
    with_weight(folder, "ragged", lambda fc: fc.create_dataset(
        "weight", shape=(2,), dtype=h5py.vlen_dtype(np.float32)))

    def nested(fc):
        deep = h5py.h5t.NATIVE_FLOAT
        for _ in range(LEVELS):
            deep = h5py.h5t.vlen_create(deep)
        h5py.h5d.create(fc.id, b"weight", deep, h5py.h5s.create_simple((2,)))

    with_weight(folder, "deep_type", nested)


def links(folder):
    """Groups that lead back to themselves or out of the file."""
    file, nodes = case(folder, "ring")
    nodes["again"] = file["node"]
    file.close()
    file, nodes = case(folder, "ring_fan", "earliest")
    for k in range(8):
        nodes[f"again{k}"] = file["node"]
    file.close()
    file, nodes = case(folder, "soft_ring")
    nodes["a"] = h5py.SoftLink("/node/nodes/b")
    nodes["b"] = h5py.SoftLink("/node/nodes/a")
    file.close()
    file, nodes = case(folder, "soft_dangling")
    nodes["fc"]["weight"] = h5py.SoftLink("/nowhere")
    file.close()
    file, nodes = case(folder, "external_link")
    nodes["fc"]["weight"] = h5py.ExternalLink("huge_chunked.nir", "/node/nodes/fc/weight")
    file.close()
    with_weight(folder, "external_data", lambda fc: fc.create_dataset(
        "weight", shape=(2, 2), dtype="f4", external=[("ring.nir", 0, 16)]))
    layout = h5py.VirtualLayout((2, 2), "f4")
    layout[:, :] = h5py.VirtualSource("ring.nir", "weight", (2, 2))
    with_weight(folder, "virtual", lambda fc: fc.create_virtual_dataset("weight", layout))
    file, nodes = case(folder, "deep_groups")
    inner = nodes
    for _ in range(60):
        inner = inner.create_group("g")
    file.close()


def contents(folder):
    """Sound HDF5, and nothing that NIR has."""
    zeros = np.zeros((2, 2), np.float32)

    def variant(name, change):
        file, nodes = case(folder, name)
        nodes["fc"].create_dataset("weight", data=zeros)
        change(file, nodes)
        file.close()

    def replace(group, name, **dataset):
        del group[name]
        if dataset:
            group.create_dataset(name, **dataset)

    variant("sound", lambda file, nodes: None)
    variant("surplus_field", lambda file, nodes: nodes["fc"].create_dataset("bias", data=zeros[0]))
    variant("edge_triples", lambda file, nodes: replace(
        file["node"], "edges", data=np.array([["in", "fc", "out"]], "S3")))
    variant("edge_numbers", lambda file, nodes: replace(file["node"], "edges", data=np.ones((2, 2))))
    variant("type_number", lambda file, nodes: replace(nodes["fc"], "type", data=7))
    variant("no_type", lambda file, nodes: replace(nodes["fc"], "type"))
    variant("nodes_dataset", lambda file, nodes: replace(file["node"], "nodes", data=1.0))
    variant("node_dataset", lambda file, nodes: replace(nodes, "fc", data=1.0))
    variant("negative_shape", lambda file, nodes: replace(nodes["in"], "shape", data=np.array([-2])))
    variant("fractional_shape", lambda file, nodes: replace(nodes["in"], "shape", data=np.array([2.5])))
    variant("metadata_text", lambda file, nodes: file["node"].create_dataset("metadata", data=np.bytes_("x")))
    variant("version_number", lambda file, nodes: replace(file, "version", data=1.0))
    variant("latin_name", lambda file, nodes: nodes.id.links.create_soft(b"caf\xe9", b"/node/nodes/fc"))
    single = h5py.File(folder / "single_node.nir", "w", libver="latest")
    single.create_group("node").create_dataset("type", data=np.bytes_("Linear"))
    single.close()
    h5py.File(folder / "no_graph.nir", "w", libver="latest").close()


def bases(folder):
    """Sound files to be damaged: as the reference package writes them, and in the newest format."""
    inner = nir.NIRGraph(
        {"input": nir.Input(np.array([4])), "w": nir.Linear(np.eye(4)), "output": nir.Output(np.array([4]))},
        [("input", "w"), ("w", "output")])
    one = np.ones(4)
    whole = nir.NIRGraph(
        {"input": nir.Input(np.array([3])), "fc": nir.Affine(np.ones((4, 3), np.float32), one), "net": inner,
         "lif": nir.LIF(one * 0.01, one, one * 0, one), "output": nir.Output(np.array([4]))},
        [("input", "fc"), ("fc", "net"), ("net", "lif"), ("lif", "output")], metadata={"by": "gennaker"})
    nir.write(folder / "base_old.nir", whole)
    with h5py.File(folder / "base_old.nir") as old, h5py.File(folder / "base_new.nir", "w", libver=("v110", "v114")) as new:
        for name in old:
            old.copy(name, new)


def main(folder):
    folder = pathlib.Path(folder)
    folder.mkdir(exist_ok=True)
    for make in (sizes, types, links, contents, bases):
        make(folder)


if __name__ == "__main__":
    main(sys.argv[1])
