//! The numbers that turn counts into cycles and cycles into joules: each from the machine's table of facts, each replaceable.

use gennaker_machine::{Fact, spinnaker2 as s2};
use gennaker_network::Model;
use serde::{Deserialize, Serialize};

use crate::error::EnergyError;

/// A number's type in the table of facts, read as a coefficient.
trait Number: Copy {
    fn number(self) -> f64;
}

impl Number for u32 {
    fn number(self) -> f64 {
        f64::from(self)
    }
}

impl Number for f64 {
    fn number(self) -> f64 {
        self
    }
}

fn value_of<T: Number>(fact: &Fact<T>) -> f64 {
    fact.value.number()
}

/// Declares the coefficients: a field, the fact that gives its key, default, unit and source, and the largest value that is
/// not absurd.
macro_rules! coefficients {
    ($($field:ident: $fact:ident, $max:expr;)*) => {
        /// Every coefficient of the account, by name. Defaults come from the table of facts, where each has its source and
        /// confidence; the key that overrides one is the fact's ([`Coefficients::KEYS`]).
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct Coefficients {
            $(#[doc = concat!("See the fact `", stringify!($fact), "` of `gennaker_machine::spinnaker2`.")]
            pub $field: f64,)*
        }

        impl Default for Coefficients {
            fn default() -> Self {
                Self { $($field: value_of(&s2::$fact),)* }
            }
        }

        impl Coefficients {
            /// The keys of all coefficients, such as `cost.cycles_per_packet` and `energy.router_packet_pj`.
            pub const KEYS: &'static [&'static str] = &[$(s2::$fact.key),*];

            fn entry(&mut self, key: &str) -> Option<(&mut f64, f64, &'static str)> {
                $(if key == s2::$fact.key {
                    return Some((&mut self.$field, $max, s2::$fact.unit));
                })*
                None
            }

            fn entries(&self) -> Vec<(&'static str, f64)> {
                vec![$((s2::$fact.key, self.$field)),*]
            }
        }
    };
}

coefficients! {
    cycles_per_tick: CYCLES_PER_TICK, 1e9;
    cycles_per_neuron_lif: CYCLES_PER_NEURON_LIF, 1e6;
    cycles_per_neuron_cuba: CYCLES_PER_NEURON_CUBA, 1e6;
    cycles_per_neuron_cond: CYCLES_PER_NEURON_COND, 1e6;
    cycles_per_neuron_izhikevich: CYCLES_PER_NEURON_IZHIKEVICH, 1e6;
    cycles_per_neuron_spin: CYCLES_PER_NEURON_SPIN, 1e6;
    cycles_per_neuron_source: CYCLES_PER_NEURON_SOURCE, 1e6;
    cycles_per_packet: CYCLES_PER_PACKET, 1e6;
    cycles_per_synaptic_event: CYCLES_PER_SYNAPTIC_EVENT, 1e6;
    cycles_per_sent_spike: CYCLES_PER_SENT_SPIKE, 1e6;
    pe_sleep_low_mw: PE_SLEEP_LOW_MW, 1e3;
    pe_sleep_high_mw: PE_SLEEP_HIGH_MW, 1e3;
    pe_leak_fraction: PE_LEAK_FRACTION, 1.0;
    pe_off_mw: PE_OFF_MW, 1e3;
    cycle_low_pj: CYCLE_LOW_PJ, 1e6;
    cycle_high_pj: CYCLE_HIGH_PJ, 1e6;
    mac_low_pj: MAC_LOW_PJ, 1e6;
    mac_high_pj: MAC_HIGH_PJ, 1e6;
    level_switch_nj: LEVEL_SWITCH_NJ, 1e6;
    uncore_mw: POWER_ALL_OFF_MW, 1e6;
    dram_static_mw: DRAM_STATIC_MW, 1e6;
    dram_pj_per_byte: DRAM_PJ_PER_BYTE, 1e6;
    noc_flit_hop_pj: NOC_FLIT_HOP_PJ, 1e6;
    router_packet_pj: ROUTER_PACKET_PJ, 1e6;
    short_link_pj_per_bit: SHORT_LINK_PJ_PER_BIT, 1e6;
    long_link_pj_per_bit: LONG_LINK_PJ_PER_BIT, 1e6;
    short_link_idle_mw: SHORT_LINK_IDLE_MW, 1e6;
    long_link_idle_mw: LONG_LINK_IDLE_MW, 1e6;
    board_overhead_w: BOARD_OVERHEAD_W, 1e6;
    frame_overhead_w: FRAME_OVERHEAD_W, 1e6;
    supply_efficiency: SUPPLY_EFFICIENCY, 1.0;
}

