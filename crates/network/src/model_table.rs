//! The models as data. Adding one is an entry here and an update in the engine.
//!
//! Sources: parameter names, example values and update order as collected from py-spinnaker2's public documentation
//! and scripts; `lif`, `lif_curr_exp` and `spike_list` are confirmed spike for spike by recordings from a chip.

mod optimising;

use crate::model::{
    Model, ModelDescriptor, ParameterDefault, ParameterDescriptor, StateDescriptor, SynapseWord,
};

const ANY: f64 = 1e30;
/// Neurons on one core: py-spinnaker2's class attribute of its `lif` models.
const LIF_ATOMS: u32 = 250;
/// Neurons on one core where nothing is published: what an 8-bit target index can number.
const INDEX_ATOMS: u32 = 256;

const WORD_WITH_DELAY: SynapseWord = SynapseWord { bytes: 2, index_bits: 8, delay_bits: 3, max_weight: 15 };
const WORD_NO_DELAY: SynapseWord = SynapseWord { bytes: 2, index_bits: 8, delay_bits: 0, max_weight: 127 };
const WORD_WIDE: SynapseWord = SynapseWord { bytes: 4, index_bits: 8, delay_bits: 7, max_weight: 65_535 };

const fn number(
    name: &'static str,
    default: f64,
    range: (f64, f64),
    doc: &'static str,
) -> ParameterDescriptor {
    ParameterDescriptor {
        name,
        default: ParameterDefault::Number(default),
        unit: "1",
        min: range.0,
        max: range.1,
        integer: false,
        per_neuron: true,
        doc,
    }
}

const fn whole(
    name: &'static str,
    default: f64,
    unit: &'static str,
    max: f64,
    doc: &'static str,
) -> ParameterDescriptor {
    let mut parameter = number(name, default, (0.0, max), doc);
    parameter.integer = true;
    parameter.unit = unit;
    parameter
}

const fn shared(mut parameter: ParameterDescriptor) -> ParameterDescriptor {
    parameter.per_neuron = false;
    parameter
}

const THRESHOLD: ParameterDescriptor =
    number("threshold", 10.0, (-ANY, ANY), "spike when the membrane potential v reaches it (v >= threshold)");
const ALPHA: ParameterDescriptor =
    number("alpha_decay", 0.9, (0.0, 1.0), "factor that v keeps each tick, exp(-tick/tau_m)");
const I_OFFSET: ParameterDescriptor =
    number("i_offset", 0.0, (-ANY, ANY), "constant input added to v each tick");
const V_INIT: ParameterDescriptor =
    number("v_init", 0.0, (-ANY, ANY), "membrane potential before the first tick");
const V_RESET: ParameterDescriptor =
    number("v_reset", 0.0, (-ANY, ANY), "v after a spike with reset_to_v_reset");
const RESET: ParameterDescriptor = ParameterDescriptor {
    name: "reset",
    default: ParameterDefault::Choice(&["reset_by_subtraction", "reset_to_v_reset"]),
    unit: "",
    min: 0.0,
    max: 1.0,
    integer: false,
    per_neuron: false,
    doc: "what a spike does to v: subtract the threshold, or set it to v_reset",
};
const EXC_DECAY: ParameterDescriptor =
    number("exc_decay", 0.5, (0.0, 1.0), "factor that the excitatory current keeps each tick");
const INH_DECAY: ParameterDescriptor =
    number("inh_decay", 0.2, (0.0, 1.0), "factor that the inhibitory current keeps each tick");
const T_REFRAC: ParameterDescriptor = whole(
    "t_refrac",
    0.0,
    "ticks",
    65535.0,
    "ticks after a spike in which v stays at its reset value; currents go on",
);
const SEED: ParameterDescriptor = shared(whole(
    "seed",
    42.0,
    "1",
    4_294_967_295.0,
    "selects the random stream, together with the network's seed",
));

const V: StateDescriptor =
    StateDescriptor { name: "v", unit: "1", doc: "membrane potential after the tick's update and reset" };
const I_EXC: StateDescriptor =
    StateDescriptor { name: "i_exc", unit: "1", doc: "excitatory current after the tick's update" };
