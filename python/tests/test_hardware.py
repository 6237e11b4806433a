"""Hardware objects: what they accept, and what they leave behind."""

import logging

import pytest
from test_snn import intro

from gennaker import hardware, mapper
from gennaker.experiment_backends import BackendSettings, ExperimentBackendType
from gennaker.experiment_backends.backend_settings import ROUTING

ALL_OPTIONS = {
    "sys_tick_in_s": 2.5e-3,
    "debug": False,
    "mapping_only": False,
    "reset_board": True,
    "make_clean": True,
    "measure_power": True,
    "record_power": True,
    "live_power": False,
}


@pytest.mark.parametrize(
    "make",
    [
        lambda: hardware.SpiNNaker2Chip(),
        lambda: hardware.SpiNNaker2Chip(eth_ip="192.168.1.25"),
        lambda: hardware.SpiNNaker2Chip("192.168.1.25", ExperimentBackendType("spinnman2")),
        lambda: hardware.SpiNNcloud48NodeBoard(),
        lambda: hardware.SpiNNcloud48NodeBoard(eth_ip="192.168.1.2"),
        lambda: hardware.SpiNNcloud48NodeBoard(
            stm_ip="192.168.1.1", eth_ip="192.168.1.2", experiment_backend_type=ExperimentBackendType.SPINNMAN2
        ),
    ],
)
def test_all_constructors_and_options(make, recwarn, capfd):
    settings = BackendSettings()
    settings.routing_type = ROUTING.C2C
    settings.rebuild_apps = settings._single_chip = True
    net, _, neuron = intro()
    hw = make()
    assert hw.run(net, 50, experiment_backend_settings=settings, **ALL_OPTIONS) is None
    assert neuron.get_spikes() == {0: [13]}
    assert hw.experiment_backend.board_type in (201, 248)
    assert not recwarn.list and capfd.readouterr() == ("", ""), "ignored options make no noise"
    del hw


def test_ignored_options_are_one_debug_line(caplog):
    with caplog.at_level(logging.DEBUG, "gennaker"):
        hardware.SpiNNaker2Chip().run(intro()[0], 5, debug=False)
    assert len(caplog.records) == 1 and "debug" in caplog.text


def test_mapping_only():
    net, _, neuron = intro()
    hw = hardware.SpiNNaker2Chip()
    hw.run(net, 50, mapping_only=True)
    assert hw.mapping.n_pes == 2 and hw.report is None
    with pytest.raises(RuntimeError, match="run the network first"):
        neuron.get_spikes()


def test_where_populations_lie():
    hw = hardware.SpiNNaker2Chip()
    hw.run(intro()[0], 50)
    mapping = hw.mapping
    assert mapping.pe_names()[0].startswith("PE(") and mapping.populations == ["stimulus", "neuron"]
    slices = mapping.slices()
    assert slices["population"].tolist() == [0, 1] and slices["end"].tolist() == [2, 1]
    memory = mapping.memory(1)
    assert sum(memory.values()) == slices["sram_bytes"][1] <= 131_072
    assert {"code", "synapse words", "state recording"} <= set(memory)
    assert mapping.verify()["nets"] == 1
    with pytest.raises(IndexError, match="slice 2 does not exist"):
        mapping.memory(2)
    board = hardware.SpiNNcloud48NodeBoard()
    board.run(intro()[0], 50)
    assert board.mapping.pe_names()[0].startswith("Chip(")


def test_a_network_too_large_for_one_chip():
    from gennaker import snn

    net = snn.Network()
    net.add(snn.Population(100_000, "lif", {}, name="many"))
    with pytest.raises(ValueError, match="needs at least 400 PEs.*148.*board"):
        hardware.SpiNNaker2Chip().run(net, 5)
    hw = hardware.SpiNNcloud48NodeBoard()
    hw.run(net, 5, mapping_only=True)
    assert hw.mapping.n_pes == 400 and hw.mapping.n_chips > 1


def test_mapper_names():
    mapped = mapper.IterativeMapper(intro()[0])
    experiment, simulation = mapped.map_and_generate_experiment_config(100)
    experiment.synchronous_start = False
    assert experiment.mapping.n_pes == 2 and simulation.timesteps == 100
    assert isinstance(mapper.APP_PATH_IN_LIB, dict)


@pytest.mark.parametrize("timesteps", [-1, 1.5, "10", None, 2**40])
def test_timesteps_must_be_a_number_of_ticks(timesteps):
    with pytest.raises((TypeError, ValueError, OverflowError)):
        hardware.SpiNNaker2Chip().run(intro()[0], timesteps)


@pytest.mark.parametrize("timesteps", [0, 1, 3.0])
def test_timesteps_that_are(timesteps):
    net, _, neuron = intro()
    hardware.SpiNNaker2Chip().run(net, timesteps)
    assert len(neuron.get_voltages()[0]) == timesteps