impl Coefficients {
    /// Replaces one coefficient.
    ///
    /// # Errors
    /// [`EnergyError::UnknownCoefficient`] or [`EnergyError::Coefficient`]; nothing is changed then.
    pub fn set(&mut self, key: &str, value: f64) -> Result<(), EnergyError> {
        let Some((slot, max, unit)) = self.entry(key) else {
            return Err(EnergyError::UnknownCoefficient {
                key: key.to_owned(),
                known: Self::KEYS.join(", "),
            });
        };
        check(key, value, max, unit)?;
        *slot = value;
        Ok(())
    }

    /// Checks all values, for coefficients that were read or built field by field.
    ///
    /// # Errors
    /// [`EnergyError::Coefficient`] for the first one outside its range.
    pub fn check(&self) -> Result<(), EnergyError> {
        let mut copy = self.clone();
        for (key, value) in self.entries() {
            copy.set(key, value)?;
        }
        Ok(())
    }

    /// The coefficients that differ from their defaults, as key, value and default: what a report has to say.
    #[must_use]
    pub fn overridden(&self) -> Vec<(&'static str, f64, f64)> {
        let defaults = Self::default().entries();
        let pairs = self.entries().into_iter().zip(defaults);
        #[expect(clippy::float_cmp, reason = "an untouched value is the same value")]
        let differing = pairs.filter(|((_, value), (_, default))| value != default);
        differing.map(|((key, value), (_, default))| (key, value, default)).collect()
    }

    /// Cycles of one neuron of a model for one tick.
    #[must_use]
    pub fn cycles_per_neuron(&self, model: Model) -> f64 {
        match model {
            Model::Lif | Model::LifNoDelay | Model::LifConv2d | Model::LifWide | Model::ChargeAndSpike => {
                self.cycles_per_neuron_lif
            }
            Model::LifCurrExp | Model::LifCurrExpNoDelay | Model::LifCurrExpWide => {
                self.cycles_per_neuron_cuba
            }
            Model::LifCondExp => self.cycles_per_neuron_cond,
            Model::Izhikevich => self.cycles_per_neuron_izhikevich,
            Model::QuboNeuron | Model::OnOff | Model::OnOffWide | Model::Gibbs | Model::GibbsWide => {
                self.cycles_per_neuron_spin
            }
            _ => self.cycles_per_neuron_source,
        }
    }
}

/// A coefficient is finite, at least 0 and at most `max`; cycles are whole, and an efficiency is above 0.
fn check(key: &str, value: f64, max: f64, unit: &'static str) -> Result<(), EnergyError> {
    let is_cycles = unit == "cycles";
    let is_divisor = key == s2::SUPPLY_EFFICIENCY.key;
    let fits =
        (0.0..=max).contains(&value) && !(is_divisor && value == 0.0) && !(is_cycles && value.fract() != 0.0);
    if fits {
        return Ok(());
    }
    let kind = if is_cycles { "a whole number" } else { "a number" };
    let low = if is_divisor { "above 0" } else { "0" };
    Err(EnergyError::Coefficient {
        key: key.to_owned(),
        value,
        range: format!("{kind} from {low} to {max} {unit}"),
    })
}
