# Time and energy of a layer that is driven in bursts, as scripts for power management measure them.
import numpy as np
import spinnaker2.neuron_models.lif_neuron
from spinnaker2 import hardware, snn
from spinnaker2.neuron_models.common import DVFSParams, PmgtMode

spinnaker2.neuron_models.lif_neuron.LIFNoDelayApplication.dvfs_params = DVFSParams(mode=PmgtMode.PL_MODE_AUTO, pl_threshold=20)
bursts = {i: [2, 3, 20, 21] if i % 2 else [2, 20] for i in range(60)}
stimulus = snn.Population(60, "spike_list", bursts, name="stimulus", record=[])
layer = snn.Population(
    100,
    "lif_no_delay",
    {"threshold": 100.0, "alpha_decay": 0.9},
    name="layer",
    record=["spikes", "time_done", "n_packets", "performance_level"],
)
layer.set_max_atoms_per_core(50)
net = snn.Network("bursts")
net.add(stimulus, layer, snn.Projection(stimulus, layer, [[i, j, 3, 0] for i in range(60) for j in range(100)]))

hw = hardware.SpiNNaker2Chip(eth_ip="192.168.1.25")
hw.run(net, 40, sys_tick_in_s=1.0e-3, debug=False, record_power=True)
packets, done, levels = layer.get_n_packets(), layer.get_time_done_times(), layer.get_performance_levels()
assert packets.keys() == done.keys() == levels.keys()
for pe in packets:
    print(pe, np.flatnonzero(packets[pe]), packets[pe].max(), np.flatnonzero(levels[pe] > levels[pe].min()), done[pe].max() < 1)
times, watts = hw.power
print(times.shape, watts.shape, hw.energy > 0)
