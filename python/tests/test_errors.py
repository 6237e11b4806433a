"""Wrong input fails, or warns, where it was written, and says what to do."""

import warnings

import numpy as np
import pytest

from gennaker import NotModelledError, hardware, snn


def run(*objects, timesteps=20):
    net = snn.Network()
    net.add(*objects)
    hardware.SpiNNaker2Chip().run(net, timesteps)


@pytest.mark.parametrize(
    "arguments, error, message",
    [
        ((0, "lif", {}), ValueError, "size is 0; it must be at least 1"),
        ((-3, "lif", {}), ValueError, "at least 1"),
        ((1.5, "lif", {}), TypeError, "size is 1.5; it must be a whole number"),
        (("10", "lif", {}), TypeError, "whole number"),
        ((None, "lif", {}), TypeError, "whole number"),
        ((float("nan"), "lif", {}), TypeError, "whole number"),
        ((2**40, "lif", {}), ValueError, "between 1 and 2"),
        ((1, "lfi", {}), ValueError, "unknown neuron model `lfi` .did you mean `lif`"),
        ((1, 7, {}), TypeError, "must be a model's name"),
        ((1, "qubo_neuro", {}), ValueError, "unknown neuron model"),
        ((1, "lif", [1, 2]), TypeError, "params is list; it must be a dictionary"),
        ((1, "lif", {"threshold": "high"}), ValueError, "`p`: parameter `threshold` is the text `high`"),
        ((1, "lif", {"threshold": None}), ValueError, "`threshold`"),
        ((1, "lif", {"threshold": float("inf")}), ValueError, "`threshold` is inf"),
        ((1, "lif", {"threshold": object()}), ValueError, "`p`: parameter `threshold` is not a number"),
        ((3, "lif", {"threshold": [1, 2]}), ValueError, "has 2 values for 3 neurons; give 1 or 3"),
        ((4, "lif", {"threshold": np.ones((2, 2))}), ValueError, "has 2 axes"),
        ((1, "lif", {"alpha_decay": 1.5}), ValueError, "`alpha_decay` is 1.5"),
        ((1, "lif", {"reset": "reset_to_zero"}), ValueError, "one of reset_by_subtraction, reset_to_v_reset"),
        ((1, "lif_curr_exp", {"t_refrac": 1.5}), ValueError, "`t_refrac` is 1.5"),
        ((2, "spike_list", {2: [1]}), ValueError, "index 2 is outside population `p`"),
        ((2, "spike_list", {-1: [1]}), ValueError, "spiking neuron is -1"),
        ((2, "spike_list", {"a": [1]}), TypeError, "spiking neuron is 'a'"),
        ((2, "spike_list", {0: 5}), TypeError, "spikes of neuron 0 are 5; they must be a list of ticks"),
        ((2, "spike_list", {0: ["x"]}), TypeError, "list of ticks"),
        ((2, "spike_list", {0: [-1]}), ValueError, "include -1; they must be whole numbers"),
        ((2, "spike_list", {0: [1.5]}), ValueError, "include 1.5"),
        ((2, "spike_list", {0: [float("nan")]}), ValueError, "include NaN"),
        ((2, "spike_list", [[1]]), TypeError, "must be a dictionary"),
        ((1, "lif", {}, "p", "spikes"), TypeError, r"it must be a list, such as \['spikes'\]"),
        ((1, "lif", {}, "p", [3]), TypeError, "list of names"),
        ((1, "lif", {}, "p", ["spike"]), ValueError, "cannot record `spike` .did you mean `spikes`"),
        ((1, "lif", {}, "p", ["i_exc"]), ValueError, "it can record: spikes, v, v_last"),
    ],
)
def test_population(arguments, error, message):
    arguments = arguments if len(arguments) > 3 else (*arguments, "p")
    with pytest.raises(error, match=message):
        snn.Population(*arguments)


