"""Time, traffic, clocks and energy: what counted runs say, and what accounts of folders say afterwards."""

import json
import signal
import warnings

import numpy as np
import pytest
from conftest import SCRIPTS
from test_snn import intro

import gennaker
from gennaker import _run, brian2_sim, hardware, snn
from gennaker.neuron_models.application import BaseApplication
from gennaker.neuron_models.common import DVFSParams, PmgtMode
from gennaker.neuron_models.lif_neuron import LIFApplication, LIFNoDelayApplication

CORE = ["spikes", "time_done", "n_packets", "performance_level"]
#: Cycles of the table of facts: a tick, a neuron of `lif`, a packet, a synaptic event, a sent spike.
TICK, NEURON, PACKET, EVENT, SPIKE = 500, 50, 40, 20, 15
#: Ticks at which the intro's packets wait at its neuron: one after each input spike.
PACKET_TICKS = [2, 5, 10, 12, 21, 31]


def only(per_pe):
    """The one entry, which is a PE's."""
    ((pe, values),) = per_pe.items()
    assert pe.startswith("PE(") and pe.endswith(")")
    return values


def counted_intro(hw=None, timesteps=50, **options):
    net, stimulus, neuron = intro(CORE)
    hw = hw or hardware.SpiNNaker2Chip()
    hw.run(net, timesteps, **options)
    return hw, stimulus, neuron


def noisy(record=("spikes",), size=40):
    """Noise onto cells, on several PEs."""
    net = snn.Network(seed=3)
    source = snn.Population(30, "poisson_process", {"p": 0.2}, name="in", record=[])
    cells = snn.Population(size, "lif", {"threshold": 9.0}, name="cells", record=list(record))
    cells.set_max_atoms_per_core(16)
    rows = [[i, j, 2, 1] for i in range(30) for j in range(size) if (i + j) % 3 == 0]
    net.add(source, cells, snn.Projection(source, cells, rows))
    return net, source, cells


def test_counted_by_hand():
    hw, stimulus, neuron = counted_intro()
    packets, done = only(neuron.get_n_packets()), only(neuron.get_time_done_times())
    assert packets.shape == done.shape == (50,) and np.flatnonzero(packets).tolist() == PACKET_TICKS
    assert packets.max() == 1 and neuron.get_spikes() == {0: [13]}
    cycles = np.full(50, TICK + NEURON)
    cycles[PACKET_TICKS] += PACKET + EVENT
    cycles[13] += SPIKE
    np.testing.assert_allclose(done, cycles / (300e6 * 1e-3), rtol=1e-6)
    level = np.unique(only(neuron.get_performance_levels())).item()
    assert "300 MHz" in hw.account.levels[level]
    account = hw.account
    assert (account.n_packets, account.n_synaptic_events, account.n_spikes) == (6, 6, 7)
    assert account["total_j"] == hw.energy > 0 and account.in_time and account.ticks == 50
    json.dumps(account)


def test_a_slower_clock_and_a_longer_tick():
    fast = only(counted_intro()[2].get_time_done_times())
    slow = counted_intro(account={"level": "low"})[2]
    np.testing.assert_allclose(only(slow.get_time_done_times()), 2 * fast, rtol=1e-6)
    hw, _, neuron = counted_intro(sys_tick_in_s=np.float32(2.5e-3))
    np.testing.assert_allclose(only(neuron.get_time_done_times()), fast / 2.5, rtol=1e-5)
    assert hw.account.tick_ns == 2_500_000 and hw.account.duration_s == pytest.approx(0.125)


def test_a_tick_that_is_too_short_is_an_overrun_and_told():
    with pytest.warns(UserWarning, match="PEs overrun.*every tick would be in time with") as caught:
        hw, _, neuron = counted_intro(sys_tick_in_s=1e-6)
    assert caught[0].filename == __file__
    done = only(neuron.get_time_done_times())
    # 300 cycles of time for at least 550 of work: the core falls behind ever more, and no spike changes.
    assert done[0] == pytest.approx((TICK + NEURON) / 300) and (np.diff(done) > 0).all()
    assert neuron.get_spikes() == {0: [13]} and not hw.account.in_time and hw.account.n_overruns >= 50


