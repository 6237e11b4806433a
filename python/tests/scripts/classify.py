# A small classifier that presents samples one after the other, as the MNIST and Braille notebooks do.
import argparse
import os
import sys

import numpy as np
import spinnaker2.neuron_models.lif_neuron
from spinnaker2 import brian2_sim, hardware, snn
from spinnaker2.ann2snn_helpers import sparse_connection_list_from_dense_weights
from spinnaker2.experiment_backends import BackendSettings, ExperimentBackendType
from spinnaker2.experiment_backends.backend_settings import ROUTING
from spinnaker2.neuron_models.common import DVFSParams, PmgtMode

parser = argparse.ArgumentParser()
parser.add_argument("--backend", choices=["chip", "board", "brian2"], default="chip")
args = parser.parse_args()

spinnaker2.neuron_models.lif_neuron.LIFNoDelayApplication.dvfs_params = DVFSParams(mode=PmgtMode.PL_MODE_AUTO, pl_threshold=5)
settings = BackendSettings()
settings.routing_type = ROUTING.C2C
backend_type = ExperimentBackendType(os.environ.get("PYS2_EXPERIMENT_BACKEND", "spinnman2"))

rng = np.random.default_rng(0)
prototypes = rng.choice([-1, 1], size=(3, 50))
weights = np.round(127 / 2 * prototypes.T)

input_pop = snn.Population(50, "spike_list", params={}, name="input", record=[])
output_pop = snn.Population(
    3, "lif_no_delay", params={"threshold": 1000.0, "alpha_decay": 0.99, "i_offset": np.zeros(3)}, name="output"
)
net = snn.Network()
net.add(input_pop)
net.add(output_pop)
net.add(snn.Projection(input_pop, output_pop, sparse_connection_list_from_dense_weights(weights, 0), name="dense"))

correct = 0
for label in range(3):
    input_pop.params = {i: [1, 4, 7, 10] for i in range(50) if prototypes[label, i] > 0}
    if args.backend == "brian2":
        hw = brian2_sim.Brian2Backend()
    elif args.backend == "board":
        hw = hardware.SpiNNcloud48NodeBoard(stm_ip="10.0.0.1", eth_ip="10.0.0.2", experiment_backend_type=backend_type)
    else:
        hw = hardware.SpiNNaker2Chip(eth_ip="10.0.0.1")
    hw.run(net, 20, sys_tick_in_s=2.5e-3, debug=False, experiment_backend_settings=settings)
    counts = [len(spikes) for spikes in output_pop.get_spikes().values()]
    correct += int(np.argmax(counts) == label)
    net.reset()
    del hw

print(f"{correct} of 3 correct with {args.backend}")
sys.exit(0 if correct == 3 else 1)
