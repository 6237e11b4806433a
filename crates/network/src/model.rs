//! The neuron models: names, parameters, recordables, synapse word and memory footprint.

use serde::{Deserialize, Serialize};

use crate::error::{NetworkError, nearest};
use crate::model_table::descriptor;

/// A neuron model or spike source by name, spelled as py-spinnaker2 spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Model {
    /// Sends given spikes.
    SpikeList,
    /// Sends one spike per neuron, earlier for larger values.
    SpikesFromArray,
    /// Sends random spikes with a fixed probability per tick.
    PoissonProcess,
    /// Sends a Poisson-distributed number of spikes per tick.
    PoissonInput,
    /// Sends a spike on whenever one arrives.
    Relay,
    /// Leaky integrate-and-fire, instantaneous synapses, 4-bit weights with delays.
    Lif,
    /// [`Model::Lif`] with 8-bit weights and no delay field.
    LifNoDelay,
    /// [`Model::LifNoDelay`] whose input comes through convolution kernels.
    LifConv2d,
    /// [`Model::Lif`] with 16-bit weights and 7-bit delays.
    LifWide,
    /// Leaky integrate-and-fire with exponential synaptic currents, 4-bit weights with delays.
    LifCurrExp,
    /// [`Model::LifCurrExp`] with 8-bit weights and no delay field.
    LifCurrExpNoDelay,
    /// [`Model::LifCurrExp`] with 16-bit weights and 7-bit delays.
    LifCurrExpWide,
    /// Leaky integrate-and-fire with exponential synaptic conductances, 16-bit weights and 7-bit delays.
    LifCondExp,
    /// Integrates silently, then charges at a constant rate: the spike time codes the charge.
    ChargeAndSpike,
    /// The Izhikevich 2003 model.
    Izhikevich,
    /// Leaky integrate-and-fire with noise that decays: the tutorial's optimiser.
    QuboNeuron,
    /// One of the two neurons of an annealed Ising spin: spikes when the spin turns its way.
    OnOff,
    /// [`Model::OnOff`] with 24-bit weights.
    OnOffWide,
    /// An annealed Ising spin that spikes in every tick in which it is up.
    Gibbs,
    /// [`Model::Gibbs`] with 24-bit weights.
    GibbsWide,
}

impl Model {
    /// All models, in the order of the documentation.
    pub const ALL: [Self; 20] = [
        Self::SpikeList,
        Self::SpikesFromArray,
        Self::PoissonProcess,
        Self::PoissonInput,
        Self::Relay,
        Self::Lif,
        Self::LifNoDelay,
        Self::LifConv2d,
        Self::LifWide,
        Self::LifCurrExp,
        Self::LifCurrExpNoDelay,
        Self::LifCurrExpWide,
        Self::LifCondExp,
        Self::ChargeAndSpike,
        Self::Izhikevich,
        Self::QuboNeuron,
        Self::OnOff,
        Self::OnOffWide,
        Self::Gibbs,
        Self::GibbsWide,
    ];

    /// The model called `name`.
    ///
    /// # Errors
    /// [`NetworkError::UnknownModel`] with the nearest name and all known ones.
    pub fn parse(name: &str) -> Result<Self, NetworkError> {
        let names = || Self::ALL.iter().map(|m| m.name());
        Self::ALL.into_iter().find(|m| m.name() == name).ok_or_else(|| NetworkError::UnknownModel {
            name: name.to_owned(),
            nearest: nearest(name, names()),
            known: names().collect::<Vec<_>>().join(", "),
        })
    }

    /// The model's table: parameters, state, synapse word, equations.
    #[must_use]
    pub fn descriptor(self) -> &'static ModelDescriptor {
        descriptor(self)
    }

    /// The name in scripts and files.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.descriptor().name
    }

    /// Whether the model only sends spikes and takes no input.
    #[must_use]
    pub fn is_source(self) -> bool {
        self.descriptor().synapse_word.is_none()
    }

    /// What the model costs on a core.
    #[must_use]
    pub fn core_profile(self) -> CoreProfile {
        let table = self.descriptor();
        CoreProfile {
            max_atoms: table.max_atoms,
            state_words: table.state_words,
            parameter_words: table.parameter_words,
            is_source: self.is_source(),
            ring: table.synapse_word.map(|word| RingLayout { slots: word.n_delays(), types: 2, bytes: 4 }),
            synapse_word: table.synapse_word,
        }
    }
}

