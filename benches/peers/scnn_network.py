"""The spiking conv-nets of `scnn_torch.py`: definitions, weights, inputs and a plain numpy simulation. Needs numpy only.

    python benches/peers/scnn_network.py                                # spikes per layer of recording 0, and whether as expected
    python benches/peers/scnn_network.py --nir net.nir --events in.npz  # the network as a NIR file (package nir), its input
    python benches/peers/scnn_network.py --network scnn_mnist --data FOLDER --recordings 64                 # needs h5py

Two networks of integrate-and-fire neurons. All weights are whole numbers of -127..127, all potentials whole numbers below 2^24,
thresholds are never whole: results are exact in single precision, in any order of additions, and `>` and `>=` agree.

**What a step does.** Layers follow each other within the step (a spike passes through all of them at once), from the input's
frame of 0 and 1:

    d = W * z      convolution without bias (cross-correlation, zero padding), or product over the flattened input (channel, y, x)
    v = v + d      no leak, no lower bound; v = 0 before the first step
    z = 1 if v >= threshold else 0;  v = 0 where z = 1

where W sees the sums of 2 x 2 neighbours if the layer says `pool` (stride 2, sums of 0..4, not limited to 1). A machine that
takes one tick per hop does the same work later: the nets only feed forward, so if as many empty ticks as there are hops follow
the input, all counts are equal.

**`scnn`**, made from hash numbers, 300 steps, spikes and synapses about as many as in a net of this size on N-MNIST:

    layer   source                      weights            drift   threshold   neurons
    0       2 x 34 x 34                 20 x 2 x 5 x 5     12      850.5       20 x 32 x 32     padding 1
    1       pool -> 20 x 16 x 16        32 x 20 x 5 x 5    8       7800.5      32 x 12 x 12
    2       pool -> 32 x 6 x 6          128 x 32 x 3 x 3   8       10000.5     128 x 4 x 4
    3       2048, flattened             500 x 2048         8       3850.5      500
    4       500                         10 x 500           8       1750.5      10

(strides 1, padding 0 but in layer 0), with all operations on unsigned 64-bit words, modulo 2^64; `mix` is the output function of
SplitMix64, so that h(0, i) are the numbers of that generator with seed 0:

    mix(z)     z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;  z ^ (z >> 31)
    h(s, i)    mix(s * 0xD1B54A32D192ED03 + (i + 1) * 0x9E3779B97F4A7C15)
    weight i   of layer l, i counting (out, in, y, x) or (out, in), last fastest:
               clamp((h(l, i) >> 56) - 128 + drift, -127, 127), the difference as a signed number

**Its input**: recording r has 14 draws per step t = 0..299, j = 0..13; a pixel drawn twice in a step counts once. A blob of
bell-shaped profile goes round a triangle, a side in 100 steps, as the three saccades of N-MNIST:

    g          h(1000 + r, 14 t + j)
    centre     of side k = t / 100 (rounded down) from (x0, y0) to (x1, y1), p = t % 100:
               x = (x0 (100 - p) + x1 p) / 100, rounded down; y alike
    corners    (11, 11), (16, 22), (22, 11), and back to the first
    x          centre x + (g & 7) + (g >> 3 & 7) + (g >> 6 & 7) - 10
    y          centre y + (g >> 9 & 7) + (g >> 12 & 7) + (g >> 15 & 7) - 10
    channel    g >> 18 & 1

**`scnn_mnist`**, the trained network of the NIR paper (Pedersen et al., Nature Communications 15, 8122, 2024: `cnn_sinabs.nir`),
weights as the chip takes them: s = 127 / max |W| per layer, W s cut toward zero, threshold v_threshold s / r. Its input is
N-MNIST (`60001.bs2`...): frames of 1 ms from the first event on, the unfinished last one dropped, several events of a pixel in a
frame counted once; recordings shorter than the longest of a batch are followed by empty frames. Recording r is file
60001 + r % 60.

`scnn_expected.json` has what must come out of both, for recordings 0..63: spikes per layer (input first) and of each output
neuron.
"""

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

