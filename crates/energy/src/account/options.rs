//! Under which assumptions an account is made.

use std::collections::BTreeMap;

use gennaker_machine::Machine;
use gennaker_network::Network;
use serde::{Deserialize, Serialize};

use crate::coefficients::Coefficients;
use crate::error::EnergyError;
use crate::levels::{LevelPolicy, Levels};

/// The assumptions of an account. Every one can be replaced.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AccountOptions {
    /// How PEs choose their performance level. Default `high`.
    pub level: LevelPolicy,
    /// Other choices for some populations, by name.
    pub population_levels: BTreeMap<String, LevelPolicy>,
    /// Real duration of a tick on the hardware in ns; `None` takes the network's own, which is real time. It changes no spike.
    pub tick_ns: Option<u64>,
    /// What PEs do that nothing runs on. Default `sleep`.
    pub unused_pes: UnusedPes,
    /// What is switched on. Default `used`.
    pub powered: PoweredParts,
    /// PEs of a QuadPE that may change their level at the same time, 1 to 4; others wait. Default 4, which is assumed: that
    /// semaphores limit it is published, the number is not.
    pub quad_permits: u8,
    /// The coefficients.
    pub coefficients: Coefficients,
}

/// What PEs do that nothing runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnusedPes {
    /// They sleep at the low level.
    #[default]
    Sleep,
    /// They are switched off.
    Off,
}

/// What is switched on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PoweredParts {
    /// Boards that the network or its packets use; all chips, where the machine has no boards.
    #[default]
    Used,
    /// The whole machine.
    Machine,
}

impl Default for AccountOptions {
    fn default() -> Self {
        Self {
            level: LevelPolicy::High,
            population_levels: BTreeMap::new(),
            tick_ns: None,
            unused_pes: UnusedPes::default(),
            powered: PoweredParts::default(),
            quad_permits: 4,
            coefficients: Coefficients::default(),
        }
    }
}

/// Shortest and longest tick in ns: less than a spike takes to cross a chip, or more than an hour, was mistyped.
const TICK_NS: (u64, u64) = (1_000, 3_600_000_000_000);

impl AccountOptions {
    /// Checks everything that does not need a run.
    ///
    /// # Errors
    /// An [`EnergyError`] that names the option.
    pub fn check(&self, network: &Network, machine: &Machine) -> Result<(), EnergyError> {
        self.coefficients.check()?;
        let levels = Levels::of(&machine.spec().chip.pe);
        levels.check(self.level)?;
        for (name, &policy) in &self.population_levels {
            levels.check(policy)?;
            if network.population_index(name).is_none() {
                let value = format!("for a population `{name}`, which the network does not have");
                return Err(EnergyError::Option {
                    option: "population_levels",
                    value,
                    range: "names of populations",
                });
            }
        }
        if !(1..=4).contains(&self.quad_permits) {
            let value = self.quad_permits.to_string();
            return Err(EnergyError::Option { option: "quad_permits", value, range: "1 to 4" });
        }
        match self.tick_ns {
            Some(tick_ns) if !(TICK_NS.0..=TICK_NS.1).contains(&tick_ns) => Err(EnergyError::Option {
                option: "the duration of a tick",
                value: format!("{tick_ns} ns"),
                range: "1 us to 1 h",
            }),
            _ => Ok(()),
        }
    }

    /// The policy of a population.
    #[must_use]
    pub fn level_of(&self, population: &str) -> LevelPolicy {
        self.population_levels.get(population).copied().unwrap_or(self.level)
    }
}