/// Everything the rest of the system knows about a model, in one table.
#[derive(Debug)]
pub struct ModelDescriptor {
    /// Name in scripts and files.
    pub name: &'static str,
    /// One sentence: what it is for.
    pub summary: &'static str,
    /// The update of one tick, as equations in the order they are evaluated.
    pub equations: &'static [&'static str],
    /// How well the update is known, and from where.
    pub source: &'static str,
    /// Parameters in the order of the documentation.
    pub parameters: &'static [ParameterDescriptor],
    /// State variables that can be recorded besides `spikes`.
    pub states: &'static [StateDescriptor],
    /// Layout of one synapse in a core's memory; `None` for sources.
    pub synapse_word: Option<SynapseWord>,
    /// Most neurons that one core's program handles.
    pub max_atoms: u32,
    /// 4-byte words of state per neuron on the core.
    pub state_words: u32,
    /// 4-byte words of parameters per neuron on the core, if they differ between neurons.
    pub parameter_words: u32,
}

impl ModelDescriptor {
    /// The parameter called `name` with its position.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<(usize, &ParameterDescriptor)> {
        self.parameters.iter().enumerate().find(|(_, p)| p.name == name)
    }
}

/// One parameter of a model.
#[derive(Debug)]
pub struct ParameterDescriptor {
    /// Name in scripts and files.
    pub name: &'static str,
    /// Value when it is not given.
    pub default: ParameterDefault,
    /// Unit; `1` where the model is unit-free.
    pub unit: &'static str,
    /// Smallest allowed value.
    pub min: f64,
    /// Largest allowed value.
    pub max: f64,
    /// Whether only whole numbers make sense.
    pub integer: bool,
    /// Whether each neuron may have its own value.
    pub per_neuron: bool,
    /// What it means.
    pub doc: &'static str,
}

/// Default of a parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ParameterDefault {
    /// A number.
    Number(f64),
    /// One of a few names; the first is the default.
    Choice(&'static [&'static str]),
    /// There is no default: the user must give one value per neuron.
    Required,
}

/// One state variable of a model.
#[derive(Debug)]
pub struct StateDescriptor {
    /// Name in scripts, files and results.
    pub name: &'static str,
    /// Unit; `1` where the model is unit-free.
    pub unit: &'static str,
    /// What it is, and when in the tick it is read.
    pub doc: &'static str,
}

/// How one synapse is packed in a core's memory. Every word is `bytes` long and holds weight, delay and target index.
///
/// Source: py-spinnaker2's build switches `SYNAPSE_INDEX_BITS`, `SYNAPSE_WEIGHT_BITS`, `SYNAPSE_DELAY_BITS` and the
/// value ranges of its examples (weights -15..15 with delays 0..7; signed 8-bit weights without delay). The order of
/// the fields inside the word is an assumption and changes no result. That these widths are chosen when the chip's
/// program is built, and that a program may hold 16-bit weights, is known; the wide word (8-bit index, 7-bit delay,
/// sign, 16-bit magnitude: 32 bits) is ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SynapseWord {
    /// Bytes of a word.
    pub bytes: u32,
    /// Bits of the target's index on its core.
    pub index_bits: u32,
    /// Bits of the delay field; 0 if the model ignores delays.
    pub delay_bits: u32,
    /// Largest weight magnitude (an integer; negative weights are inhibitory).
    pub max_weight: i32,
}

impl SynapseWord {
    /// Largest delay field; a spike acts `delay + 1` ticks after it was sent.
    #[inline]
    #[must_use]
    pub fn max_delay(self) -> u32 {
        self.n_delays() - 1
    }

    /// Number of different delays, which is the number of ring-buffer slots.
    #[inline]
    #[must_use]
    pub fn n_delays(self) -> u32 {
        1 << self.delay_bits
    }
}

/// What a model needs of a core, for the memory budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoreProfile {
    /// Most neurons that one core's program handles.
    pub max_atoms: u32,
    /// 4-byte words of state per neuron.
    pub state_words: u32,
    /// 4-byte words of parameters: per neuron if any parameter differs between neurons, else once.
    pub parameter_words: u32,
    /// Whether the model takes no input.
    pub is_source: bool,
    /// The ring buffer of arriving input; `None` for sources.
    pub ring: Option<RingLayout>,
    /// The synapse word; `None` for sources.
    pub synapse_word: Option<SynapseWord>,
}

/// Shape of a core's input ring buffer, per neuron.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RingLayout {
    /// Ticks that it reaches ahead.
    pub slots: u32,
    /// Receptor types: excitatory and inhibitory.
    pub types: u32,
    /// Bytes of one accumulator.
    pub bytes: u32,
}
