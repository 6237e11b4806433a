"""NIR graphs: trained networks from other frameworks, run as the chip would run them, and networks handed back.

``from_nir(graph_or_path)`` gives a :class:`Deployment`, which runs recorded data; ``to_nir(net)`` gives a graph of a network;
``read`` and ``write`` are for files. The package ``nir`` is not needed: graphs are its objects where it is installed, else a
:class:`Graph` that looks the same.
"""

from gennaker.nir._deployment import Deployment, DeploymentRun, from_nir
from gennaker.nir._files import read, to_nir, write
from gennaker.nir._graph import Graph, Node

__all__ = ["Deployment", "DeploymentRun", "Graph", "Node", "from_nir", "read", "to_nir", "write"]