EXPECTED = Path(__file__).with_name("scnn_expected.json")
GOLDEN, STREAM = np.uint64(0x9E3779B97F4A7C15), 0xD1B54A32D192ED03
STEPS, DRAWS, SIDE = 300, 14, 100
CORNERS = [(11, 11), (16, 22), (22, 11), (11, 11)]
FIRST_FILE, FILES = 60001, 60  # of N-MNIST's test set


@dataclass
class Layer:
    """Neurons and the one set of weights onto them."""

    weights: np.ndarray  # int8: (out, in, y, x), or (out, in) for a dense layer
    threshold: float  # in weight units, not whole
    stride: int = 1
    padding: int = 0
    pool: int = 1  # side of the square whose spikes are summed in front of the weights

    @property
    def is_conv(self):
        return self.weights.ndim == 4


def mix(z):
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def hashes(stream, n):
    """h(stream, 0..n)."""
    start = np.uint64(stream * STREAM % 2**64)
    return mix(start + (np.arange(n, dtype=np.uint64) + np.uint64(1)) * GOLDEN)


def hashed_weights(layer, shape, drift):
    high = (hashes(layer, int(np.prod(shape))) >> np.uint64(56)).astype(np.int64)
    return np.clip(high - 128 + drift, -127, 127).astype(np.int8).reshape(shape)


def scnn():
    """The layers of `scnn`."""
    return [
        Layer(hashed_weights(0, (20, 2, 5, 5), 12), 850.5, padding=1),
        Layer(hashed_weights(1, (32, 20, 5, 5), 8), 7800.5, pool=2),
        Layer(hashed_weights(2, (128, 32, 3, 3), 8), 10000.5, pool=2),
        Layer(hashed_weights(3, (500, 2048), 8), 3850.5),
        Layer(hashed_weights(4, (10, 500), 8), 1750.5),
    ]


def blob_frames(recording):
    """Frames (step, channel, y, x) of a recording made for `scnn`."""
    t = np.repeat(np.arange(STEPS), DRAWS)
    g = hashes(1000 + recording, STEPS * DRAWS).astype(np.int64)
    side, p = t // SIDE, t % SIDE
    start, end = np.array(CORNERS)[side], np.array(CORNERS)[side + 1]
    centre = (start * (SIDE - p)[:, None] + end * p[:, None]) // SIDE

    def spread(shift):
        return sum(g >> (shift + 3 * k) & 7 for k in range(3)) - 10

    frames = np.zeros((STEPS, 2, 34, 34), np.float32)
    frames[t, g >> 18 & 1, centre[:, 1] + spread(9), centre[:, 0] + spread(0)] = 1
    return frames


def scnn_mnist(data):
    """The layers of `scnn_mnist`, from the folder that has `scnn/cnn_sinabs.nir`; needs h5py."""
    import h5py

    layers, pool = [], 1
    with h5py.File(Path(data, "scnn", "cnn_sinabs.nir")) as file:
        nodes = file["node/nodes"]
        for name in sorted((name for name in nodes if name.isdigit()), key=int):
            node = {key: value[()] for key, value in nodes[name].items()}
            kind = node["type"].decode()
            if kind == "SumPool2d":
                pool = int(np.ravel(node["kernel_size"])[0])
            elif kind in ("Conv2d", "Affine"):
                weights, geometry = node["weight"].astype(float), {}
                if kind == "Conv2d":
                    geometry = {key: int(np.ravel(node[key])[0]) for key in ("stride", "padding")}
                scale = 127 / np.abs(weights).max()
                layers.append(Layer(np.trunc(weights * scale).astype(np.int8), np.nan, pool=pool, **geometry))
                pool = 1
            elif kind == "IF":
                layers[-1].threshold = float(np.float32(np.ravel(node["v_threshold"] / node["r"])[0] * scale))
    return layers


