"""Recordings per second through the spiking conv-nets of `scnn_network.py` in tensor frameworks, on a CPU, with equal results.

    python3 -m venv venv && venv/bin/pip install torch snntorch "sinabs>=3.1" norse numpy
    venv/bin/python benches/peers/scnn_torch.py --framework sinabs --mode whole --batch 64
    venv/bin/python benches/peers/scnn_torch.py --framework all --network scnn_mnist --data FOLDER

Modes: `streaming` takes a frame through all layers before the next one, as live input needs; `whole` takes a layer over all steps
before the next layer, convolutions of all steps in one call, in groups of `--piece` recordings (without it, of the fastest of 1,
4, 16 and 64). Not timed: building, frames from events, compiling, the first runs. Timed: from frames in memory to the output
neurons' spike counts, `--repeats` times; the best counts.

Each prints a JSON line. Before it is timed, spikes per layer and recording are compared with `scnn_expected.json`; exit code 1 if
one differs.

How each is made to do the same neuron (reset to zero in the step of the spike, one spike a step, no leak, no lower bound). All
share PyTorch's convolutions, products and pooling (`avg_pool2d` with divisor 1: sinabs' own SumPool2d raises to powers and is
slower), in inference mode:

    torch           by hand, in place
    torch_compiled  the same through torch.compile: a step of the whole net (streaming), or 20 steps of a layer's neurons in one
                    kernel (whole); needs a C++ compiler
    snntorch        Leaky(beta=1, reset_mechanism="zero", reset_delay=False, surrogate_disable=True); it has no form for many
                    steps that resets, so these are a loop here
    sinabs          IAF(spike_fn=SingleSpike, reset_fn=MembraneReset(), min_v_mem=None); its faster Exodus needs a GPU
    norse           IAFCell (streaming) and IAF (whole)
"""

import argparse
import importlib.metadata
import importlib.util
import json
import platform
import resource
import subprocess
import sys
import time

import numpy as np
import scnn_network

BLOCK = 20  # steps in one kernel of `torch_compiled`
PIECES = (1, 4, 16, 64)  # recordings side by side in whole mode, of which the fastest is taken: small ones stay in the caches


class Torch:
    """Integrate-and-fire neurons by hand, and what the other frameworks override.

    A sequence is (step, recording, ...), or (recording, step, ...) if `batch_first`.
    """

    package, batch_first = "torch", False

    def __init__(self, torch, threshold):
        self.torch, self.threshold = torch, threshold
        self.reset()

    def reset(self):
        self.v = None

    def step(self, x):
        self.v = x.clone() if self.v is None else self.v.add_(x)
        z = self.v >= self.threshold
        self.v.masked_fill_(z, 0.0)
        return z.to(x.dtype)

    def sequence(self, x):
        """Spikes in place of the input."""
        v = self.torch.zeros_like(x[0])
        for frame in x:
            z = v.add_(frame) >= self.threshold
            v.masked_fill_(z, 0.0)
            frame.copy_(z)
        return x


class TorchCompiled(Torch):
    def __init__(self, torch, threshold):
        super().__init__(torch, threshold)
        # One function serves all layers and shapes; beyond the default of 8 they would run uncompiled.
        torch._dynamo.config.recompile_limit = 256
        self.block = torch.compile(self.fire, dynamic=False)

    def fire(self, v, frames):
        spikes = []
        for frame in frames.unbind(0):
            v = v + frame
            z = v >= self.threshold
            v = self.torch.where(z, 0.0, v)
            spikes.append(z.to(frame.dtype))
        frames.copy_(self.torch.stack(spikes))
        return v

    def sequence(self, x):
        """Spikes in place of the input, which is taken as a row of numbers per step in the order of memory."""
        rows = (x if x.is_contiguous() else x.permute(0, 1, 3, 4, 2)).flatten(1)
        v = self.torch.zeros_like(rows[0])
        for block in rows.split(BLOCK):
            v = self.block(v, block)
        return x


