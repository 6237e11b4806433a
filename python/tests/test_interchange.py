"""Results in the hands of other libraries, opened by those that people use, and spike times from theirs."""

import csv
import json
import os
import pickle
import sys
import time

import numpy as np
import pytest

import gennaker
from gennaker import hardware, interchange, snn

TICK_MS = 0.5


def network():
    net = gennaker.Network("pair", seed=11)
    net.add_population("in", 20, "poisson_process", {"p": 0.1}, ["spikes"])
    net.add_population(
        "cell", 12, "izhikevich", {}, ["spikes", "v", {"variable": "u", "neurons": [1, 4, 5], "every": 3, "start": 6}]
    )
    net.add_population("last", 4, "lif", {}, ["v_last"])
    net.add_projection("p", 0, 1, {"type": "fixed_probability", "p": 0.6}, 9, 0)
    return net


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A result folder with ticks of half a millisecond."""
    path = tmp_path_factory.mktemp("run") / "results"
    simulation = gennaker.Simulation(network())
    simulation.run_into(400, path, TICK_MS)
    return path


@pytest.fixture(params=["memory", "folder"])
def result(request, folder):
    if request.param == "folder":
        return gennaker.open_results(folder)
    result = gennaker.run(network(), 400)
    result.tick_ms = TICK_MS
    return result


def rows_of(result, name):
    """Neurons and times in ms, by time, then neuron."""
    ticks, neurons = result.spikes(name)
    assert len(ticks) > 50, "there is something to compare"
    return list(zip((ticks * TICK_MS).tolist(), neurons.tolist()))


# Tables.


def test_pandas(result):
    pytest.importorskip("pandas")
    frame = result.to_pandas()
    assert list(frame.columns) == ["population", "neuron", "tick", "time_ms"]
    cell = frame[frame.population == "cell"]
    assert list(zip(cell.time_ms, cell.neuron)) == rows_of(result, "cell")
    assert len(frame) == sum(len(result.spikes(name)[0]) for name in ("in", "cell"))
    assert json.loads(frame.attrs["gennaker"]) == {
        "network": "pair",
        "seed": 11,
        "version": gennaker.__version__,
        "timesteps": 400,
        "tick_ms": TICK_MS,
    }
    u = result.to_pandas("u")
    ticks, values = result.state("cell", "u")
    table = u.pivot(index="tick", columns="neuron", values="u")
    assert table.index.tolist() == ticks.tolist() and table.columns.tolist() == [1, 4, 5]
    np.testing.assert_array_equal(table.to_numpy(), values)


def test_files_of_tables(result, tmp_path):
    pandas = pytest.importorskip("pandas")
    feather = pytest.importorskip("pyarrow.feather")
    result.write_parquet(tmp_path / "s.parquet", populations={"cell": "täglich"})
    frame = pandas.read_parquet(tmp_path / "s.parquet")
    assert list(zip(frame.time_ms, frame.neuron)) == rows_of(result, "cell") and set(frame.population) == {"täglich"}
    assert frame.neuron.dtype == np.uint32 and frame.tick.dtype == np.uint32
    result.write_feather(tmp_path / "v.feather", "v")
    table = feather.read_table(tmp_path / "v.feather")
    np.testing.assert_array_equal(table["v"].to_numpy(), result.state("cell", "v")[1].reshape(-1))
    assert json.loads(table.schema.metadata[b"gennaker"])["seed"] == 11
    assert sorted(os.listdir(tmp_path)) == ["s.parquet", "v.feather"]


def test_text(result, tmp_path):
    result.write_csv(tmp_path / "s.csv", populations={"in": 'a,"b"\nc'})
    with open(tmp_path / "s.csv", encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    assert head == ["population", "neuron", "tick", "time_ms"] and {row[0] for row in rows} == {'a,"b"\nc'}
    assert [(float(row[3]), int(row[1])) for row in rows] == rows_of(result, "in")
    result.write_csv(tmp_path / "v.csv", "v")
    with open(tmp_path / "v.csv", encoding="utf-8", newline="") as file:
        values = [row["v"] for row in csv.DictReader(file)]
    np.testing.assert_array_equal(np.array(values, dtype=np.float32), result.state("cell", "v")[1].reshape(-1))


def test_arrays(result, tmp_path):
    result.write_npz(tmp_path / "all.npz")
    with np.load(tmp_path / "all.npz") as arrays:
        assert set(arrays.files) == {
            *("about", "in.t", "in.i", "cell.t", "cell.i"),
            *("cell.v", "cell.v.t", "cell.v.i", "cell.u", "cell.u.t", "cell.u.i"),
            *("last.v_last", "last.v_last.t", "last.v_last.i"),
        }
        np.testing.assert_array_equal(arrays["cell.i"], result.spikes("cell")[1])
        assert arrays["cell.u.i"].tolist() == [1, 4, 5] and arrays["cell.u"].shape == (len(arrays["cell.u.t"]), 3)
        assert json.loads(str(arrays["about"]))["tick_ms"] == TICK_MS
    first = (tmp_path / "all.npz").read_bytes()
    result.write_npz(tmp_path / "all.npz")
    assert (tmp_path / "all.npz").read_bytes() == first, "nothing depends on the clock"


# Neo and Elephant.


def test_neo(result):
    pytest.importorskip("neo")
    block = result.to_neo()
    (segment,) = block.segments
    assert block.annotations["seed"] == 11 and block.annotations["version"] == gennaker.__version__ and block.name == "pair"
    trains = segment.spiketrains
    assert trains._items is None and len(trains) == 32, "no train is made before somebody looks"
    for index, name, neuron in ((0, "in", 0), (19, "in", 19), (20, "cell", 0), (31, "cell", 11)):
        train = trains[index]
        assert (train.annotations["population"], train.annotations["neuron"]) == (name, neuron)
        assert train.rescale("ms").magnitude.tolist() == [TICK_MS * tick for tick in result.spike_trains(name)[neuron]]
        assert (float(train.t_start), float(train.t_stop), str(train.units.dimensionality)) == (0, 400 * TICK_MS, "ms")
        assert train.segment is segment
    by_name = {signal.name: signal for signal in segment.analogsignals}
    assert set(by_name) == {"cell v", "cell u", "last v_last"}
    v, u = by_name["cell v"], by_name["cell u"]
    np.testing.assert_array_equal(v.magnitude, result.state("cell", "v")[1])
    assert str(v.units.dimensionality) == "mV" and float(v.sampling_period.rescale("ms")) == TICK_MS
    assert u.array_annotations["neuron"].tolist() == [1, 4, 5] and u.annotations["variable"] == "u"
    assert float(u.sampling_period.rescale("ms")) == 3 * TICK_MS and float(u.t_start.rescale("ms")) == 6 * TICK_MS


def test_neo_makes_the_trains_that_its_own_list_would(result):
    pytest.importorskip("neo")
    from neo.core.spiketrainlist import SpikeTrainList

    ours = result.to_neo("cell").segments[0].spiketrains
    ids, times = ours.multiplexed
    theirs = SpikeTrainList.from_spike_time_array(times.magnitude, ids, list(range(12)), 200.0, "ms")
    assert len(ours) == len(theirs)
    for a, b in zip(ours, theirs):
        assert a.magnitude.tolist() == b.magnitude.tolist() and a.t_stop == b.t_stop


def test_neo_survives_pickle_and_its_other_users(result):
    pytest.importorskip("neo")
    block = pickle.loads(pickle.dumps(result.to_neo("cell")))
    trains = block.segments[0].spiketrains
    assert [float(t) for train in trains[:2] for t in train] == [
        TICK_MS * t for i in (0, 1) for t in result.spike_trains("cell")[i]
    ]
    assert len(trains[2:5]) == 3 and len(block.segments[0].filter(neuron=3)) == 1


def test_elephant(result):
    pytest.importorskip("elephant")
    import quantities as pq
    from elephant import kernels, spike_train_correlation, statistics
    from elephant.conversion import BinnedSpikeTrain

    trains = result.to_neo("cell").segments[0].spiketrains
    seconds = 400 * TICK_MS * 1e-3
    by_hand = [np.array(ticks) * TICK_MS for ticks in result.spike_trains("cell").values()]
    counts = np.array([len(times) for times in by_hand])
    rates = [float(statistics.mean_firing_rate(train).rescale("Hz")) for train in trains]
    np.testing.assert_allclose(rates, counts / seconds)
    assert statistics.fanofactor(trains) == pytest.approx(counts.var() / counts.mean())
    busiest = int(counts.argmax())
    intervals = np.diff(by_hand[busiest])
    np.testing.assert_allclose(statistics.isi(trains[busiest]).rescale("ms").magnitude, intervals)
    assert statistics.cv(intervals) == pytest.approx(intervals.std() / intervals.mean())
    assert 0 <= statistics.lv(intervals) < 3 and 0 <= statistics.cv2(intervals) < 2
    binned = BinnedSpikeTrain(list(trains), bin_size=5 * pq.ms)
    matrix = spike_train_correlation.correlation_coefficient(binned)
    bins = np.array([np.histogram(times, np.arange(0, 201, 5))[0] for times in by_hand])
    np.testing.assert_allclose(matrix, np.corrcoef(bins), atol=1e-9)
    rate = statistics.instantaneous_rate(list(trains), sampling_period=1 * pq.ms, kernel=kernels.GaussianKernel(10 * pq.ms))
    assert rate.shape == (200, 12) and float(rate.max()) > 0


def test_80_000_neurons_reach_neo_in_a_tenth_of_a_second():
    pytest.importorskip("neo")
    net = gennaker.Network()
    net.add_population("many", 80_000, "poisson_process", {"p": 0.0128, "Tref": 0}, ["spikes"])
    result = gennaker.run(net)
    result.to_neo()  # imports
    times = []
    for _ in range(5):
        # The processor's time: the machine may be busy.
        start = time.process_time()
        block = result.to_neo()
        times.append(time.process_time() - start)
    assert min(times) < 0.1
    assert len(block.segments[0].spiketrains) == 80_000 and len(block.segments[0].spiketrains.multiplexed[0]) > 1_000_000


def test_from_neo(result):
    neo = pytest.importorskip("neo")
    import quantities as pq

    block = result.to_neo("cell")
    expected = result.spike_trains("cell")
    for source in (block, block.segments[0], block.segments[0].spiketrains, list(block.segments[0].spiketrains)):
        assert interchange.from_neo(source, tick_ms=TICK_MS) == expected
    train = neo.SpikeTrain([0.0101, 0.0199, 0.0202, 0.05] * pq.s, t_stop=1 * pq.s)
    with pytest.warns(UserWarning, match="1 spikes fell into a tick") as caught:
        assert interchange.from_neo([train]) == {0: [10, 20, 50]}
    assert caught[0].filename == __file__
    assert interchange.from_neo(train, start_ms=15, stop_ms=30, tick_ms=0.1) == {0: [49, 52]}
    cell = snn.Population(1, "spike_list", interchange.from_neo([train], tick_ms=0.1), name="again")
    assert cell.size == 1


def test_from_neo_refuses():
    neo = pytest.importorskip("neo")
    import quantities as pq

    early = neo.SpikeTrain([-20, 3] * pq.ms, t_start=-30 * pq.ms, t_stop=9 * pq.ms)
    with pytest.raises(ValueError, match="spike train 0 has a spike at -20 ms, before tick 0.*start_ms=-20"):
        interchange.from_neo([early])
    assert interchange.from_neo([early], start_ms=-20) == {0: [0, 23]}
    two = neo.Block()
    two.segments += [neo.Segment(), neo.Segment()]
    for wrong, error, message in (
        (two, ValueError, "2 segments"),
        (7, TypeError, "it must be spike trains"),
        ([[1.0, 2.0]], TypeError, "has a unit of time"),
    ):
        with pytest.raises(error, match=message):
            interchange.from_neo(wrong)
    for options in ({"tick_ms": 0}, {"tick_ms": "1"}, {"start_ms": float("nan")}, {"stop_ms": float("inf")}, {"tick_ms": 1e-12}):
        with pytest.raises(ValueError, match="tick_ms|start_ms|stop_ms"):
            interchange.from_neo([early[1:]], **options)


# SONATA.


def test_sonata(result, tmp_path):
    h5py = pytest.importorskip("h5py")
    paths = result.write_sonata(tmp_path / "out")
    assert [os.path.basename(path) for path in paths] == ["spikes.h5", "v_report.h5", "u_report.h5", "v_last_report.h5"]
    assert sorted(os.listdir(tmp_path / "out")) == sorted(map(os.path.basename, paths)), "nothing else is left"
    with h5py.File(paths[0]) as file:
        group = file["spikes/cell"]
        assert group["timestamps"].dtype == np.float64 and group["node_ids"].dtype == np.uint64
        assert group["timestamps"].attrs["units"] == "milliseconds"
        assert h5py.check_enum_dtype(group.attrs.get_id("sorting").dtype) == {"none": 0, "by_id": 1, "by_time": 2}
        assert group.attrs["sorting"] == 2
        assert list(zip(group["timestamps"][()].tolist(), group["node_ids"][()].tolist())) == rows_of(result, "cell")
        assert file.attrs["magic"] == 0x0A7A and file.attrs["version"].tolist() == [0, 1]
    assert interchange.from_sonata(paths[0], "in", tick_ms=TICK_MS) == {k: v for k, v in result.spike_trains("in").items() if v}


def test_libsonata(result, tmp_path):
    pytest.importorskip("h5py")
    libsonata = pytest.importorskip("libsonata")
    result.write_sonata(tmp_path, populations={"cell": "Zelle \u03b1", "in": "in", "last": "last"})
    reader = libsonata.SpikeReader(str(tmp_path / "spikes.h5"))
    assert set(reader.get_population_names()) == {"Zelle \u03b1", "in"}
    spikes = reader["Zelle \u03b1"]
    assert spikes.sorting == "by_time" and spikes.time_units == "milliseconds"
    assert [(t, i) for i, t in spikes.get()] == rows_of(result, "cell")
    report = libsonata.SomaReportReader(str(tmp_path / "u_report.h5"))["Zelle \u03b1"]
    ticks, values = result.state("cell", "u")
    assert report.get_node_ids() == [1, 4, 5] and report.sorted and report.time_units == "ms"
    assert report.times == pytest.approx((3.0, (ticks[-1] + 3) * TICK_MS, 1.5))
    frame = report.get()
    np.testing.assert_array_equal(frame.data, values)
    np.testing.assert_allclose(frame.times, ticks * TICK_MS)
    one = report.get(node_ids=[4], tstart=30, tstop=60)
    np.testing.assert_array_equal(one.data[:, 0], values[(ticks * TICK_MS >= 30) & (ticks * TICK_MS <= 60), 1])
    assert libsonata.SomaReportReader(str(tmp_path / "v_report.h5"))["Zelle \u03b1"].data_units == "mV"
    last = libsonata.SomaReportReader(str(tmp_path / "v_last_report.h5"))["last"].get()
    np.testing.assert_array_equal(last.data, result.state("last", "v_last")[1])


def test_a_report_finds_neurons_that_were_named_in_another_order(tmp_path):
    pytest.importorskip("h5py")
    libsonata = pytest.importorskip("libsonata")
    net = gennaker.Network("order", seed=2)
    net.add_population("n", 4, "lif", {"i_offset": [1.0, 2.0, 3.0, 4.0]}, [{"variable": "v", "neurons": [3, 0, 2]}])
    result = gennaker.run(net, 5)
    result.write_sonata(tmp_path)
    report = libsonata.SomaReportReader(str(tmp_path / "v_report.h5"))["n"]
    assert report.get_node_ids() == [0, 2, 3]
    for column, neuron in enumerate([3, 0, 2]):
        found = report.get(node_ids=[neuron])
        assert found.ids.tolist() == [neuron]
        assert found.data[:, 0].tolist() == result.state("n", "v")[1][:, column].tolist()


def write_spikes(path, times, nodes, units="milliseconds", name="a"):
    import h5py

    with h5py.File(path, "a") as file:
        group = file.create_group(f"spikes/{name}")
        group.create_dataset("timestamps", data=times).attrs["units"] = units
        group.create_dataset("node_ids", data=nodes)
    return path


def test_from_sonata(tmp_path):
    pytest.importorskip("h5py")
    path = write_spikes(tmp_path / "a.h5", [0.0304, 0.0102, 0.0, 0.0098], np.uint64([900, 7, 900, 7]), "s")
    with pytest.warns(UserWarning, match="1 spikes fell into a tick"):
        assert interchange.from_sonata(path) == {7: [10], 900: [0, 30]}
    assert interchange.from_sonata(path, "a", tick_ms=0.1, neurons=[900, 8, 7]) == {0: [0, 304], 1: [], 2: [98, 102]}
    assert interchange.from_sonata(path, start_ms=10, stop_ms=30.4) == {7: [0]}
    write_spikes(path, np.zeros(0), np.zeros(0, np.uint64), name="b")
    assert interchange.from_sonata(path, "b") == {}
    with pytest.raises(ValueError, match="several populations; name one: a, b"):
        interchange.from_sonata(path)
    with pytest.raises(ValueError, match="no population `c`; there are: a, b"):
        interchange.from_sonata(path, "c")


@pytest.mark.parametrize(
    "times, nodes, units, message",
    [
        ([-1.0], np.uint64([0]), "ms", "before tick 0; say which time is tick 0: start_ms=-1"),
        ([np.nan], np.uint64([0]), "ms", "a time that is no number"),
        ([1.0], np.uint64([0]), "fortnights", "times are in 'fortnights'"),
        ([1.0, 2.0], np.uint64([0]), "ms", "as many times as whole numbers"),
        ([1.0], np.array([0.5]), "ms", "as many times as whole numbers"),
        ([1e12], np.uint64([0]), "ms", "the last there can be is 4294967295"),
    ],
)
def test_what_is_no_spike_file(tmp_path, times, nodes, units, message):
    pytest.importorskip("h5py")
    with pytest.raises(ValueError, match=message):
        interchange.from_sonata(write_spikes(tmp_path / "a.h5", times, nodes, units))


def test_what_is_no_sonata_file(tmp_path):
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "empty.h5", "w"):
        pass
    with pytest.raises(ValueError, match="no group /spikes"):
        interchange.from_sonata(tmp_path / "empty.h5")
    with h5py.File(tmp_path / "half.h5", "w") as file:
        file.create_group("spikes/a")
    with pytest.raises(ValueError, match="is not a SONATA file of spikes"):
        interchange.from_sonata(tmp_path / "half.h5")
    with pytest.raises(OSError):
        interchange.from_sonata(tmp_path / "none.h5")


# NWB.


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_nwb(result, tmp_path):
    pynwb = pytest.importorskip("pynwb")
    path = tmp_path / "run.nwb"
    result.write_nwb(path, experimenter="the lab")
    with pynwb.NWBHDF5IO(str(path), "r") as io:
        assert pynwb.validate(io=io) in ([], None), "the validator has nothing to say"
        file = io.read()
        assert file.session_start_time.isoformat() == "1970-01-01T00:00:00+00:00" and file.experimenter == ("the lab",)
        units = file.units.to_dataframe()
        assert len(units) == 32 and set(units.population) == {"in", "cell"}
        for name in ("in", "cell"):
            for neuron, train in result.spike_trains(name).items():
                (row,) = units[(units.population == name) & (units.neuron == neuron)].itertuples()
                np.testing.assert_allclose(row.spike_times, np.array(train) * TICK_MS * 1e-3, rtol=1e-12, atol=0)
                assert row.obs_intervals.tolist() == [[0.0, 0.2]]
        np.testing.assert_array_equal(file.units["spike_times"][25], units.spike_times[25])
        v = file.acquisition["cell v"]
        np.testing.assert_array_equal(v.data[()], result.state("cell", "v")[1])
        assert (v.unit, v.conversion, v.rate, v.starting_time) == ("volts", 1e-3, 2000.0, 0.0)
        u = file.acquisition["cell u"]
        assert u.comments == "neurons: 1, 4..5" and u.rate == pytest.approx(2000 / 3) and u.starting_time == pytest.approx(3e-3)
        assert file.acquisition["last v_last"].timestamps[()].tolist() == [399 * TICK_MS * 1e-3]
    assert os.listdir(tmp_path) == ["run.nwb"]


def test_nwb_in_memory_and_its_identifier(result):
    pynwb = pytest.importorskip("pynwb")
    from datetime import datetime, timezone

    one, again = result.to_nwb(), result.to_nwb()
    assert isinstance(one, pynwb.NWBFile) and one.identifier == again.identifier
    dated = result.to_nwb(datetime(2026, 1, 2, tzinfo=timezone.utc), "cell", identifier="mine")
    assert dated.identifier == "mine" and dated.session_start_time.year == 2026 and len(dated.units) == 12
    assert result.to_nwb(populations="cell").identifier != one.identifier


# Names, files, libraries.

BAD = ("", "a/b", "..", ".", "a\nb", "a\0b")


@pytest.mark.parametrize("name", BAD)
def test_names_that_files_cannot_hold(name, tmp_path):
    net = gennaker.Network()
    net.add_population(name, 1, "lif", {"i_offset": 3}, ["spikes", "v"])
    result = gennaker.run(net, 20)
    writers = [(result.write_npz, tmp_path / "a.npz", None)]
    for library, writer, path in (
        ("h5py", result.write_sonata, tmp_path / "son"),
        ("pynwb", result.write_nwb, tmp_path / "a.nwb"),
    ):
        if is_installed(library) and not (library == "pynwb" and name in ("..", ".")):
            writers.append((writer, path, library))
    for writer, path, _ in writers:
        with pytest.raises(ValueError) as caught:
            writer(path)
        assert repr(name) in str(caught.value) and f"populations={{{name!r}: 'another'" in str(caught.value)
        assert list(tmp_path.iterdir()) == [], "nothing is left of it"
    result.write_npz(tmp_path / "a.npz", {name: "another"})
    with np.load(tmp_path / "a.npz") as arrays:
        assert arrays["another.i"].tolist() == [0] * len(result.spikes(name)[0])
    if "\0" not in name:
        result.write_csv(tmp_path / "a.csv")
    else:
        with pytest.raises(ValueError, match="cannot be called that in a text file"):
            result.write_csv(tmp_path / "a.csv")
        if is_installed("pynwb"):
            with pytest.raises(ValueError, match="cannot be called that in an NWB file"):
                result.write_nwb(tmp_path / "a.nwb")


def is_installed(library):
    import importlib.util

    return importlib.util.find_spec(library) is not None


def test_which_populations(result, tmp_path):
    for populations, error, message in (
        ("cel", KeyError, "no population `cel`"),
        (["in", "cell", "last"], ValueError, "`last` did not record `spikes`"),
        ({"in": "x", "cell": "x"}, ValueError, "two populations would be called 'x'"),
        ([1], TypeError, "populations is"),
        (7, TypeError, "populations is 7; it must be a name"),
        ([], ValueError, "populations is empty"),
        ({}, ValueError, "populations is empty"),
    ):
        with pytest.raises(error, match=message):
            result.write_csv(tmp_path / "a.csv", populations=populations)
    nothing = gennaker.Network()
    nothing.add_population("mute", 1, "lif", {}, [])
    with pytest.raises(ValueError, match="no population recorded anything"):
        gennaker.run(nothing, 5).write_npz(tmp_path / "a.npz")
    with pytest.raises(ValueError, match="no population recorded `w`; recorded are: spikes, v, u, v_last"):
        result.write_csv(tmp_path / "a.csv", "w")
    assert list(tmp_path.iterdir()) == []


def test_names_that_meet_in_an_npz_file(tmp_path):
    net = gennaker.Network()
    net.add_population("a", 1, "lif", {}, ["v"])
    net.add_population("a.v", 1, "lif", {"i_offset": 1}, ["spikes"])
    with pytest.raises(ValueError, match="two arrays would be called 'a.v.t'"):
        gennaker.run(net, 9).write_npz(tmp_path / "a.npz")


def test_a_file_is_whole_or_not_there(result, tmp_path, monkeypatch):
    path = tmp_path / "a.npz"
    path.write_text("before")

    def fails(file, **arrays):
        file.write(b"half")
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(np, "savez", fails)
        with pytest.raises(OSError, match="disk full"):
            result.write_npz(path)
    assert path.read_text() == "before" and os.listdir(tmp_path) == ["a.npz"]
    with pytest.raises(IsADirectoryError, match="give the name of a file"):
        result.write_npz(tmp_path)
    with pytest.raises(FileNotFoundError, match=f"there is no folder `{tmp_path / 'none'}` for `a.npz`"):
        result.write_npz(tmp_path / "none" / "a.npz")
    with pytest.raises(NotADirectoryError, match="SONATA is written into a folder"):
        result.write_sonata(path)


@pytest.mark.parametrize(
    "library, call",
    [
        ("pandas", lambda result, path: result.to_pandas()),
        ("pyarrow", lambda result, path: result.to_arrow()),
        ("neo", lambda result, path: result.to_neo()),
        ("h5py", lambda result, path: result.write_sonata(path)),
        ("h5py", lambda result, path: interchange.from_sonata(path)),
        ("pynwb", lambda result, path: result.to_nwb()),
    ],
)
def test_a_missing_library(result, tmp_path, monkeypatch, library, call):
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ImportError, match=f"needs {library}: pip install {library} "):
        call(result, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_nothing_of_others_is_imported_before_it_is_asked_for(run_python):
    code = "import sys, gennaker\nfrom gennaker import interchange, plot, snn, hardware\nprint(*sys.modules)"
    loaded = {name.split(".")[0] for name in run_python("-c", code).stdout.split()}
    assert not loaded & {"matplotlib", "neo", "quantities", "pandas", "pyarrow", "h5py", "pynwb", "hdmf", "libsonata"}
    assert "gennaker" in loaded


# After runs on hardware objects.


def test_results_of_hardware(tmp_path):
    source = snn.Population(3, "spike_list", {0: [1, 3], 2: [5]}, name="same")
    cell = snn.Population(2, "lif", {"threshold": 1.0}, name="same", record=["spikes", "v"])
    net = snn.Network("twins", seed=5)
    net.add(source, cell, snn.Projection(source, cell, [[0, 1, 3, 0]]))
    hw = hardware.SpiNNaker2Chip()
    with pytest.raises(RuntimeError, match="has run nothing yet"):
        hw.result
    with pytest.raises(RuntimeError, match="`twins` has no results yet"):
        net.result
    hw.run(net, 10, sys_tick_in_s=1e-4)
    result = hw.result
    assert list(result.populations) == ["same", "same#2"] and result.tick_ms == pytest.approx(0.1) and result.timesteps == 10
    assert result.about == {"network": "twins", "seed": 5, "version": gennaker.__version__}
    assert result.spike_trains("same") == {0: [1, 3], 1: [], 2: [5]} == source.get_spikes()
    result.write_npz(tmp_path / "a.npz")
    with np.load(tmp_path / "a.npz") as arrays:
        assert arrays["same#2.v"].shape == (10, 2)
    assert net.result.tick_ms == pytest.approx(0.1)
    mine, whole = result._report_parts(), hw._report_parts()
    assert mine.keys() == whole.keys(), "a report of one is a report of the other"
    assert all(mine[key] == whole[key] for key in ("timesteps", "tick_ms", "numeric", "run", "account"))


@pytest.mark.parametrize("content", [b"", b"\x89HDF\r\n\x1a\n" + bytes(20), b"spikes"])
def test_what_is_no_sonata_file_is_named(tmp_path, content):
    pytest.importorskip("h5py")
    (tmp_path / "spikes.h5").write_bytes(content)
    with pytest.raises(ValueError, match="spikes.h5` is not a SONATA file"):
        interchange.from_sonata(tmp_path / "spikes.h5")