const I_INH: StateDescriptor =
    StateDescriptor { name: "i_inh", unit: "1", doc: "inhibitory current after the tick's update" };

const G_EXC: StateDescriptor = StateDescriptor {
    name: "g_exc",
    unit: "1",
    doc: "excitatory conductance after the tick's update, relative to the leak",
};
const G_INH: StateDescriptor = StateDescriptor {
    name: "g_inh",
    unit: "1",
    doc: "inhibitory conductance after the tick's update, relative to the leak",
};

const LIF_PARAMETERS: &[ParameterDescriptor] = &[THRESHOLD, ALPHA, I_OFFSET, V_INIT, V_RESET, RESET];
const CURR_EXP_PARAMETERS: &[ParameterDescriptor] =
    &[THRESHOLD, ALPHA, I_OFFSET, V_INIT, V_RESET, RESET, EXC_DECAY, INH_DECAY, T_REFRAC];
const COND_EXP_PARAMETERS: &[ParameterDescriptor] = &[
    THRESHOLD,
    number("dt_over_tau", 0.05, (0.0, ANY), "tick / tau_m: length of a tick in membrane time constants"),
    number("v_rest", 0.0, (-ANY, ANY), "reversal potential of the leak"),
    number("e_exc", 60.0, (-ANY, ANY), "reversal potential of the excitatory conductance"),
    number("e_inh", -20.0, (-ANY, ANY), "reversal potential of the inhibitory conductance"),
    number("i_offset", 0.0, (-ANY, ANY), "constant input, as the shift of v_rest that it amounts to"),
    V_INIT,
    V_RESET,
    RESET,
    number("exc_decay", 0.5, (0.0, 1.0), "factor that the excitatory conductance keeps each tick"),
    number("inh_decay", 0.2, (0.0, 1.0), "factor that the inhibitory conductance keeps each tick"),
    whole(
        "t_refrac",
        0.0,
        "ticks",
        65535.0,
        "ticks after a spike in which v stays at its reset value; conductances go on",
    ),
    number("g_scale", 1.0, (0.0, ANY), "conductance per unit of weight, relative to the leak"),
];
const LIF_EQUATIONS: &[&str] = &[
    "v <- v * alpha_decay + i_offset + (E - I)",
    "spike if v >= threshold",
    "on a spike: v <- v - threshold, or v <- v_reset",
];
const CURR_EXP_EQUATIONS: &[&str] = &[
    "i_exc <- i_exc * exc_decay + E",
    "i_inh <- i_inh * inh_decay + I",
    "v <- v * alpha_decay + i_offset + (i_exc - i_inh), unless refractory",
    "spike if v >= threshold, unless refractory",
    "on a spike: v <- v - threshold, or v <- v_reset",
];
const COND_EXP_EQUATIONS: &[&str] = &[
    "g_exc <- g_exc * exc_decay + E * g_scale",
    "g_inh <- g_inh * inh_decay + I * g_scale",
    "g = 1 + g_exc + g_inh",
    "v_inf = (v_rest + i_offset + g_exc * e_exc + g_inh * e_inh) / g",
    "v <- v_inf + (v - v_inf) * exp(-(dt_over_tau * g)), unless refractory",
    "spike if v >= threshold, unless refractory",
    "on a spike: v <- v - threshold, or v <- v_reset",
];
const WIDE_WORD: &str = "update as the model without `_wide`; synapse fields of other widths are a switch of the chip's build, this layout of 32 bits (8 index, 7 delay, sign, 16 magnitude) is ours";
const CHIP_VERIFIED: &str = "verified spike for spike against recordings from a SpiNNaker2 chip";
const CHIP_BUT_REFRACTORY: &str = "verified spike for spike against recordings from a SpiNNaker2 chip; refractory handling (t_refrac > 0) is an assumption";