@pytest.mark.parametrize("memory", [0, 256])
@pytest.mark.parametrize("make", [hardware.SpiNNaker2Chip, hardware.SpiNNcloud48NodeBoard])
def test_counting_changes_no_spike(monkeypatch, make, memory):
    plain, counted = noisy(), noisy(CORE)
    make().run(plain[0], 200)
    monkeypatch.setattr(_run, "RECORDING_MEMORY_MIB", memory)
    hw = make()
    hw.run(counted[0], 200)
    assert plain[2].get_spikes() == counted[2].get_spikes() and sum(map(len, plain[2].get_spikes().values())) > 100
    packets = counted[2].get_n_packets()
    names = [name for name, of in zip(hw.mapping.pe_names(), hw.mapping.slices()["population"]) if of == 1]
    assert list(packets) == names and len(names) == 3 and all(p.shape == (200,) for p in packets.values())
    assert sum(p.sum() for p in packets.values()) == hw.account.n_packets > 1000


def test_power_of_every_tick_is_the_energy(recwarn, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for option in ("record_power", "measure_power", "live_power"):
        net, _, cells = noisy()
        hw = hardware.SpiNNaker2Chip()
        hw.run(net, 100, sys_tick_in_s=2e-3, **{option: True})
        times, watts = hw.power
        assert times.tolist() == pytest.approx((np.arange(100) * 2e-3).tolist()) and watts.shape == (100,)
        assert watts.astype(float).sum() * 2e-3 == pytest.approx(hw.energy, rel=1e-5)
        assert hw.energy == pytest.approx(hw.account.power_w * hw.account.duration_s)
        with pytest.raises(RuntimeError, match="`cells` did not record `n_packets`: add it to `record`"):
            cells.get_n_packets()
    assert not recwarn.list and list(tmp_path.iterdir()) == [], "nothing is written, nothing is wrong"


def test_what_was_not_measured_says_how():
    hw = hardware.SpiNNaker2Chip()
    for name in ("energy", "account", "power"):
        with pytest.raises(RuntimeError, match=f"hw.{name}: .*run with record_power=True"):
            getattr(hw, name)
    net, _, neuron = intro(CORE)
    with pytest.raises(RuntimeError, match="run the network first"):
        neuron.get_time_done_times()
    hw.run(net, 5)
    assert hw.energy > 0
    with pytest.raises(RuntimeError, match="hw.power: the power of every tick was not recorded"):
        hw.power
    hw.run(intro()[0], 5)
    with pytest.raises(RuntimeError, match="nothing was measured"):
        hw.energy
    hw.run(net, 5, mapping_only=True, record_power=True)
    with pytest.raises(RuntimeError, match="nothing was measured"):
        hw.account


def test_an_accessor_gives_only_what_was_recorded():
    net, _, neuron = intro(["time_done"])
    hardware.SpiNNaker2Chip().run(net, 5)
    assert len(only(neuron.get_time_done_times())) == 5
    for accessor in (neuron.get_n_packets, neuron.get_performance_levels):
        with pytest.raises(RuntimeError, match="`neuron` did not record"):
            accessor()
    neuron.record = ["time_done", "n_packets"]
    with pytest.raises(RuntimeError, match="`neuron` has no `n_packets`: .*from the run after it was added"):
        neuron.get_n_packets()


def test_the_double_precision_reference_has_no_cores():
    net, _, neuron = intro(["spikes", "time_done"])
    with pytest.warns(UserWarning, match="`neuron`: `time_done` is about cores"):
        brian2_sim.Brian2Backend().run(net, 20)
    assert neuron.get_spikes() == {0: [13]}
    with pytest.raises(RuntimeError, match="recorded by runs on hardware.SpiNNaker2Chip"):
        neuron.get_time_done_times()


def burst(model, packets):
    """A population that gets one burst, at tick 4."""
    net = snn.Network()
    source = snn.Population(50, "spike_list", {i: [3] for i in range(packets)}, record=["performance_level"])
    cells = snn.Population(20, model, {"threshold": 1e6}, name="cells", record=CORE)
    net.add(source, cells, snn.Projection(source, cells, [[i, 0, 1, 0] for i in range(50)]))
    return net, source, cells


def levels_in_mhz(hw, population):
    levels = only(population.get_performance_levels())
    return [float(hw.account.levels[level].split(" at ")[1].split()[0]) for level in levels]


@pytest.mark.parametrize("packets, peak", [(29, 150), (30, 300), (50, 300)])
def test_auto_takes_the_high_level_from_the_threshold_on(monkeypatch, packets, peak):
    params = DVFSParams(mode=PmgtMode.PL_MODE_AUTO, pl_threshold=30)
    monkeypatch.setattr(LIFNoDelayApplication, "dvfs_params", params)
    net, source, cells = burst("lif_no_delay", packets)
    hw = hardware.SpiNNaker2Chip()
    hw.run(net, 8)
    assert only(cells.get_n_packets()).tolist() == [0, 0, 0, 0, packets, 0, 0, 0]
    assert levels_in_mhz(hw, cells) == [150] * 4 + [peak] + [150] * 3
    assert levels_in_mhz(hw, source) == [300] * 8, "other models keep the default"


def test_a_clock_holds_for_its_model_and_for_those_made_from_it(monkeypatch):
    def mhz(model, **options):
        net, source, cells = burst(model, 5)
        hw = hardware.SpiNNaker2Chip()
        hw.run(net, 2, **options)
        return levels_in_mhz(hw, cells)[0], levels_in_mhz(hw, source)[0]

    monkeypatch.setattr(LIFApplication, "dvfs_params", DVFSParams(PmgtMode.PL_MODE_LOW))
    assert mhz("lif") == mhz("lif_no_delay") == (150, 300) and mhz("lif_curr_exp") == (300, 300)
    assert mhz("lif", account={"level": "low", "level_of.cells": "high"}) == (300, 150)
    monkeypatch.setattr(LIFNoDelayApplication, "dvfs_params", DVFSParams(PmgtMode.PL_MODE_HIGH))
    assert mhz("lif_no_delay") == (300, 300)
    monkeypatch.setattr(BaseApplication, "dvfs_params", DVFSParams(PmgtMode.PL_MODE_LOW))
    assert mhz("lif_curr_exp") == (150, 150)


def test_assumptions_of_a_run():
    default = counted_intro()[0].account
    changed = counted_intro(account={"energy.router_packet_pj": 80, "cost.cycles_per_tick": np.int64(700)})[0].account
    assert default.options["coefficients"]["router_packet_pj"] == 60
    assert changed.options["coefficients"]["router_packet_pj"] == 80
    assert changed.shortest_tick_ns > default.shortest_tick_ns
    assert counted_intro(account={"powered": "machine", "unused_pes": "off"})[0].energy < default.total_j


@pytest.mark.parametrize(
    "options, said",
    [
        ({"sys_tick_in_s": -1e-3}, "sys_tick_in_s is -0.001; it must be a number of seconds from 1e-06 to 3600"),
        ({"sys_tick_in_s": 0}, "sys_tick_in_s is 0;"),
        ({"sys_tick_in_s": float("nan")}, "sys_tick_in_s is nan;"),
        ({"sys_tick_in_s": float("inf")}, "sys_tick_in_s is inf;"),
        ({"sys_tick_in_s": "1e-3"}, "sys_tick_in_s is '1e-3';"),
        ({"sys_tick_in_s": None}, "sys_tick_in_s is None;"),
        ({"sys_tick_in_s": True}, "sys_tick_in_s is True;"),
        ({"account": {"energy.chocolate": 1}}, "account: unknown coefficient `energy.chocolate`; there are: level, "),
        ({"account": {"energy.router_packet_pj": float("nan")}}, "account: coefficient `energy.router_packet_pj` is NaN"),
        ({"account": {"level": "fast"}}, "account: `fast` is no level policy"),
        ({"account": {"level": "pl9"}}, "performance level 9 does not exist on this machine; its PEs have pl0"),
        ({"account": {"level_of.nobody": "low"}}, "population `nobody`, which the network does not have"),
        ({"account": {"tick": "1ms"}}, "account: the duration of a tick is the option sys_tick_in_s"),
        ({"account": [1]}, "account is \\[1\\]; it must be a dictionary"),
    ],
)
def test_absurd_assumptions_are_refused_before_the_run(options, said):
    net, _, neuron = intro()
    with pytest.raises((TypeError, ValueError), match=said):
        hardware.SpiNNaker2Chip().run(net, 5, **options)
    with pytest.raises(RuntimeError, match="no results"):
        neuron.get_spikes()


def test_traces_beyond_memory_are_refused_before_the_run():
    net, stimulus, neuron = intro(["time_done"])
    stimulus.record = []
    with pytest.raises(ValueError, match="the trace of every tick needs .* bytes, more than .*: keep fewer PEs or ticks"):
        hardware.SpiNNaker2Chip().run(net, 2**30)
    assert neuron._recorded is None


def test_absurd_clocks_are_refused(monkeypatch):
    for arguments, said in ((("fast",), "mode is 'fast'"), ((PmgtMode.PL_MODE_AUTO, -1), "pl_threshold is -1")):
        with pytest.raises((TypeError, ValueError), match=said):
            DVFSParams(*arguments)
    with pytest.raises(ValueError, match="pl_threshold is 1.5"):
        DVFSParams(pl_threshold=1.5)
    monkeypatch.setattr(LIFApplication, "dvfs_params", "low")
    with pytest.raises(TypeError, match="LIFApplication.dvfs_params is 'low'; it must be a DVFSParams"):
        counted_intro()


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timer here")
def test_a_run_that_is_stopped_is_accounted_as_far_as_it_went():
    net, _, cells = noisy(CORE)
    hw = hardware.SpiNNaker2Chip()

    def stop(*_):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, 1.0)
    try:
        with pytest.raises(KeyboardInterrupt):
            hw.run(net, 10**7, account={"level": "low"})
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert 0 < hw.account.ticks < 10**7
    assert all(len(done) == hw.account.ticks for done in cells.get_time_done_times().values())