@pytest.mark.parametrize("model", ["gas", "lif_fugu", "alif", "lif_prob"])
def test_models_that_only_the_original_has(model):
    if model in snn.population._convert.models():
        pytest.skip("modelled by now")
    with pytest.raises(NotModelledError, match=f"`{model}` of py-spinnaker2 is not modelled yet; there are: spike_list"):
        snn.Population(1, model, {})


@pytest.mark.parametrize(
    "connections, error, message",
    [
        ([[0, 0, 1]], ValueError, r"`q`: connections have shape \(1, 3\); give n rows of pre, post, weight, delay"),
        ([0, 0, 1, 0], ValueError, "give n rows"),
        ([[0, 0, 1, 0], [0, 0, 1]], ValueError, "rows of four numbers"),
        ([["a", 0, 1, 0]], ValueError, "rows of four numbers"),
        ([[2, 0, 1, 0]], ValueError, "pre index 2 is outside population `a"),
        ([[0, 3, 1, 0]], ValueError, "post index 3 is outside population `b`"),
        ([[-1, 0, 1, 0]], ValueError, "connection 0: pre index is -1"),
        ([[0.5, 0, 1, 0]], ValueError, "pre index is 0.5"),
        ([[0, 0, float("nan"), 0]], ValueError, "weight of connection 0 is NaN"),
        ([[0, 0, 1, -1]], ValueError, "delay is -1"),
        ([[0, 0, 1, float("inf")]], ValueError, "delay is inf"),
        ([[0, 0, 1, 1e9]], ValueError, "delay"),
        ("all", ValueError, "rows of four numbers"),
        (7, ValueError, "give n rows"),
    ],
)
def test_projection(connections, error, message):
    a, b = snn.Population(2, "spike_list", {}, name="a"), snn.Population(3, "lif", {}, name="b")
    with pytest.raises(error, match=message):
        snn.Projection(a, b, connections, name="q")


def test_projections_need_populations_and_targets_that_listen():
    a, b = snn.Population(1, "spike_list", {}, name="a"), snn.Population(1, "lif", {}, name="b")
    with pytest.raises(TypeError, match="post is 'b'; it must be a Population"):
        snn.Projection(a, "b", [])
    with pytest.raises(ValueError, match="`a` is a `spike_list` source and takes no input"):
        snn.Projection(b, a, [[0, 0, 1, 0]])


def test_networks_need_both_ends():
    a, b = snn.Population(1, "spike_list", {}, name="a"), snn.Population(1, "lif", {}, name="b")
    ab = snn.Projection(a, b, [[0, 0, 1, 0]], name="ab")
    net = snn.Network("half")
    net.add(b, ab)
    for fails in (net.validate, lambda: hardware.SpiNNaker2Chip().run(net, 5)):
        with pytest.raises(ValueError, match="`a`, pre of projection `ab`, is not part of the network: add it too"):
            fails()
    with pytest.raises(TypeError, match="cannot add 3; add populations and projections"):
        net.add(3)
    with pytest.warns(UserWarning, match="added before"):
        net.add(b)
    assert net.populations == [b]


def test_a_bad_change_leaves_the_old_value():
    pop = snn.Population(2, "spike_list", {0: [1]})
    with pytest.raises(ValueError):
        pop.params = {5: [1]}
    with pytest.raises(ValueError):
        pop.record = ["v"]
    assert pop.params == {0: [1]} and pop.record == ["spikes"]


def test_a_bad_change_inside_is_found_by_the_run():
    pop = snn.Population(2, "spike_list", {0: [1]}, name="source")
    pop.params[7] = [3]
    with pytest.raises(ValueError, match="7 is outside population `source`"):
        run(pop)


def test_misspelt_parameters_are_named_once_at_the_user_s_line():
    with pytest.warns(UserWarning) as caught:
        pop = snn.Population(1, "lif_curr_exp", {"t_refract": 3, "i_offset": 9}, name="cell")
        run(pop)
    (warning,) = caught.list
    assert "`lif_curr_exp` has no parameter `t_refract`, it is ignored; did you mean `t_refrac`?" in str(warning.message)
    assert warning.filename == __file__