pub(crate) fn descriptor(model: Model) -> &'static ModelDescriptor {
    match model {
        Model::SpikeList => &SPIKE_LIST,
        Model::SpikesFromArray => &SPIKES_FROM_ARRAY,
        Model::PoissonProcess => &POISSON_PROCESS,
        Model::PoissonInput => &POISSON_INPUT,
        Model::Relay => &RELAY,
        Model::Lif => &LIF,
        Model::LifNoDelay => &LIF_NO_DELAY,
        Model::LifConv2d => &LIF_CONV2D,
        Model::LifWide => &LIF_WIDE,
        Model::LifCurrExp => &LIF_CURR_EXP,
        Model::LifCurrExpNoDelay => &LIF_CURR_EXP_NO_DELAY,
        Model::LifCurrExpWide => &LIF_CURR_EXP_WIDE,
        Model::LifCondExp => &LIF_COND_EXP,
        Model::ChargeAndSpike => &CHARGE_AND_SPIKE,
        Model::Izhikevich => &IZHIKEVICH,
        Model::QuboNeuron => &optimising::QUBO_NEURON,
        Model::OnOff => &optimising::ON_OFF,
        Model::OnOffWide => &optimising::ON_OFF_WIDE,
        Model::Gibbs => &optimising::GIBBS,
        Model::GibbsWide => &optimising::GIBBS_WIDE,
    }
}

static SPIKE_LIST: ModelDescriptor = ModelDescriptor {
    name: "spike_list",
    summary: "Source that sends given spikes: a list of ticks per neuron, missing neurons stay silent.",
    equations: &["spike at the listed ticks"],
    source: CHIP_VERIFIED,
    parameters: &[],
    states: &[],
    synapse_word: None,
    max_atoms: INDEX_ATOMS,
    state_words: 0,
    parameter_words: 0,
};

static SPIKES_FROM_ARRAY: ModelDescriptor = ModelDescriptor {
    name: "spikes_from_array",
    summary: "Source with one spike per neuron whose time codes a value: the largest value spikes first.",
    equations: &[
        "x = (array - x_min) / (x_max - x_min)",
        "silent if array < x_min; else one spike at t_start + round((1 - min(x, 1)) * (t_stop - t_start))",
    ],
    source: "the model's name and purpose are public, its parameters are not: the mapping from value to tick is ours",
    parameters: &[
        ParameterDescriptor {
            name: "array",
            default: ParameterDefault::Required,
            unit: "1",
            min: -ANY,
            max: ANY,
            integer: false,
            per_neuron: true,
            doc: "one value per neuron",
        },
        shared(number("x_min", 0.0, (-ANY, ANY), "value that spikes last; smaller ones stay silent")),
        shared(number("x_max", 1.0, (-ANY, ANY), "value that spikes first, as do larger ones")),
        shared(whole("t_start", 0.0, "ticks", 4.0e9, "tick of the largest value")),
        shared(whole("t_stop", 100.0, "ticks", 4.0e9, "tick of the smallest value")),
    ],
    states: &[],
    synapse_word: None,
    max_atoms: INDEX_ATOMS,
    state_words: 0,
    parameter_words: 1,
};

static POISSON_PROCESS: ModelDescriptor = ModelDescriptor {
    name: "poisson_process",
    summary: "Source that spikes with probability p in every tick in which it is not refractory.",
    equations: &["spike with probability p, unless one of the Tref ticks before had a spike"],
    source: "parameters from public scripts; the chip's random stream is not public, so spikes agree in law, not in time",
    parameters: &[
        number("p", 0.02, (0.0, 1.0), "probability of a spike per tick"),
        whole("Tref", 3.0, "ticks", 65535.0, "silent ticks after each spike"),
        SEED,
    ],
    states: &[],
    synapse_word: None,
    max_atoms: LIF_ATOMS,
    state_words: 2,
    parameter_words: 2,
};

static POISSON_INPUT: ModelDescriptor = ModelDescriptor {
    name: "poisson_input",
    summary: "Source that sends a Poisson-distributed number of spikes in every tick: many independent random inputs as one.",
    equations: &["n spikes with probability exp(-mean) * mean^n / n!, to the nearest 2^-32"],
    source: "ours, after PyNN's SpikeSourcePoisson, NEST's poisson_generator and Brian2's PoissonInput; each spike is a packet of its own",
    parameters: &[number("mean", 1.0, (0.0, 64.0), "expected spikes per tick"), SEED],
    states: &[],
    synapse_word: None,
    max_atoms: LIF_ATOMS,
    state_words: 0,
    parameter_words: 2,
};