class SnnTorch(Torch):
    package = "snntorch"

    def __init__(self, torch, threshold):
        import snntorch

        self.torch = torch
        self.cell = snntorch.Leaky(
            beta=1.0, threshold=threshold, init_hidden=True, reset_mechanism="zero", reset_delay=False, surrogate_disable=True
        )

    def reset(self):
        self.cell.reset_mem()

    def step(self, x):
        return self.cell(x)

    def sequence(self, x):
        return self.torch.stack([self.cell(frame) for frame in x])


class Sinabs(Torch):
    package, batch_first = "sinabs", True

    def __init__(self, torch, threshold):
        from sinabs.activation import MembraneReset, SingleSpike
        from sinabs.layers import IAF

        threshold = torch.tensor(threshold)
        self.layer = IAF(spike_threshold=threshold, spike_fn=SingleSpike, reset_fn=MembraneReset(), min_v_mem=None)

    def reset(self):
        if self.layer.is_state_initialised():
            self.layer.reset_states()

    def step(self, x):
        return self.layer(x.unsqueeze(1)).squeeze(1)

    def sequence(self, x):
        return self.layer(x)


class Norse(Torch):
    package = "norse"

    def __init__(self, torch, threshold):
        from norse.torch import IAF, IAFCell, IAFParameters
        from norse.torch.functional.iaf import IAFFeedForwardState

        parameters = IAFParameters(v_th=torch.tensor(threshold))
        self.cell, self.layer = IAFCell(parameters), IAF(parameters)
        # Its own initial state asks for a gradient, which inference mode does not take.
        self.initial = IAFFeedForwardState(v=torch.zeros(()))
        self.reset()

    def reset(self):
        self.state = self.initial

    def step(self, x):
        z, self.state = self.cell(x, self.state)
        return z

    def sequence(self, x):
        return self.layer(x, self.initial)[0]


FRAMEWORKS = {"torch": Torch, "torch_compiled": TorchCompiled, "snntorch": SnnTorch, "sinabs": Sinabs, "norse": Norse}


class Net:
    """A network in one of the frameworks."""

    def __init__(self, torch, layers, framework, channels_first):
        self.torch, self.layers = torch, layers
        self.format = torch.contiguous_format if channels_first else torch.channels_last
        self.weights = [self.weight(layer) for layer in layers]
        self.neurons = [FRAMEWORKS[framework](torch, layer.threshold) for layer in layers]
        self.batch_first = FRAMEWORKS[framework].batch_first

    def weight(self, layer):
        weights = self.torch.from_numpy(layer.weights.astype(np.float32))
        return weights.contiguous(memory_format=self.format) if layer.is_conv else weights

    def synapses(self, i, x):
        """Input of layer i's neurons from spikes (frame, ...)."""
        layer, weights, functional = self.layers[i], self.weights[i], self.torch.nn.functional
        if layer.pool > 1:
            x = functional.avg_pool2d(x, layer.pool, divisor_override=1)
        if weights.ndim == 4:
            return functional.conv2d(x, weights, None, layer.stride, layer.padding)
        return functional.linear(x.flatten(1), weights)

    def streaming(self, frames, spikes=None):
        """Output counts (recording, neuron) of frames (step, recording, ...); adds spikes (layer, recording) up if asked for."""
        for neurons in self.neurons:
            neurons.reset()
        counts = 0
        for x in frames:
            for i, neurons in enumerate(self.neurons):
                x = neurons.step(self.synapses(i, x))
                if spikes is not None:
                    spikes[i] += x.flatten(1).sum(1)
            counts = counts + x
        return counts

    def whole(self, frames, spikes=None):
        """The same, layer by layer; frames (recording, step, ...) if `batch_first`."""
        lead, x = frames.shape[:2], frames
        step_axis = 1 if self.batch_first else 0
        for i, neurons in enumerate(self.neurons):
            neurons.reset()
            x = self.synapses(i, x.flatten(0, 1).contiguous(memory_format=self.format) if x.ndim == 5 else x.flatten(0, 1))
            x = neurons.sequence(x.unflatten(0, lead))
            if spikes is not None:
                spikes[i] += x.flatten(2).sum((2, step_axis))
        return x.sum(step_axis)


