"""Brunel's balanced random network in gennaker and in whatever of NEST, Brian2, ANNarchy and brainevent is installed, in one run.

The network is `gennaker bench brunel`: leaky integrate-and-fire neurons, a fifth of them inhibitory, every pair connected with
probability 0.1, J 0.1 mV, g 5, eta 2, delay 1.5 ms, no refractory time, ticks of 0.1 ms. Every simulator draws its own network, so
rates scatter by some percent.

    python3 -m venv venv && venv/bin/pip install "numpy==2.2.6" "brian2==2.9.0" nest-simulator ANNarchy brainevent numba
    venv/bin/python benches/peers/brunel.py --neurons 12500 --drive constant

Exit code 1 if gennaker is not the fastest, or if a rate differs by more than the tolerance.
"""

import sys

import numpy as np
from common import TICK_MS, Annarchy, Brian2, Nest, arguments, compare, timed

TAU, THETA, RESET, J, G, ETA, P, DELAY_MS = 20.0, 20.0, 10.0, 0.1, 5.0, 2.0, 0.1, 1.5
DELAY_TICKS = round(DELAY_MS / TICK_MS)
POISSON_HZ = ETA * THETA / (J * TAU) * 1000  # 20 spikes per ms
POISSON_MEAN = POISSON_HZ * TICK_MS / 1000


def sizes(n):
    return n - n // 5, n // 5


class NestBrunel(Nest):
    delay_ms = DELAY_MS

    def build(self, nest, options):
        n_exc, n_inh = sizes(options.neurons)
        current = ETA * THETA * 1.0 / TAU if options.drive == "constant" else 0.0
        cells = nest.Create("iaf_psc_delta", options.neurons, {
            "tau_m": TAU, "C_m": 1.0, "E_L": 0.0, "V_th": THETA, "V_reset": RESET, "t_ref": TICK_MS, "I_e": current,
        })
        cells.t_ref = 0.0
        cells.V_m = nest.random.uniform(0.0, THETA)
        exc, inh = cells[:n_exc], cells[n_exc:]
        for source, weight in ((exc, J), (inh, -G * J)):
            rule = {"rule": "pairwise_bernoulli", "p": P}
            nest.Connect(source, cells, rule, {"weight": weight, "delay": DELAY_MS})
        if options.drive == "poisson":
            noise = nest.Create("poisson_generator", params={"rate": POISSON_HZ})
            nest.Connect(noise, cells, syn_spec={"weight": J, "delay": DELAY_MS})
        return exc, inh


class Brian2Brunel(Brian2):
    def build(self, b, options):
        n_exc, _ = sizes(options.neurons)
        drive = ETA * THETA if options.drive == "constant" else 0.0
        cells = b.NeuronGroup(
            options.neurons, "dv/dt = (drive - v)/tau : 1", threshold=f"v >= {THETA}", reset=f"v = {RESET}", method="exact",
            namespace={"tau": TAU * b.ms, "drive": drive},
        )
        cells.v = f"rand() * {THETA}"
        others = []
        for part, weight in ((cells[:n_exc], J), (cells[n_exc:], -G * J)):
            synapses = b.Synapses(part, cells, on_pre=f"v_post += {weight}", delay=DELAY_MS * b.ms)
            synapses.connect(p=P)
            others.append(synapses)
        if options.drive == "poisson":
            others.append(b.PoissonInput(cells, "v", N=1000, rate=POISSON_HZ / 1000 * b.Hz, weight=J))
        return [cells], others