static RELAY: ModelDescriptor = ModelDescriptor {
    name: "relay",
    summary: "Sends a spike in every tick in which excitatory input arrives; adds a hop, so it also lengthens delays.",
    equations: &["spike if E > 0"],
    source: "the model's name and purpose are public, its details are not",
    parameters: &[],
    states: &[],
    synapse_word: Some(WORD_WITH_DELAY),
    max_atoms: INDEX_ATOMS,
    state_words: 0,
    parameter_words: 0,
};

static LIF: ModelDescriptor = ModelDescriptor {
    name: "lif",
    summary: "Leaky integrate-and-fire neuron; input moves v at once. Weights -15..15, delays 0..7.",
    equations: LIF_EQUATIONS,
    source: CHIP_VERIFIED,
    parameters: LIF_PARAMETERS,
    states: &[V],
    synapse_word: Some(WORD_WITH_DELAY),
    max_atoms: LIF_ATOMS,
    state_words: 3,
    parameter_words: 4,
};

static LIF_NO_DELAY: ModelDescriptor = ModelDescriptor {
    name: "lif_no_delay",
    summary: "Leaky integrate-and-fire neuron with weights -127..127; every spike acts one tick after it was sent.",
    equations: LIF_EQUATIONS,
    source: "update as lif; verified against a published trace of py-spinnaker2's Brian2 backend",
    parameters: LIF_PARAMETERS,
    states: &[V],
    synapse_word: Some(WORD_NO_DELAY),
    max_atoms: LIF_ATOMS,
    state_words: 3,
    parameter_words: 4,
};

static LIF_CONV2D: ModelDescriptor = ModelDescriptor {
    name: "lif_conv2d",
    summary: "Leaky integrate-and-fire neuron fed by convolutions, whose kernels (-127..127) the core keeps instead of synapses; every spike acts one tick after it was sent.",
    equations: LIF_EQUATIONS,
    source: "name, parameters and kernels from py-spinnaker2's public examples; update as lif; how many neurons a core holds is an assumption",
    parameters: LIF_PARAMETERS,
    states: &[V],
    synapse_word: Some(WORD_NO_DELAY),
    max_atoms: INDEX_ATOMS,
    state_words: 3,
    parameter_words: 4,
};

static LIF_WIDE: ModelDescriptor = ModelDescriptor {
    name: "lif_wide",
    summary: "Leaky integrate-and-fire neuron; input moves v at once. Weights -65535..65535, delays 0..127.",
    equations: LIF_EQUATIONS,
    source: WIDE_WORD,
    parameters: LIF_PARAMETERS,
    states: &[V],
    synapse_word: Some(WORD_WIDE),
    max_atoms: LIF_ATOMS,
    state_words: 3,
    parameter_words: 4,
};

static LIF_CURR_EXP: ModelDescriptor = ModelDescriptor {
    name: "lif_curr_exp",
    summary: "Leaky integrate-and-fire neuron with exponential synaptic currents. Weights -15..15, delays 0..7.",
    equations: CURR_EXP_EQUATIONS,
    source: CHIP_BUT_REFRACTORY,
    parameters: CURR_EXP_PARAMETERS,
    states: &[V, I_EXC, I_INH],
    synapse_word: Some(WORD_WITH_DELAY),
    max_atoms: LIF_ATOMS,
    state_words: 5,
    parameter_words: 7,
};

static LIF_CURR_EXP_NO_DELAY: ModelDescriptor = ModelDescriptor {
    name: "lif_curr_exp_no_delay",
    summary: "Leaky integrate-and-fire neuron with exponential currents and weights -127..127; every spike acts one tick after it was sent.",
    equations: CURR_EXP_EQUATIONS,
    source: CHIP_BUT_REFRACTORY,
    parameters: CURR_EXP_PARAMETERS,
    states: &[V, I_EXC, I_INH],
    synapse_word: Some(WORD_NO_DELAY),
    max_atoms: LIF_ATOMS,
    state_words: 5,
    parameter_words: 7,
};