class CompiledNet(Net):
    """Streaming with a step of the whole net in one compiled function."""

    def streaming(self, frames, spikes=None):
        if not hasattr(self, "compiled"):
            self.compiled = self.torch.compile(self.step, dynamic=False)
            self.counted = self.torch.compile(self.step_and_count, dynamic=False)
            self.start = self.potentials(frames[0])
        potentials, counts = [v.clone() for v in self.start], 0
        for x in frames:
            if spikes is None:
                x, potentials = self.compiled(x, potentials)
            else:
                x, potentials, per_layer = self.counted(x, potentials)
                spikes += per_layer
            counts = counts + x
        return counts

    def potentials(self, x):
        found = []
        for i in range(len(self.layers)):
            x = self.torch.zeros_like(self.synapses(i, x))
            found.append(x)
        return found

    def step_and_count(self, x, potentials):
        after, per_layer = [], []
        for i, (layer, v) in enumerate(zip(self.layers, potentials)):
            v = v + self.synapses(i, x)
            z = v >= layer.threshold
            after.append(self.torch.where(z, 0.0, v))
            x = z.to(v.dtype)
            per_layer.append(x.flatten(1).sum(1))
        return x, after, self.torch.stack(per_layer)

    def step(self, x, potentials):
        x, after, _ = self.step_and_count(x, potentials)
        return x, after


def run_all(net, frames, piece, spikes=None):
    """Output counts of all recordings: step by step if `piece` is None, else layer by layer and piece by piece."""
    if piece is None:
        return net.streaming(frames, spikes)
    pieces = frames.split(piece, 0 if net.batch_first else 1)
    columns = spikes.split(piece, 1) if spikes is not None else [None] * len(pieces)
    return net.torch.cat([net.whole(frames, part) for frames, part in zip(pieces, columns)])


def fastest_piece(net, options, frames):
    """Piece of whole mode: what was asked for, or the fastest."""
    if options.mode == "streaming" or options.piece:
        return options.piece
    candidates = [piece for piece in PIECES if options.batch % piece == 0]
    if len(candidates) == 1:
        return candidates[0]

    def seconds(piece):
        run_all(net, frames, piece)
        return timed(net, frames, piece)[0]

    return min(candidates, key=seconds)


def timed(net, frames, piece):
    """Wall and processor seconds of a run, and its output counts."""
    wall, cpu = time.perf_counter(), time.process_time()
    outputs = run_all(net, frames, piece).numpy().astype(int)
    return time.perf_counter() - wall, time.process_time() - cpu, outputs


def prepared(torch, net, options, frames):
    """Frames in the order and layout that the mode and the framework like best."""
    frames = torch.from_numpy(frames)
    if options.mode == "streaming":
        return [frame.contiguous(memory_format=net.format) for frame in frames]
    return frames.transpose(0, 1).contiguous() if net.batch_first else frames


def measure(options):
    import torch

    torch.set_num_threads(options.threads)
    layers, frames = scnn_network.load(options.network, options.batch, options.data)
    net_class = CompiledNet if options.framework == "torch_compiled" else Net
    net = net_class(torch, layers, options.framework, options.channels_first)
    with torch.inference_mode():
        inputs = prepared(torch, net, options, frames)
        piece = fastest_piece(net, options, inputs)
        spikes = torch.zeros(len(layers), options.batch)
        outputs = run_all(net, inputs, piece, spikes).numpy().astype(int)
        differences = compare(options, frames, spikes.numpy().T.astype(int), outputs)
        run_all(net, inputs, piece)
        runs = [timed(net, inputs, piece) for _ in range(options.repeats)]
    if not all(np.array_equal(run[2], outputs) for run in runs):
        differences["repeats"] = "not the same in every run"
    return result(options, piece, runs, spikes, differences)