class AnnarchyBrunel(Annarchy):
    def build(self, ann, net, options):
        n_exc, _ = sizes(options.neurons)
        drive = ETA * THETA if options.drive == "constant" else 0.0
        # What is added within one tick is multiplied by 1 - exp(-dt / tau) over dt / tau: weights make up for it.
        weight = J * (TICK_MS / TAU) / (1 - np.exp(-TICK_MS / TAU))
        equations = f"tau*dv/dt = drive - v + tau/{TICK_MS}*(g_exc - g_inh INPUT) : exponential"
        if options.drive == "poisson":
            # Its Poisson population sends at most one spike a tick; this is Poisson but for 0.2 % of the variance.
            equations = f"noise = Binomial(1000, {POISSON_MEAN / 1000})\n" + equations.replace("INPUT", f"+ {weight}*noise")
        neuron = ann.Neuron(
            parameters={"tau": TAU, "drive": drive, "theta": THETA, "v_r": RESET},
            equations=equations.replace("INPUT", ""), spike="v >= theta", reset="v = v_r",
        )
        cells = net.create(options.neurons, neuron)
        cells.v = ann.Uniform(0.0, THETA)
        exc, inh = cells[:n_exc], cells[n_exc:]
        for part, target, strength in ((exc, "exc", 1), (inh, "inh", G)):
            net.connect(part, cells, target).fixed_probability(
                P, weights=strength * weight, delays=DELAY_MS, allow_self_connections=True
            )
        return [cells]


class Brainevent:
    """brainevent on JAX: rows of targets, summed for the neurons that fired, the ticks in one compiled loop."""

    name, module = "brainevent", "brainevent"

    def __init__(self, options):
        import brainevent
        import jax
        import jax.numpy as jnp

        n = options.neurons
        n_exc, _ = sizes(n)
        random = np.random.default_rng(options.seed)
        rows = [np.flatnonzero(random.random(n, dtype=np.float32) < P).astype(np.int32) for _ in range(n)]
        ends = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int32)
        targets = np.concatenate(rows)
        part = lambda first, last, weight: brainevent.CSR(
            (jnp.asarray([weight], jnp.float32), jnp.asarray(targets[ends[first]:ends[last]]), jnp.asarray(ends[first:last + 1] - ends[first])),
            shape=(last - first, n),
        )
        excitation, inhibition = part(0, n_exc, J), part(n_exc, n, -G * J)
        # What brainevent keeps for later must not be made within a compiled function.
        for matrix in (excitation, inhibition):
            brainevent.BinaryArray(jnp.zeros(matrix.shape[0], bool)) @ matrix
        alpha = float(np.exp(-TICK_MS / TAU))
        constant = ETA * THETA * (1 - alpha) if options.drive == "constant" else 0.0

        def tick(state, _):
            v, ring, slot, key, count = state
            fired = ring[slot]
            total = brainevent.BinaryArray(fired[:n_exc]) @ excitation + brainevent.BinaryArray(fired[n_exc:]) @ inhibition
            if options.drive == "poisson":
                key, own = jax.random.split(key)
                total = total + J * jax.random.poisson(own, POISSON_MEAN, (n,))
            v = v * alpha + constant + total
            spikes = v >= THETA
            return (jnp.where(spikes, RESET, v), ring.at[slot].set(spikes), (slot + 1) % DELAY_TICKS, key, count + spikes.sum()), None

        self.go = jax.jit(lambda state, ticks: jax.lax.fori_loop(0, ticks, lambda _, s: tick(s, None)[0], state))
        self.state = (
            jnp.asarray(random.uniform(0, THETA, n), jnp.float32), jnp.zeros((DELAY_TICKS, n), bool),
            jnp.int32(0), jax.random.key(options.seed), jnp.int32(0),
        )
        self.options, self.jax = options, jax
        self.advance(options.settle)

    def advance(self, ticks):
        self.state = self.jax.block_until_ready(self.go(self.state, ticks))

    def run(self):
        before = int(self.state[4])
        seconds = timed(lambda: self.advance(self.options.ticks))
        spikes = int(self.state[4]) - before
        return seconds, spikes / self.options.neurons / (self.options.ticks * TICK_MS) * 1000


PEERS = (NestBrunel, Brian2Brunel, AnnarchyBrunel, Brainevent)


def main():
    parser = arguments(__doc__.splitlines()[0], PEERS, 10000)
    parser.add_argument("--neurons", type=int, default=12500)
    parser.add_argument("--drive", choices=["constant", "poisson"], default="constant")
    options = parser.parse_args()
    options.benchmark = f"brunel:{options.neurons}:{options.drive}"
    return compare(options, PEERS)


if __name__ == "__main__":
    sys.exit(main())
