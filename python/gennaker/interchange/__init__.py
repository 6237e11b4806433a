"""From and to the files and objects of other tools.

=================================  =============================================  ==========================
out of a :class:`gennaker.Result`  into                                           needs
=================================  =============================================  ==========================
``to_neo()``                       a block of Neo, for Elephant and others        ``pip install neo``
``to_pandas()``                    a data frame                                   ``pip install pandas``
``to_arrow()``                     a table of Arrow                               ``pip install pyarrow``
``write_parquet``, ``_feather``    files that most tools for data read            ``pip install pyarrow``
``write_sonata``                   files of large circuits: spikes and reports    ``pip install h5py``
``to_nwb()``, ``write_nwb``        files of laboratories                          ``pip install pynwb``
``write_npz``, ``write_csv``       arrays, text                                   nothing
=================================  =============================================  ==========================

:func:`from_sonata` and :func:`from_neo` are the way in: spike times as the parameters of a ``spike_list``. In a shell,
``python -m gennaker export RESULTS --to neo OUT`` writes any of these from a result folder.

**The one decision**: arrays stay arrays. Spikes leave as two columns, sorted by tick, then neuron, and no object is made for a
neuron unless somebody looks at it. The price: what annotates a population is repeated for its neurons.

**What it does not know**: which neurons a population did not record; all count as recorded, and silent ones have empty trains.
"""

from gennaker.interchange._common import Chosen
from gennaker.interchange._export import FORMATS, export
from gennaker.interchange._neo import from_neo
from gennaker.interchange._sonata import from_sonata

__all__ = ["FORMATS", "Chosen", "export", "from_neo", "from_sonata"]