def compare(options, frames, spikes, outputs):
    """Differences from what must come out, empty if there are none."""
    known_spikes, known_outputs = scnn_network.expected(options.network, options.batch)
    spikes = np.column_stack([frames.sum(axis=(0, 2, 3, 4)).astype(int), spikes])
    found = {}
    for i in np.flatnonzero((spikes != known_spikes).any(axis=0)):
        found[f"layer {i}"] = [int(spikes[:, i].sum()), int(known_spikes[:, i].sum())]
    if not np.array_equal(outputs, known_outputs):
        found["outputs"] = int(np.abs(outputs - known_outputs).sum())
    return found


def result(options, piece, runs, spikes, differences):
    wall, cpu = min(run[0] for run in runs), min(run[1] for run in runs)
    package = FRAMEWORKS[options.framework].package
    versions = {name: importlib.metadata.version(name) for name in sorted({"torch", package})}
    return {
        "framework": options.framework,
        "network": options.network,
        "mode": options.mode,
        "batch": options.batch,
        "threads": options.threads,
        "samples_per_second": options.batch / wall,
        "ms_per_sample": 1000 * wall / options.batch,
        "cpu_ms_per_sample": 1000 * cpu / options.batch,
        "spikes": [int(n) for n in spikes.sum(1)],
        "is_equal": not differences,
        "differences": differences,
        "channels_first": options.channels_first,
        "piece": piece,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "versions": {**versions, "python": platform.python_version()},
    }


def measure_all():
    """Each installed framework in a process of its own, in both modes."""
    codes = []
    for name, framework in FRAMEWORKS.items():
        if importlib.util.find_spec(framework.package) is None:
            print(f"{name}: not installed, skipped", flush=True)
            continue
        for mode in ("streaming", "whole"):
            # The last of two equal options counts.
            command = [sys.executable, *sys.argv, "--framework", name, "--mode", mode]
            codes.append(subprocess.run(command).returncode)
    return max(codes, default=1)


def main():
    parser = argparse.ArgumentParser(description="Spiking conv-nets in tensor frameworks.")
    parser.add_argument("--framework", choices=(*FRAMEWORKS, "all"), default="all", help="default all that are installed")
    parser.add_argument("--network", choices=("scnn", "scnn_mnist"), default="scnn")
    parser.add_argument("--data", metavar="FOLDER", help="folder with scnn/ and nmnist/, for scnn_mnist")
    parser.add_argument("--mode", choices=("streaming", "whole"), default="streaming", help="all frameworks: both")
    parser.add_argument("--batch", type=int, default=1, help="recordings side by side, 1 to 64 (default 1)")
    parser.add_argument("--piece", type=int, help="of them at a time in whole mode, a divisor (default: the fastest)")
    parser.add_argument("--threads", type=int, default=1, help="of PyTorch (default 1)")
    parser.add_argument("--repeats", type=int, default=5, help="timed runs; the best counts (default 5)")
    parser.add_argument("--channels-first", action="store_true", help="in memory; the default, channels last, is faster")
    options = parser.parse_args()
    if not 1 <= options.batch <= 64 or min(options.threads, options.repeats) < 1:
        parser.error("--batch is 1 to 64, --threads and --repeats are at least 1")
    if options.piece is not None and (options.piece < 1 or options.batch % options.piece):
        parser.error("--piece divides --batch")
    if options.framework == "all":
        return measure_all()
    measured = measure(options)
    print(json.dumps(measured), flush=True)
    return 0 if measured["is_equal"] else 1


if __name__ == "__main__":
    sys.exit(main())