def test_a_script_of_power_management(run_python, tmp_path):
    result = run_python("-m", "gennaker", SCRIPTS / "power.py", cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "") and list(tmp_path.iterdir()) == []
    *layers, power = result.stdout.splitlines()
    # Bursts of 60 packets arrive a tick after they were sent, the half of them that follows is still beyond the threshold.
    assert len(layers) == 2 and all(line.endswith("[ 3  4 21 22] 60 [ 3  4 21 22] True") for line in layers), layers
    assert power == "(40,) (40,) True"


def folder_network():
    net = gennaker.Network("folder", seed=4)
    net.add_population("in", 50, "poisson_process", {"p": 0.1})
    net.add_population("cells", 100, "lif", {"threshold": 20.0}, ["spikes"], max_atoms_per_core=50)
    net.add_projection("p", 0, 1, {"type": "fixed_probability", "p": 0.5}, 3, 1)
    return net


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "results"
    gennaker.run(folder_network(), 80, machine="chip", folder=path)
    return path


def test_the_account_of_a_folder_is_that_of_the_run(folder):
    network = folder_network()
    simulation = gennaker.Simulation(network, counts=True)
    mapping = gennaker.map(network, gennaker.Machine("chip"), {"timesteps": 80})
    simulation.count(mapping, 80, 1.0, {"level": "auto:5"}, power=True)
    simulation.run(80)
    account, trace = simulation.account(), simulation.trace()
    afterwards = gennaker.account(folder, level="auto:5", tick="1ms")
    assert afterwards == account and afterwards.n_packets > 100 and isinstance(afterwards, dict)
    assert trace["slices"].size == 0 and trace["n_packets"].shape == (0, 0) and len(trace["power_w"]) == 80
    with pytest.raises(ValueError, match="counting ended when the account was made"):
        simulation.run(1)
    simulation.reset()
    simulation.run(1)
    with pytest.raises(ValueError, match="nothing was counted"):
        simulation.account()
    with pytest.raises(ValueError, match="cannot be counted: .* at tick 0"):
        simulation.count(mapping, 80)
    with pytest.raises(ValueError, match="counts=True"):
        gennaker.Simulation(network).count(mapping, 80)


