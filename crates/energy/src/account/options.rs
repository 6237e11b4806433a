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
    /// Real duration of a tick on the hardware in ns; without it the network's own, which is real time. It changes no spike.
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
        self.tick_ns.map_or(Ok(()), check_tick)
    }

    /// Sets one option by name from text: `level`, `level_of.POPULATION`, `tick` (such as `2.5ms`), `unused_pes` (`sleep`, `off`),
    /// `powered` (`used`, `machine`), `quad_permits`, or the key of a coefficient ([`Coefficients::KEYS`]).
    ///
    /// # Errors
    /// An [`EnergyError`] that names the option; nothing is changed then. Names of populations and levels are checked with the
    /// network and the machine, by [`AccountOptions::check`].
    pub fn set(&mut self, key: &str, value: &str) -> Result<(), EnergyError> {
        if let Some(population) = key.strip_prefix("level_of.") {
            self.population_levels.insert(population.to_owned(), value.parse()?);
            return Ok(());
        }
        match key {
            "level" => self.level = value.parse()?,
            "tick" => self.tick_ns = Some(parse_ns(value)?),
            "unused_pes" => {
                self.unused_pes = choice(
                    value,
                    "unused_pes",
                    "`sleep` or `off`",
                    &[("sleep", UnusedPes::Sleep), ("off", UnusedPes::Off)],
                )?;
            }
            "powered" => {
                let known = [("used", PoweredParts::Used), ("machine", PoweredParts::Machine)];
                self.powered = choice(value, "powered", "`used` or `machine`", &known)?;
            }
            "quad_permits" => {
                let range = "1 to 4";
                let error = || EnergyError::Option { option: "quad_permits", value: value.to_owned(), range };
                self.quad_permits = value.parse().ok().filter(|n| (1..=4).contains(n)).ok_or_else(error)?;
            }
            _ => self.set_coefficient(key, value)?,
        }
        Ok(())
    }

    fn set_coefficient(&mut self, key: &str, value: &str) -> Result<(), EnergyError> {
        let Some(&known) = Coefficients::KEYS.iter().find(|known| **known == key) else {
            let options = "level, level_of.POPULATION, tick, unused_pes, powered, quad_permits";
            let known = format!("{options}, {}", Coefficients::KEYS.join(", "));
            return Err(EnergyError::UnknownCoefficient { key: key.to_owned(), known });
        };
        let number = value.trim().parse().map_err(|_| EnergyError::Option {
            option: known,
            value: format!("`{value}`"),
            range: "a number",
        })?;
        self.coefficients.set(key, number)
    }

    /// The policy of a population.
    #[must_use]
    pub fn level_of(&self, population: &str) -> LevelPolicy {
        self.population_levels.get(population).copied().unwrap_or(self.level)
    }
}

/// Refuses a tick that no PE could follow, whether it was chosen or is the network's own.
pub(super) fn check_tick(tick_ns: u64) -> Result<(), EnergyError> {
    if (TICK_NS.0..=TICK_NS.1).contains(&tick_ns) {
        return Ok(());
    }
    Err(EnergyError::Option {
        option: "the duration of a tick",
        value: format!("{tick_ns} ns"),
        range: "1 us to 1 h, with the option `tick` if the network's own is another",
    })
}

fn choice<T: Copy>(
    given: &str,
    option: &'static str,
    range: &'static str,
    known: &[(&str, T)],
) -> Result<T, EnergyError> {
    let found = known.iter().find(|(name, _)| *name == given);
    found.map(|&(_, value)| value).ok_or_else(|| EnergyError::Option {
        option,
        value: format!("`{given}`"),
        range,
    })
}

/// A duration such as `1ms`, `2.5 ms`, `100us` or `0.01s`, in ns.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the range just checked")]
fn parse_ns(text: &str) -> Result<u64, EnergyError> {
    let range = "a number with its unit, 1us to 3600s, such as 1ms";
    let wrong =
        || EnergyError::Option { option: "the duration of a tick", value: format!("`{text}`"), range };
    let units = [("ns", 1.0), ("us", 1e3), ("µs", 1e3), ("ms", 1e6), ("s", 1e9)];
    let (number, unit) =
        units.iter().find_map(|(name, ns)| Some((text.strip_suffix(name)?, ns))).ok_or_else(wrong)?;
    let ns = number.trim().parse::<f64>().map_err(|_| wrong())? * unit;
    let fits = (TICK_NS.0 as f64..=TICK_NS.1 as f64).contains(&ns);
    if fits { Ok(ns.round() as u64) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_set_by_name() {
        let mut options = AccountOptions::default();
        for (key, value) in [
            ("level", "auto:12"),
            ("level_of.input", "low"),
            ("tick", "2.5ms"),
            ("unused_pes", "off"),
            ("powered", "machine"),
            ("quad_permits", "2"),
            ("energy.router_packet_pj", "80"),
        ] {
            options.set(key, value).unwrap();
        }
        assert_eq!(options.level, LevelPolicy::Auto { threshold: 12 });
        assert_eq!((options.level_of("input"), options.level_of("other")), (LevelPolicy::Low, options.level));
        assert_eq!(
            (options.tick_ns, options.unused_pes, options.quad_permits),
            (Some(2_500_000), UnusedPes::Off, 2)
        );
        assert_eq!(options.powered, PoweredParts::Machine);
        assert_eq!(options.coefficients.overridden(), [("energy.router_packet_pj", 80.0, 60.0)]);
    }

    #[test]
    fn absurd_options_are_refused_and_named() {
        let mut options = AccountOptions::default();
        for (key, value, said) in [
            ("level", "fast", "`fast` is no level policy"),
            ("tick", "0ms", "the duration of a tick is `0ms`"),
            ("tick", "1", "with its unit"),
            ("tick", "nanms", "the duration of a tick"),
            ("quad_permits", "5", "quad_permits is 5; give 1 to 4"),
            ("unused_pes", "gone", "`sleep` or `off`"),
            ("energy.router_packet_pj", "-1", "`energy.router_packet_pj` is -1; give a number from 0"),
            ("energy.router_packet_pj", "inf", "is inf"),
            ("energy.router_packet_pj", "many", "energy.router_packet_pj is `many`; give a number"),
            ("energy.supply_efficiency", "0", "above 0"),
            ("cost.cycles_per_packet", "1.5", "a whole number"),
            ("energy.chocolate", "1", "unknown coefficient `energy.chocolate`; there are: level, "),
        ] {
            let message = options.set(key, value).unwrap_err().to_string();
            assert!(message.contains(said), "{key}={value}: {message}");
        }
        assert_eq!(options, AccountOptions::default());
    }
}
