# The way most first scripts look: star of the package imported by name, results plotted by hand.
from spinnaker2 import hardware, helpers, snn

n = 20
stim = snn.Population(
    size=n,
    neuron_model="spike_list",
    params={i: [i, i + 10] for i in range(n)},
    name="stim",
)

neuron_params = {
    "threshold": 10.0,
    "alpha_decay": 0.9,
    "i_offset": 0.0,
    "v_reset": 0.0,
    "reset": "reset_by_subtraction",
}

pop1 = snn.Population(size=n, neuron_model="lif", params=neuron_params, name="pop1", record=["spikes", "v"])
pop1.set_max_atoms_per_core(5)

conns = []
for i in range(n):
    conns.append([i, i, 6, 1])
    conns.append([i, (i + 1) % n, 5, 0])

proj = snn.Projection(pre=stim, post=pop1, connections=conns)
net = snn.Network("my network")
net.add(stim, pop1, proj)

hw = hardware.SpiNNaker2Chip(eth_ip="192.168.1.48")
timesteps = 40
hw.run(net, timesteps, sys_tick_in_s=1e-3, debug=False)

spike_times = pop1.get_spikes()
voltages = pop1.get_voltages()
indices, times = helpers.spike_times_dict_to_arrays(spike_times)
print("spikes", len(times), "first", times.min(), "last", times.max(), "v", voltages[3].shape)
assert helpers.spike_times_to_matrix(spike_times, n_timesteps=timesteps).sum() == len(times)
