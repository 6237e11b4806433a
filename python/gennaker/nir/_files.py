"""Files, and networks as graphs."""

from gennaker import _gennaker
from gennaker._user import warn
from gennaker.nir._graph import core_graph, from_core
from gennaker.nir._options import core_options
from gennaker.snn import _convert


def read(path):
    """The graph in a file: an object of the package ``nir`` where that is installed and takes it, else a :class:`Graph`."""
    return from_core(core_graph(path))


def write(path, graph):
    """Writes a graph, of whatever class, to a file: whole or not at all."""
    core_graph(graph).write(path)


def to_nir(net, *, dt=None, integrator=None, outputs=None, single_precision=False):
    """The graph of a network: the inverse of :func:`from_nir`.

    ``net`` is a ``snn.Network`` or a :class:`gennaker.Network` of ``spike_list``, ``lif_no_delay``, ``lif_curr_exp_no_delay``
    and ``lif_conv2d`` populations (``lif`` and ``lif_curr_exp`` if all delays are 0). ``dt`` is the time that a tick stands
    for, in seconds (1e-4); time constants follow from it and ``integrator``. ``outputs`` names populations that feed an
    Output; by default those that feed no other.

    Parameters are in double precision, so that ``from_nir(to_nir(net))`` is the same network again; ``single_precision`` is
    for frameworks that need it. The graph says in its metadata how it was made, which :func:`from_nir` follows.
    """
    network = net if isinstance(net, _gennaker.Network) else _convert.built(net)[0]
    options = core_options(None, {"dt": dt, "integrator": integrator, "outputs": outputs})
    graph, notes = _gennaker.NirGraph.of_network(
        network,
        options.get("dt_s", 1e-4),
        options.get("integrator", "forward"),
        options.get("outputs"),
        bool(single_precision),
    )
    for note in notes:
        warn(note)
    return from_core(graph)
