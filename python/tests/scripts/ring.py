# Positional arguments throughout, connections as one float array, shared helper module beside the script.
import numpy as np
import spinnaker2
import spinnaker2.snn
from ring_helper import ring
from spinnaker2 import hardware as hw_module
from spinnaker2.snn import Network, Population, Projection

size = 12
kick = Population(1, "spike_list", {0: [0]}, "kick")
cells = Population(size, "lif_curr_exp", {"threshold": 1.0, "exc_decay": 0.0, "reset": "reset_to_v_reset"}, "cells")
net = Network("ring")
net.add(
    kick,
    cells,
    Projection(kick, cells, np.array([[0, 0, 5.0, 0.0]])),
    Projection(cells, cells, ring(size)),
)
assert isinstance(cells, spinnaker2.snn.Population) and __name__ == "__main__"
board = hw_module.SpiNNcloud48NodeBoard()
board.run(net, 60)
for neuron, spikes in cells.get_spikes().items():
    print(neuron, spikes)