static LIF_CURR_EXP_WIDE: ModelDescriptor = ModelDescriptor {
    name: "lif_curr_exp_wide",
    summary: "Leaky integrate-and-fire neuron with exponential synaptic currents. Weights -65535..65535, delays 0..127.",
    equations: CURR_EXP_EQUATIONS,
    source: WIDE_WORD,
    parameters: CURR_EXP_PARAMETERS,
    states: &[V, I_EXC, I_INH],
    synapse_word: Some(WORD_WIDE),
    max_atoms: LIF_ATOMS,
    state_words: 5,
    parameter_words: 7,
};

static LIF_COND_EXP: ModelDescriptor = ModelDescriptor {
    name: "lif_cond_exp",
    summary: "Leaky integrate-and-fire neuron with exponential synaptic conductances. Weights -65535..65535, delays 0..127.",
    equations: COND_EXP_EQUATIONS,
    source: "the conductance-based model of Vogels and Abbott (J. Neurosci. 25, 2005; PyNN's IF_cond_exp), exact for conductances that are constant within a tick; not known to run on the chip; exp and the synapse word (32 bits: 8 index, 7 delay, sign, 16 magnitude) are ours",
    parameters: COND_EXP_PARAMETERS,
    states: &[V, G_EXC, G_INH],
    synapse_word: Some(WORD_WIDE),
    max_atoms: LIF_ATOMS,
    state_words: 5,
    parameter_words: 11,
};

static CHARGE_AND_SPIKE: ModelDescriptor = ModelDescriptor {
    name: "charge_and_spike",
    summary: "Integrates input during t_silent ticks, then charges by i_offset per tick and spikes once: the time codes the charge.",
    equations: &[
        "v <- v + (E - I)",
        "from tick t_silent on: v <- v + i_offset",
        "from tick t_silent on, once per run: spike if v >= threshold, then v <- 0 and hold",
    ],
    source: "parameter names are public; that a neuron spikes once per run is our reading of the published use",
    parameters: &[
        number("threshold", 10.0, (-ANY, ANY), "spike when v reaches it after the silent phase"),
        number("i_offset", 1.0, (-ANY, ANY), "charge added to v each tick after the silent phase"),
        whole("t_silent", 0.0, "ticks", 4.0e9, "first tick of the charging phase"),
    ],
    states: &[V],
    synapse_word: Some(WORD_NO_DELAY),
    max_atoms: LIF_ATOMS,
    state_words: 3,
    parameter_words: 3,
};

static IZHIKEVICH: ModelDescriptor = ModelDescriptor {
    name: "izhikevich",
    summary: "The Izhikevich neuron (IEEE Trans. Neural Networks 14, 2003). Weights -15..15, delays 0..7.",
    equations: &[
        "twice: v <- v + 0.5 * (0.04 * v * v + 5 * v + 140 - u + i_offset + (E - I))",
        "u <- u + recovery_decay * (recovery_sensitivity * v - u)",
        "spike if v >= 30",
        "on a spike: v <- v_reset, u <- u + reset_recovery_increment",
    ],
    source: "parameter names are public; the integration (two half steps of 0.5 ms, then u) is that of Izhikevich's 2003 program",
    parameters: &[
        number("recovery_decay", 0.02, (-ANY, ANY), "a: rate of the recovery variable u"),
        number("recovery_sensitivity", 0.2, (-ANY, ANY), "b: sensitivity of u to v"),
        number("v_reset", -65.0, (-ANY, ANY), "c: v after a spike, in mV"),
        number("reset_recovery_increment", 8.0, (-ANY, ANY), "d: added to u at a spike"),
        number("i_offset", 20.0, (-ANY, ANY), "constant input"),
        number("v_init", -65.0, (-ANY, ANY), "v before the first tick, in mV; u starts at b * v_init"),
    ],
    states: &[
        StateDescriptor {
            name: "v",
            unit: "mV",
            doc: "membrane potential after the tick's update and reset",
        },
        StateDescriptor { name: "u", unit: "1", doc: "recovery variable after the tick's update and reset" },
    ],
    synapse_word: Some(WORD_WITH_DELAY),
    max_atoms: LIF_ATOMS,
    state_words: 4,
    parameter_words: 6,
};