def test_what_only_other_models_record_says_so():
    pop = snn.Population(1, "lif", {"i_offset": 6})
    run(pop)
    with pytest.raises(NotModelledError, match="`x_mean`, the mean of a neurofem population, is not modelled yet"):
        pop.get_x_mean()


def test_weights_beyond_the_word_are_clipped_with_a_warning():
    a, b = snn.Population(1, "spike_list", {0: [0]}), snn.Population(2, "lif", {"threshold": 99}, record=["v"])
    with pytest.warns(UserWarning) as caught:
        run(a, b, snn.Projection(a, b, [[0, 0, 100, 0], [0, 1, -2.6, 9]], name="q"))
    text = " ".join(str(w.message) for w in caught)
    assert "`q`: 1 weights beyond 15 were clipped, the largest was 100" in text
    assert "`q`: 1 of 2 weights were rounded to whole numbers" in text
    assert "`q`: 1 delays beyond the synapse word were clipped, the largest was 9" in text
    assert all(w.filename == __file__ for w in caught)
    assert b.get_voltages()[0][1] == 15 and b.get_voltages()[1][8] == -3


def test_half_delays_are_rounded_with_a_warning():
    a, b = snn.Population(1, "spike_list", {0: [0]}), snn.Population(1, "lif", {"threshold": 1})
    with pytest.warns(UserWarning, match="1 delays were rounded to whole ticks"):
        run(a, b, snn.Projection(a, b, [[0, 0, 1, 2.3]]))
    assert b.get_spikes() == {0: [3]}


def test_silence_is_one_line_with_the_likely_reason():
    source, quiet = snn.Population(1, "spike_list", {}, name="source"), snn.Population(1, "lif", {}, name="quiet")
    with pytest.warns(UserWarning) as caught:
        run(source, quiet, snn.Projection(source, quiet, [[0, 0, 1, 0]]), snn.Population(1, "lif", {}, name="alone"))
    first, second = (str(w.message) for w in caught)
    assert first == "population `quiet` never spiked in 20 ticks: none of its sources spiked (`source`)"
    assert second.startswith("population `alone` never spiked in 20 ticks: no synapse reaches it")


def test_repeated_spikes_and_saturation_are_told():
    with pytest.warns(UserWarning) as caught:
        run(
            snn.Population(1, "spike_list", {0: [1, 1]}, name="twice"),
            snn.Population(5, "lif", {"i_offset": 99}, name="hot"),
        )
    first, second = (str(w.message) for w in caught)
    assert first == "population `twice`: 1 listed spikes repeat a neuron and tick and count once"
    assert second.startswith("population `hot` spikes in 100 % of all ticks")


def test_nothing_to_say_is_nothing_said():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run(snn.Population(1, "lif", {"i_offset": 3}))


def test_an_empty_network_runs():
    hardware.SpiNNaker2Chip().run(snn.Network(), 5)


def test_numbers_beyond_32_bits_are_named():
    with pytest.raises(ValueError, match="population `a`: size is 1180591620717411303424; it must be between 1 and 2147483648"):
        snn.Population(2**70, "lif", {}, name="a")
    net = snn.Network()
    net.add(snn.Population(1, "lif", {}))
    with pytest.raises(ValueError, match="timesteps is 4294967296; it must be between 0 and 4294967295"):
        hardware.SpiNNaker2Chip().run(net, 2**32)
    cell = snn.Population(2, "lif", {}, name="cell")
    source = snn.Population(2, "spike_list", {}, name="source")
    with pytest.raises(ValueError, match=r"outside population `source`, which"):
        snn.Projection(source, cell, [[9, 0, 1, 1]])
    for connections in ([[0, 0, 10**400, 1]], np.ones((1, 4), dtype=complex)):
        with pytest.raises(ValueError, match="must be rows of four numbers"):
            snn.Projection(source, cell, connections)


def test_only_networks_are_run():
    with pytest.raises(TypeError, match="net is 5; it must be a snn.Network"):
        hardware.SpiNNaker2Chip().run(5, 5)
