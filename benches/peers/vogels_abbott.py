"""The two networks of Vogels and Abbott in gennaker and in whatever of NEST, Brian2 and ANNarchy is installed, in one run.

Benchmarks 1 (conductances) and 2 (currents) of Brette et al., J. Comput. Neurosci. 23, 349, 2007, as `gennaker bench
vogels_abbott_conductance` and `vogels_abbott_current` have them: 4,000 neurons, a fifth inhibitory, 320,000 synapses, ticks of 0.1 ms.
The network with conductances is silent at rest; random conductances start it (in gennaker a random volley).
In about one of ten draws the activity dies out at once, in every simulator: take another seed then.

    venv/bin/python benches/peers/vogels_abbott.py --synapses current

Exit code 1 if gennaker is not the fastest, or if a rate differs by more than the tolerance: the rate of this network differs by up
to 10 % from draw to draw.
"""

import sys

import numpy as np
from common import TICK_MS, Annarchy, Brian2, Nest, arguments, compare

N_EXC, N_INH, P = 3200, 800, 0.02
TAU_M, TAU_E, TAU_I, REFRACTORY = 20.0, 5.0, 10.0, 5.0
THETA, RESET, REST_CURRENT, REST = -50.0, -60.0, -49.0, -60.0
CURRENT_MV = (1.62, -9.0)
CONDUCTANCE = (0.6, 6.7)  # relative to the leak
E_EXC, E_INH = 0.0, -80.0
START = (4.0, 20.0)  # mean conductances at the start, about those of the active network


def start(options):
    """Conductances at the start: exponentially distributed, so that some neurons fire at once and the activity mostly goes on."""
    random = np.random.default_rng(options.seed)
    return [random.exponential(mean, N_EXC + N_INH) for mean in START]


class NestVogelsAbbott(Nest):
    def build(self, nest, options):
        n = N_EXC + N_INH
        common = {"C_m": 200.0, "V_th": THETA, "V_reset": RESET, "t_ref": REFRACTORY}
        if options.synapses == "current":
            cells = nest.Create("iaf_psc_exp", n, {
                **common, "tau_m": TAU_M, "E_L": REST_CURRENT, "tau_syn_ex": TAU_E, "tau_syn_in": TAU_I,
            })
            weights = [mv * 200.0 / TAU_M for mv in CURRENT_MV]
        else:
            cells = nest.Create("iaf_cond_exp", n, {
                **common, "g_L": 10.0, "E_L": REST, "E_ex": E_EXC, "E_in": E_INH, "tau_syn_ex": TAU_E, "tau_syn_in": TAU_I,
            })
            weights = [CONDUCTANCE[0] * 10.0, -CONDUCTANCE[1] * 10.0]
            cells.g_ex, cells.g_in = [list(values * 10.0) for values in start(options)]
        cells.V_m = nest.random.uniform(RESET, THETA)
        for source, weight in ((cells[:N_EXC], weights[0]), (cells[N_EXC:], weights[1])):
            rule = {"rule": "pairwise_bernoulli", "p": P}
            nest.Connect(source, cells, rule, {"weight": weight, "delay": TICK_MS})
        return [cells]


class Brian2VogelsAbbott(Brian2):
    def build(self, b, options):
        n = N_EXC + N_INH
        times = {"tau_m": TAU_M * b.ms, "tau_e": TAU_E * b.ms, "tau_i": TAU_I * b.ms}
        if options.synapses == "current":
            membrane, method, weights = f"dv/dt = ({REST_CURRENT} - v + ge + gi)/tau_m : 1 (unless refractory)", "exact", CURRENT_MV
        else:
            membrane = f"dv/dt = ({REST} - v + ge*({E_EXC} - v) + gi*({E_INH} - v))/tau_m : 1 (unless refractory)"
            method, weights = "exponential_euler", CONDUCTANCE
        cells = b.NeuronGroup(
            n, f"{membrane}\ndge/dt = -ge/tau_e : 1\ndgi/dt = -gi/tau_i : 1", method=method, namespace=times,
            threshold=f"v >= {THETA}", reset=f"v = {RESET}", refractory=REFRACTORY * b.ms,
        )
        cells.v = f"{RESET} + rand() * {THETA - RESET}"
        if options.synapses == "conductance":
            cells.ge, cells.gi = start(options)
        others = []
        for part, variable, weight in ((cells[:N_EXC], "ge", weights[0]), (cells[N_EXC:], "gi", weights[1])):
            synapses = b.Synapses(part, cells, on_pre=f"{variable} += {weight}", delay=TICK_MS * b.ms)
            synapses.connect(p=P)
            others.append(synapses)
        return [cells], others


class AnnarchyVogelsAbbott(Annarchy):
    def build(self, ann, net, options):
        if options.synapses == "current":
            membrane, weights = f"{REST_CURRENT} - v + g_exc - g_inh", (CURRENT_MV[0], -CURRENT_MV[1])
        else:
            membrane, weights = f"{REST} - v + g_exc*({E_EXC} - v) + g_inh*({E_INH} - v)", CONDUCTANCE
        neuron = ann.Neuron(
            parameters={"tau_m": TAU_M, "tau_e": TAU_E, "tau_i": TAU_I, "theta": THETA, "v_r": RESET},
            equations=f"""
                tau_m*dv/dt = {membrane} : exponential
                tau_e*dg_exc/dt = -g_exc : exponential
                tau_i*dg_inh/dt = -g_inh : exponential
            """,
            spike="v >= theta", reset="v = v_r", refractory=REFRACTORY,
        )
        cells = net.create(N_EXC + N_INH, neuron)
        cells.v = ann.Uniform(RESET, THETA)
        if options.synapses == "conductance":
            cells.g_exc, cells.g_inh = start(options)
        for part, target, weight in ((cells[:N_EXC], "exc", weights[0]), (cells[N_EXC:], "inh", weights[1])):
            net.connect(part, cells, target).fixed_probability(P, weights=weight, delays=TICK_MS, allow_self_connections=True)
        return [cells]


PEERS = (NestVogelsAbbott, Brian2VogelsAbbott, AnnarchyVogelsAbbott)


def main():
    parser = arguments(__doc__.splitlines()[0], PEERS, 50000)
    parser.add_argument("--synapses", choices=["current", "conductance"], default="current")
    options = parser.parse_args()
    options.benchmark = f"vogels_abbott_{options.synapses}"
    return compare(options, PEERS)


if __name__ == "__main__":
    sys.exit(main())
