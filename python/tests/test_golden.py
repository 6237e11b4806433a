"""Recordings of a real chip, spike for spike, through the py-spinnaker2 interface."""

import csv

import numpy as np
import pytest
from conftest import listing_hash

from gennaker import brian2_sim, hardware, snn

N, TIMESTEPS = 400, 400
CURR_EXP = {
    "threshold": 10.0,
    "alpha_decay": 0.8,
    "exc_decay": 0.5,
    "inh_decay": 0.2,
    "i_offset": 0.0,
    "v_init": 0.0,
    "t_refrac": 0,
    "reset": "reset_by_subtraction",
}
LIF = {"threshold": 5.0, "alpha_decay": 0.9, "i_offset": 0.0, "reset": "reset_to_v_reset", "v_reset": 0.0}


def growing():
    return {k: list(range(k, min(2 * k, N))) for k in range(1, 399)}


def moving():
    return {k: list(range(k, min(k + 5, N))) for k in range(399)}


#: model, parameters, recurrent c and s, threshold of the inhibitory neuron, stimulus, spikes on the chip and their hash.
SETS = {
    "A": (
        "lif_curr_exp",
        CURR_EXP,
        6,
        1.0,
        5,
        growing,
        10_188,
        "d6d7bcd11519d27d567896fdf83bbf8c7e451009702ac75958f960869acc15c4",
    ),
    "B": (
        "lif_curr_exp",
        CURR_EXP,
        6,
        1.0,
        5,
        moving,
        651,
        "0370cdbf62aff959db972423135d9107adc2ea1f78f845458381b2d3adb0861b",
    ),
    "C": ("lif", LIF, 12, 1.5, 2, growing, 20_722, "343cc739b25d8219208ddedafc8ba81adaf43295b5c25c0b65cb706856b923cc"),
}


def field(key):
    model, params, c, s, inh_threshold, stimulus, *_ = SETS[key]
    pop1 = snn.Population(N, model, params, name="pop1")
    stim = snn.Population(N, "spike_list", stimulus(), name="stim")
    inh = snn.Population(
        1,
        "lif",
        {"threshold": inh_threshold, "alpha_decay": 1.0, "i_offset": 3.0, "reset": "reset_to_v_reset"},
        name="inh",
    )
    pop1.set_max_atoms_per_core(30)
    stim.set_max_atoms_per_core(100)
    recurrent = []
    for j in range(-3, 4):
        for k in range(-3, 4):
            weight = round(c * (np.exp(-(j * j + k * k) / (2 * s * s)) - 0.4))
            if weight:
                recurrent += [[i, (i + j + 20 * k) % N, weight, 0] for i in range(N)]
    net = snn.Network(f"DNF {key}")
    net.add(pop1, stim, inh)
    net.add(
        snn.Projection(stim, pop1, [[k, k, 5, 0] for k in range(N)]),
        snn.Projection(inh, pop1, [[0, k, -4, 0] for k in range(N)]),
        snn.Projection(pop1, pop1, recurrent),
    )
    return net, pop1


@pytest.mark.parametrize("key", SETS)
@pytest.mark.parametrize("make", [hardware.SpiNNaker2Chip, hardware.SpiNNcloud48NodeBoard, brian2_sim.Brian2Backend])
def test_the_chip_s_spikes(key, make):
    net, pop1 = field(key)
    make().run(net, TIMESTEPS)
    assert listing_hash(pop1.get_spikes()) == tuple(SETS[key][-2:])


@pytest.mark.parametrize("key", SETS)
def test_the_recorded_file(key, golden):
    net, pop1 = field(key)
    hardware.SpiNNaker2Chip().run(net, TIMESTEPS)
    with open(golden / f"dnf-{key}.spikes.csv", newline="") as file:
        recorded = {(int(row["neuron"]), int(row["timestep"])) for row in csv.DictReader(file)}
    assert {(n, t) for n, ticks in pop1.get_spikes().items() for t in ticks} == recorded


def test_the_split_over_cores_is_the_chip_s():
    net, _ = field("A")
    hw = hardware.SpiNNaker2Chip()
    hw.run(net, TIMESTEPS, mapping_only=True)
    slices = hw.mapping.slices()
    pop1 = slices["population"] == 0
    assert pop1.sum() == 14 and (slices["end"] - slices["first"])[pop1].max() == 30


def test_the_brian2_trace(golden):
    """One ``lif_no_delay`` neuron of the NIR paper, run by py-spinnaker2's Brian2 backend."""
    arrives, voltages, spikes = np.loadtxt(golden / "nir-lif-brian2.csv", delimiter=",").T
    source = snn.Population(1, "spike_list", {0: np.flatnonzero(arrives[1:])}, name="source")
    params = {"threshold": 255.04998779296875, "alpha_decay": 0.96, "reset": "reset_to_v_reset"}
    cell = snn.Population(1, "lif_no_delay", params, name="cell", record=["spikes", "v"])
    net = snn.Network()
    net.add(source, cell, snn.Projection(source, cell, [[0, 0, 102.02, 0]]))
    with pytest.warns(UserWarning, match="1 of 1 weights were rounded"):
        brian2_sim.Brian2Backend().run(net, len(arrives))
    # The file is in the units of the imported model, 102.02 of ours.
    assert abs(cell.get_voltages()[0] / 102.02 - voltages).max() < 1e-12
    assert cell.get_spikes()[0] == np.flatnonzero(spikes).tolist()
