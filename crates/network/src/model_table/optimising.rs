//! Models that look for low energies: noisy integrate-and-fire neurons, and annealed Ising spins.

use crate::model::{ModelDescriptor, ParameterDefault, ParameterDescriptor, StateDescriptor, SynapseWord};

use super::{ALPHA, ANY, LIF_ATOMS, RESET, SEED, V, V_INIT, V_RESET, WORD_NO_DELAY, number, shared, whole};

/// 24 bits hold every weight that single-precision potentials can tell apart.
const WORD_24: SynapseWord = SynapseWord { bytes: 4, index_bits: 8, delay_bits: 0, max_weight: 8_388_607 };

pub(super) static QUBO_NEURON: ModelDescriptor = ModelDescriptor {
    name: "qubo_neuron",
    summary: "Leaky integrate-and-fire neuron with noise that decays, for small x'Qx: entries of Q as weights, a candidate x in every tick's spikes.",
    equations: &[
        "drive = i_offset - gain * (E - I)",
        "scale <- max(scale, |drive|), from |threshold| on",
        "v <- v * alpha_decay + drive + noise * noise_decay^tick * scale * u, u uniform in (-1, 1)",
        "with probability gate: spike if v >= threshold; otherwise do as in the tick before",
        "on a spike: v <- v - threshold, or v <- v_reset",
    ],
    source: "name, threshold, alpha_decay, reset, v_reset and Q as weights from public scripts after the NICE 2025 tutorial; how the chip's neuron updates, its noise and how that decays are not public: these are ours",
    parameters: &[
        number(
            "threshold",
            0.1,
            (-ANY, ANY),
            "spike when the membrane potential v reaches it (v >= threshold)",
        ),
        ALPHA,
        number("i_offset", 0.0, (-ANY, ANY), "constant drive: -Q_ii"),
        V_INIT,
        V_RESET,
        RESET,
        shared(number(
            "gain",
            2.0,
            (-1e6, 1e6),
            "drive lost per unit of weight: 2 if both Q_ij and Q_ji are connected, since both count in x'Qx",
        )),
        shared(number(
            "noise",
            1.0,
            (0.0, 1e6),
            "noise of the first tick, relative to the largest drive so far",
        )),
        shared(number("noise_decay", 0.99, (0.0, 1.0), "factor that the noise keeps each tick")),
        shared(number(
            "gate",
            0.3,
            (1e-9, 1.0),
            "probability that a neuron decides in a tick; below 1, neighbours do not act as one",
        )),
        SEED,
    ],
    states: &[V],
    synapse_word: Some(WORD_NO_DELAY),
    max_atoms: LIF_ATOMS,
    state_words: 4,
    parameter_words: 5,
};

const SPIN_SOURCE: &str = "thresholds after NeuroSA (Chen et al., Nature Communications 16, 2025), rests after Loihi 2's solver (lava-optimization), which ran on SpiNNaker2 and Loihi 2; layout in memory and number of neurons on a core are ours";

const SPIN_INIT: ParameterDescriptor =
    number("spin_init", -1.0, (-1.0, 1.0), "spin before the first tick: 1 if above 0, else -1");
const SPIN_V_INIT: ParameterDescriptor = number(
    "v_init",
    0.0,
    (-ANY, ANY),
    "local field of the first spins: h_i + sum_j J_ij s_j; no spike tells of it",
);
const GAIN: ParameterDescriptor = shared(number(
    "gain",
    2.0,
    (-1e6, 1e6),
    "change of v per unit of weight: 2 where weights are couplings J_ij, since a spin turns by 2",
));
const RULE: ParameterDescriptor = choice(
    "rule",
    &["metropolis", "heat_bath"],
    "probability of a flip: min(1, exp(-dE / T)) or 1 / (1 + exp(dE / T))",
);
const HEAT_BATH: ParameterDescriptor = choice("rule", &["heat_bath", "metropolis"], RULE.doc);
const COOLING: ParameterDescriptor = choice(
    "schedule",
    &["geometric", "linear", "fowler_nordheim", "constant"],
    "how the temperature falls during an anneal",
);
const HOT: ParameterDescriptor =
    shared(number("hot", 1.0, (1e-30, 1e30), "temperature of an anneal's first tick; A of fowler_nordheim"));
const COLD: ParameterDescriptor = shared(number(
    "cold",
    1.0,
    (1e-30, 1e30),
    "temperature of an anneal's last tick; beta of fowler_nordheim; unused if constant",
));
const ANNEAL_TICKS: ParameterDescriptor = shared(whole(
    "anneal_ticks",
    1000.0,
    "ticks",
    4_294_967_295.0,
    "length of an anneal, after which the next begins; 0 counts as 1",
));
const GATE: ParameterDescriptor =
    shared(number("gate", 1.0, (1e-9, 1.0), "probability that a neuron decides in a tick"));