def test_accounts_are_looked_into(folder):
    account = gennaker.account(folder, set={"level": "low", "tick": "2ms"})
    assert account.tick_ns == 2_000_000 and "150 MHz" in account.levels[account.level_fractions.index(1.0)]
    assert account.energy["pe_cycles_j"] < account.total_j and account.pes[0]["population"] == 0
    pes = account.columns("pes")
    assert pes["packets"].sum() == account.n_packets and pes["hi"].tolist() == [50, 50, 100]
    assert account.columns("links") == {} and len(account.columns("routers")["packets"]) == 1
    assert repr(account).startswith("Account('chip': ") and repr(account).endswith("in time)") and "total_j" in dir(account)
    with pytest.raises(AttributeError, match="no `joule`; it has: machine, options"):
        account.joule
    with pytest.raises(ValueError, match="not of \"notes\"|not of 'notes'"):
        account.columns("notes")


def test_a_machine_of_our_own_is_kept_with_the_folder(tmp_path):
    machine = gennaker.Machine.from_toml('preset = "chip"\nname = "lab"\n')
    gennaker.run(folder_network(), 20, machine=machine, folder=tmp_path / "r")
    assert gennaker.account(tmp_path / "r").machine == "lab"


def test_assumptions_of_a_network_file_stay_with_the_folder(tmp_path, folder):
    text = (folder / "network.toml").read_text()
    file = tmp_path / "n.toml"
    file.write_text(text + '\n[account]\nlevel = "low"\n')
    gennaker.run(file, folder=tmp_path / "r")
    assert gennaker.account(tmp_path / "r").options["level"] == "low"
    assert gennaker.account(tmp_path / "r", level="high").options["level"] == "high"