def mnist_frames(data, recording):
    """Frames of an N-MNIST recording, 0 and 1."""
    raw = np.fromfile(Path(data, "nmnist", "test", f"{FIRST_FILE + recording % FILES}.bs2"), np.uint8)
    raw = raw.reshape(-1, 5).astype(np.int64)
    us = ((raw[:, 2] & 127) << 16) + (raw[:, 3] << 8) + raw[:, 4]
    step = (us - us[0]) // 1000
    frames = np.zeros(((us[-1] - us[0] - 1000) // 1000 + 1, 2, 34, 34), np.float32)
    whole = step < len(frames)
    frames[step[whole], raw[whole, 2] >> 7, raw[whole, 1], raw[whole, 0]] = 1
    return frames


def load(network, n_recordings, data=None):
    """Layers, and frames (step, recording, channel, y, x) of the first recordings."""
    if network == "scnn":
        layers, recordings = scnn(), [blob_frames(r) for r in range(n_recordings)]
    else:
        if data is None:
            raise SystemExit("scnn_mnist needs --data FOLDER with scnn/cnn_sinabs.nir and nmnist/test/60001.bs2 to 60060.bs2")
        layers, recordings = scnn_mnist(data), [mnist_frames(data, r) for r in range(n_recordings)]
    frames = np.zeros((max(map(len, recordings)), n_recordings, 2, 34, 34), np.float32)
    for r, recording in enumerate(recordings):
        frames[: len(recording), r] = recording
    return layers, frames


def drive(layer, spikes):
    """Input of a layer's neurons for all steps at once; exact, since no sum reaches 2^24."""
    if layer.pool > 1:
        steps, channels, height, width = spikes.shape
        p = layer.pool
        spikes = spikes[:, :, : height // p * p, : width // p * p]
        spikes = spikes.reshape(steps, channels, height // p, p, width // p, p).sum(axis=(3, 5))
    weights = layer.weights.astype(np.float32).reshape(len(layer.weights), -1)
    if not layer.is_conv:
        return spikes.reshape(len(spikes), -1) @ weights.T
    edge = (layer.padding, layer.padding)
    padded = np.pad(spikes, ((0, 0), (0, 0), edge, edge))
    windows = np.lib.stride_tricks.sliding_window_view(padded, layer.weights.shape[2:], axis=(2, 3))
    windows = windows[:, :, :: layer.stride, :: layer.stride].transpose(0, 2, 3, 1, 4, 5)
    rows = windows.reshape(*windows.shape[:3], -1)
    return (rows @ weights.T).transpose(0, 3, 1, 2)


def fire(drives, threshold):
    """Spikes of integrate-and-fire neurons that are reset to zero."""
    v, spikes = np.zeros_like(drives[0]), np.empty_like(drives)
    for step, d in enumerate(drives):
        v += d
        z = v >= threshold
        spikes[step], v[z] = z, 0
    return spikes


def simulate(layers, frames):
    """Spikes per layer (input first) and spikes of each output neuron for one recording's frames (step, channel, y, x)."""
    spikes, counts = frames, [int(frames.sum())]
    for layer in layers:
        spikes = fire(drive(layer, spikes), np.float32(layer.threshold))
        counts.append(int(spikes.sum()))
    return counts, spikes.sum(axis=0).astype(int).tolist()


def synaptic_operations(layers, frames):
    """Additions that an event-driven machine does for a recording: synapses of every spike."""
    spikes, total = frames, 0
    for layer in layers:
        ones = Layer(np.ones_like(layer.weights), np.nan, layer.stride, layer.padding, layer.pool)
        total += int(drive(ones, spikes).sum(dtype=np.float64))
        spikes = fire(drive(layer, spikes), np.float32(layer.threshold))
    return total


def expected(network, n_recordings):
    """Spikes per layer (recording, layer) and of the outputs (recording, neuron), from `scnn_expected.json`."""
    known = json.loads(EXPECTED.read_text())[network]
    return np.array(known["spikes"][:n_recordings]), np.array(known["outputs"][:n_recordings])


def write_expected(network, results):
    document = json.loads(EXPECTED.read_text()) if EXPECTED.exists() else {}
    document[network] = {"spikes": [counts for counts, _ in results], "outputs": [outputs for _, outputs in results]}
    text = json.dumps(dict(sorted(document.items())))
    EXPECTED.write_text(text.replace("], [", "],\n[").replace("}, ", "},\n").replace("]], ", "]],\n") + "\n")


def write_nir(layers, path):
    """The network as a NIR graph; the chip's rule leaves weights as they are, since the largest of each layer is 127."""
    import nir

    shape, nodes = (2, 34, 34), [nir.Input(np.array((2, 34, 34)))]
    for layer in layers:
        if layer.pool > 1:
            square = np.array([layer.pool, layer.pool])
            nodes.append(nir.SumPool2d(square, square, np.array([0, 0])))
            shape = (shape[0], shape[1] // layer.pool, shape[2] // layer.pool)
        weights = layer.weights.astype(np.float32)
        if layer.is_conv:
            nodes.append(nir.Conv2d(shape[1:], weights, layer.stride, layer.padding, 1, 1, np.zeros(len(weights), np.float32)))
            size = [(n + 2 * layer.padding - k) // layer.stride + 1 for n, k in zip(shape[1:], weights.shape[2:])]
            shape = (len(weights), *size)
        else:
            if len(shape) > 1:
                nodes.append(nir.Flatten({"input": np.array(shape)}, start_dim=0, end_dim=-1))
            nodes.append(nir.Affine(weights, np.zeros(len(weights), np.float32)))
            shape = (len(weights),)
        full = np.full(shape, layer.threshold, np.float32)
        nodes.append(nir.IF(np.ones(shape, np.float32), full, np.zeros(shape, np.float32)))
    nodes.append(nir.Output(np.array(shape)))
    names = ["input", *map(str, range(len(nodes) - 2)), "output"]
    nir.write(path, nir.NIRGraph(dict(zip(names, nodes)), list(zip(names, names[1:]))))


def write_events(frames, path):
    """Events as arrays `recording`, `step`, `channel`, `y`, `x`, sorted in this order."""
    recording, step, channel, y, x = np.nonzero(frames.transpose(1, 0, 2, 3, 4))
    np.savez_compressed(path, recording=recording, step=step, channel=channel, y=y, x=x)


def main():
    parser = argparse.ArgumentParser(description="Definition of the spiking conv-nets, with a plain simulation.")
    parser.add_argument("--network", choices=("scnn", "scnn_mnist"), default="scnn")
    parser.add_argument("--data", metavar="FOLDER", help="folder with scnn/ and nmnist/, for scnn_mnist")
    parser.add_argument("--recordings", type=int, default=1, help="how many (default 1)")
    parser.add_argument("--nir", metavar="FILE", help="write the network, weights and thresholds as they are used")
    parser.add_argument("--events", metavar="FILE", help="write the input of the recordings (npz)")
    parser.add_argument("--operations", action="store_true", help="count synaptic operations, too")
    parser.add_argument("--update", action="store_true", help="write what comes out to scnn_expected.json")
    options = parser.parse_args()
    layers, frames = load(options.network, options.recordings, options.data)
    if options.nir:
        write_nir(layers, options.nir)
    if options.events:
        write_events(frames, options.events)
    results = [simulate(layers, frames[:, r]) for r in range(options.recordings)]
    if options.update:
        write_expected(options.network, results)
    counts, outputs = (np.array(column) for column in zip(*results))
    mean = ", ".join(f"{n:.0f}" for n in counts.mean(axis=0))
    print(f"{options.network}, {options.recordings} recordings; mean spikes per layer {mean}; outputs of the first {outputs[0]}")
    if options.operations:
        operations = [synaptic_operations(layers, frames[:, r]) for r in range(options.recordings)]
        print(f"synaptic operations per recording {np.mean(operations):.0f} (mean)")
    known_counts, known_outputs = expected(options.network, options.recordings)
    is_same = np.array_equal(counts, known_counts) and np.array_equal(outputs, known_outputs)
    print("as expected" if is_same else "not as expected")
    return 0 if is_same else 1


if __name__ == "__main__":
    sys.exit(main())