const N_CLASSES: ParameterDescriptor = shared(whole(
    "n_classes",
    1.0,
    "1",
    4_294_967_295.0,
    "classes that take turns, one each tick; 0 counts as 1",
));
const CLASS: ParameterDescriptor = whole(
    "class",
    0.0,
    "1",
    4_294_967_295.0,
    "the neuron's class; one that is n_classes or more never has its turn",
);
const REST_SHIFT: ParameterDescriptor = shared(whole(
    "rest_shift",
    8.0,
    "1",
    8.0,
    "after a flip, rest for rand(0..=255) >> rest_shift more ticks; 8: no rest",
));
const REPLICA: ParameterDescriptor = shared(whole(
    "replica",
    0.0,
    "1",
    4_294_967_295.0,
    "selects the random numbers, together with the network's seed",
));
const WORD_NUMBER: ParameterDescriptor = ParameterDescriptor {
    name: "random_word",
    default: ParameterDefault::Required,
    unit: "1",
    min: 0.0,
    max: 4_294_967_295.0,
    integer: true,
    per_neuron: true,
    doc: "which random word of a tick the neuron takes; the two neurons of a spin take the same, others have their own",
};

const FIELD: StateDescriptor =
    StateDescriptor { name: "v", unit: "1", doc: "local field of the spin at the tick's decision" };

const fn choice(
    name: &'static str,
    names: &'static [&'static str],
    doc: &'static str,
) -> ParameterDescriptor {
    ParameterDescriptor {
        name,
        default: ParameterDefault::Choice(names),
        unit: "",
        min: 0.0,
        max: 1.0,
        integer: false,
        per_neuron: false,
        doc,
    }
}

const ON_OFF_EQUATIONS: &[&str] = &[
    "v <- v + gain * (E - I)",
    "if it is the neuron's turn (class, gate, rest): draw theta from rule and temperature; s <- -s if -s * v <= theta",
    "spike if s turned to the neuron's polarity",
];
const GIBBS_EQUATIONS: &[&str] = &[
    "v <- bias + gain * (E - I), but v_init in the first tick",
    "if it is the neuron's turn (class, gate, rest): draw theta from rule and temperature; s <- -s if -s * v <= theta",
    "spike if s = 1",
];
const POLARITY: ParameterDescriptor = number(
    "polarity",
    1.0,
    (-1.0, 1.0),
    "above 0: the ON neuron, which spikes when the spin turns to 1; else the OFF neuron",
);
const BIAS: ParameterDescriptor =
    number("bias", 0.0, (-ANY, ANY), "local field while no neighbour spikes: h_i - sum_j J_ij");
const ON_OFF_PARAMETERS: &[ParameterDescriptor] = &[
    POLARITY,
    SPIN_INIT,
    SPIN_V_INIT,
    GAIN,
    RULE,
    COOLING,
    HOT,
    COLD,
    ANNEAL_TICKS,
    GATE,
    N_CLASSES,
    CLASS,
    REST_SHIFT,
    REPLICA,
    WORD_NUMBER,
];
const GIBBS_PARAMETERS: &[ParameterDescriptor] = &[
    BIAS,
    SPIN_INIT,
    SPIN_V_INIT,
    GAIN,
    HEAT_BATH,
    COOLING,
    HOT,
    COLD,
    ANNEAL_TICKS,
    GATE,
    N_CLASSES,
    CLASS,
    REST_SHIFT,
    REPLICA,
    WORD_NUMBER,
];

/// `v`, the tick from which it may flip, and the spin.
const SPIN_STATE_WORDS: u32 = 3;
/// Polarity or bias, class, random word, and the two initial values.
const SPIN_PARAMETER_WORDS: u32 = 5;

const fn spin(
    name: &'static str,
    summary: &'static str,
    is_gibbs: bool,
    word: SynapseWord,
) -> ModelDescriptor {
    ModelDescriptor {
        name,
        summary,
        equations: if is_gibbs { GIBBS_EQUATIONS } else { ON_OFF_EQUATIONS },
        source: SPIN_SOURCE,
        parameters: if is_gibbs { GIBBS_PARAMETERS } else { ON_OFF_PARAMETERS },
        states: &[FIELD],
        synapse_word: Some(word),
        max_atoms: LIF_ATOMS,
        state_words: SPIN_STATE_WORDS,
        parameter_words: SPIN_PARAMETER_WORDS,
    }
}

pub(super) static ON_OFF: ModelDescriptor = spin(
    "on_off",
    "One of the two neurons of an annealed Ising spin, which tells neighbours of changes only. Weights -127..127.",
    false,
    WORD_NO_DELAY,
);
pub(super) static ON_OFF_WIDE: ModelDescriptor = spin(
    "on_off_wide",
    "One of the two neurons of an annealed Ising spin, which tells neighbours of changes only. Weights of 24 bits.",
    false,
    WORD_24,
);
pub(super) static GIBBS: ModelDescriptor = spin(
    "gibbs",
    "An annealed Ising spin (p-bit) that spikes in every tick in which it is 1. Weights -127..127.",
    true,
    WORD_NO_DELAY,
);
pub(super) static GIBBS_WIDE: ModelDescriptor = spin(
    "gibbs_wide",
    "An annealed Ising spin (p-bit) that spikes in every tick in which it is 1. Weights of 24 bits.",
    true,
    WORD_24,
);