def test_sweeps(folder):
    rows = gennaker.sweep(folder, {"level": ["low", "high"], "atoms": (25, 50)}, tick="2ms")
    assert [(row["level"], row["atoms"]) for row in rows] == [("low", 25), ("low", 50), ("high", 25), ("high", 50)]
    assert [row["n_pes"] for row in rows] == [5, 3, 5, 3] and all(row["error"] is None for row in rows)
    single = gennaker.account(folder, level="high", tick="2ms")
    assert rows[3]["total_j"] == single.total_j and rows[3]["in_time"] is True
    assert rows[0]["pe_j"] < rows[2]["pe_j"]
    tight = gennaker.sweep(folder, {"energy.router_packet_pj": np.array([0.0, 80.0]), "atoms": range(1, 2)})
    assert [row["energy.router_packet_pj"] for row in tight] == [0.0, 80.0] and tight[1]["total_j"] > tight[0]["total_j"]
    gennaker.run(folder_of_many(), 3, machine="chip", folder=folder)
    (row,) = gennaker.sweep(folder, {"atoms": [1]})
    assert "PEs" in row["error"] and "total_j" not in row and row["n_pes"] == 0


def folder_of_many():
    net = gennaker.Network("many")
    net.add_population("cells", 200, "lif", {}, ["spikes"])
    return net


@pytest.mark.parametrize(
    "call, said",
    [
        (lambda f: gennaker.account(f / "nowhere"), "nowhere"),
        (lambda f: gennaker.account(f, level="pl9"), "level 9 does not exist"),
        (lambda f: gennaker.account(f, tick=-1), "account: the duration of a tick is `-1`; give a number with its unit"),
        (lambda f: gennaker.account(f, set=3), "set is 3; it must be a dictionary"),
        (lambda f: gennaker.sweep(f, {"levels": ["low"]}), "levels"),
        (lambda f: gennaker.sweep(f, {"level": "low"}), "it must map names to lists of values"),
        (lambda f: gennaker.sweep(f, [("level", ["low"])]), "it must map names to lists"),
        (lambda f: gennaker.sweep(f, {"level": ["low,high"]}), "`level` has the value 'low,high'"),
        (lambda f: gennaker.sweep(f, {"level": []}), "a value is empty"),
        (lambda f: gennaker.sweep(f, {"level": ["low", "low"], "tick": ["1ms", "2ms"]}), "the value `low` is given twice"),
        (lambda f: gennaker.sweep(f, {"atoms": [0]}), "whole numbers from 1 on"),
    ],
)
def test_absurd_accounts_are_refused(folder, call, said):
    with pytest.raises((TypeError, ValueError, OSError), match=said):
        call(folder)


def test_folders_that_cannot_be_accounted_for(tmp_path):
    gennaker.run(folder_network(), 5, folder=tmp_path / "r")
    with pytest.raises(ValueError, match="not laid on a machine.*machine"):
        gennaker.account(tmp_path / "r")
    silent = gennaker.Network()
    silent.add_population("cells", 5, "lif", {"i_offset": 2.0})
    silent.add_projection("self", 0, 0, "one_to_one", 1, 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gennaker.run(silent, 5, machine="chip", folder=tmp_path / "s")
    with pytest.raises(ValueError, match="`cells` were not recorded.*record `spikes`"):
        gennaker.account(tmp_path / "s")
