"""One neuron, two inputs: the first demo of the NICE 2025 tutorial.

An excitatory and an inhibitory source drive a leaky integrate-and-fire neuron for 50 ticks.

    python -m gennaker examples/single_neuron.py [--plot FILE.png]
"""

import argparse

from spinnaker2 import hardware, snn

TIMESTEPS = 50
THRESHOLD = 10.0

arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
arguments.add_argument("--plot", metavar="FILE", help="save input, voltage and output as a picture (needs matplotlib)")
options = arguments.parse_args()

stimulus = snn.Population(size=2, neuron_model="spike_list", params={0: [1, 4, 9, 11], 1: [20, 30]}, name="stimulus")
neuron = snn.Population(
    size=1,
    neuron_model="lif",
    params={
        "threshold": THRESHOLD,
        "alpha_decay": 0.9,
        "i_offset": 0.0,
        "v_init": 0.0,
        "v_reset": 0.0,
        "reset": "reset_by_subtraction",
    },
    name="neuron",
    record=["spikes", "v"],
)
# pre, post, weight, delay: a spike acts delay + 1 ticks after it was sent.
synapses = snn.Projection(pre=stimulus, post=neuron, connections=[[0, 0, 4, 1], [1, 0, -3, 2]])

net = snn.Network("single neuron")
net.add(stimulus, neuron, synapses)

hw = hardware.SpiNNaker2Chip()
hw.run(net, TIMESTEPS)

spikes = neuron.get_spikes()[0]
voltage = neuron.get_voltages()[0]
print(f"the neuron spikes at {spikes}; its voltage lies between {min(voltage):.2f} and {max(voltage):.2f}")

if options.plot:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, (above, middle, below) = plt.subplots(3, sharex=True, height_ratios=[1, 2, 1], figsize=(7, 5))
    above.eventplot(list(stimulus.params.values()), colors=["C2", "C3"])
    above.set_yticks([0, 1], ["exc.", "inh."])
    above.set_ylabel("input")
    middle.plot(voltage)
    middle.axhline(THRESHOLD, ls="--", color="0.5")
    middle.set_ylabel("voltage")
    below.eventplot([spikes], colors=["C0"])
    below.set_yticks([])
    below.set_ylabel("output")
    below.set(xlabel="tick", xlim=(0, TIMESTEPS))
    figure.savefig(options.plot, dpi=120, bbox_inches="tight")
else:
    blocks = " .:-=+*#%@"
    level = [round((len(blocks) - 1) * max(v, 0) / THRESHOLD) for v in voltage]
    for name, times in (("exc.  ", stimulus.params[0]), ("inh.  ", stimulus.params[1])):
        print(name + "".join("|" if t in times else " " for t in range(TIMESTEPS)))
    print("v     " + "".join(blocks[min(i, len(blocks) - 1)] for i in level))
    print("output" + "".join("|" if t in spikes else " " for t in range(TIMESTEPS)))
