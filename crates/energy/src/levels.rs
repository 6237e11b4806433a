//! Which clock and voltage a PE takes in a tick.

use std::fmt;
use std::str::FromStr;

use gennaker_machine::{PeSpec, PerformanceLevel};
use serde::{Deserialize, Serialize};

use crate::cycles::PeCycles;
use crate::error::EnergyError;

/// Packets from which on `auto` takes the high level, if nothing else is said: what the public power-management demo uses for
/// fully connected layers (200) would leave small networks at the low level for good; its 30 for convolutions is taken.
pub const DEFAULT_THRESHOLD: u32 = 30;
/// Part of the tick that `predictive` leaves free, if nothing else is said (an assumption).
pub const DEFAULT_MARGIN: f64 = 0.1;

/// How a PE chooses its performance level at the start of a tick, knowing how many packets wait in its FIFO. When the work is
/// done, it sleeps at the low level, except under [`LevelPolicy::High`] and [`LevelPolicy::Fixed`], which never change it.
///
/// As text: `low`, `high`, `auto` or `auto:30`, `predictive` or `predictive:0.1`, `pl2`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum LevelPolicy {
    /// Always the slower of the two published levels: 0.5 V and 150 MHz on SpiNNaker2.
    Low,
    /// Always the faster one: 0.8 V and 300 MHz.
    High,
    /// The high level for ticks with at least this many packets, else the low one, as TU Dresden's public demo of power management
    /// for py-spinnaker2 does.
    Auto {
        /// Packets from which on the high level is taken.
        threshold: u32,
    },
    /// The slowest published level at which the work, estimated from the number of packets and the mean length of their rows, is
    /// done in time: the rule of Hoeppner et al. 2019 (arXiv 1903.08941) in its general form.
    Predictive {
        /// Part of the tick kept free, 0 to below 1.
        margin: f64,
    },
    /// Always this level of the machine's table.
    Fixed(u8),
}

impl LevelPolicy {
    /// Whether a PE goes to the low level when its work is done.
    #[must_use]
    pub fn changes_level(self) -> bool {
        matches!(self, Self::Auto { .. } | Self::Predictive { .. })
    }
}

impl fmt::Display for LevelPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Low => f.pad("low"),
            Self::High => f.pad("high"),
            Self::Auto { threshold } => f.pad(&format!("auto:{threshold}")),
            Self::Predictive { margin } => f.pad(&format!("predictive:{margin}")),
            Self::Fixed(level) => f.pad(&format!("pl{level}")),
        }
    }
}

impl From<LevelPolicy> for String {
    fn from(policy: LevelPolicy) -> Self {
        policy.to_string()
    }
}

impl TryFrom<String> for LevelPolicy {
    type Error = EnergyError;

    fn try_from(text: String) -> Result<Self, EnergyError> {
        text.parse()
    }
}

impl FromStr for LevelPolicy {
    type Err = EnergyError;

    fn from_str(text: &str) -> Result<Self, EnergyError> {
        let unknown = || EnergyError::UnknownPolicy { given: text.to_owned() };
        let (name, argument) = match text.split_once(':') {
            Some((name, argument)) => (name, Some(argument)),
            None => (text, None),
        };
        match (name, argument) {
            ("low", None) => Ok(Self::Low),
            ("high", None) => Ok(Self::High),
            ("auto", None) => Ok(Self::Auto { threshold: DEFAULT_THRESHOLD }),
            ("auto", Some(n)) => n.parse().map(|threshold| Self::Auto { threshold }).map_err(|_| unknown()),
            ("predictive", None) => Ok(Self::Predictive { margin: DEFAULT_MARGIN }),
            ("predictive", Some(margin)) => {
                let margin: f64 = margin.parse().map_err(|_| unknown())?;
                let range = "a number from 0 to below 1";
                let error = EnergyError::Option {
                    option: "the margin of `predictive`",
                    value: margin.to_string(),
                    range,
                };
                (0.0..1.0).contains(&margin).then_some(Self::Predictive { margin }).ok_or(error)
            }
            (name, None) => {
                let level = name.strip_prefix("pl").and_then(|level| level.parse().ok());
                level.map(Self::Fixed).ok_or_else(unknown)
            }
            _ => Err(unknown()),
        }
    }
}

/// The performance levels of a machine's PEs and which of them the policies use.
#[derive(Debug, Clone, PartialEq)]
pub struct Levels {
    /// All levels, by number.
    pub all: Vec<PerformanceLevel>,
    /// Number of the slowest published level.
    pub low: u8,
    /// Number of the fastest published level.
    pub high: u8,
}

impl Levels {
    /// The levels of a PE; at least one of them must be published, or all are taken as if they were.
    #[must_use]
    pub fn of(pe: &PeSpec) -> Self {
        let all = pe.performance_levels.clone();
        let is_usable = |level: &&(usize, &PerformanceLevel)| level.1.published;
        let numbered: Vec<_> = all.iter().enumerate().collect();
        let usable: Vec<_> = numbered.iter().filter(is_usable).collect();
        let candidates = if usable.is_empty() { numbered.iter().collect() } else { usable };
        let clock = |level: &&&(usize, &PerformanceLevel)| level.1.clock_hz;
        let low = candidates.iter().min_by_key(clock).map_or(0, |level| level.0 as u8);
        let high = candidates.iter().max_by_key(clock).map_or(0, |level| level.0 as u8);
        Self { all, low, high }
    }

    /// Clock of a level in Hz.
    #[must_use]
    pub fn clock_hz(&self, level: u8) -> u64 {
        self.all[usize::from(level)].clock_hz
    }

    /// The level at which a PE under this policy sleeps.
    #[must_use]
    pub fn asleep(&self, policy: LevelPolicy) -> u8 {
        match policy {
            LevelPolicy::High => self.high,
            LevelPolicy::Fixed(level) => level,
            LevelPolicy::Low | LevelPolicy::Auto { .. } | LevelPolicy::Predictive { .. } => self.low,
        }
    }

    /// Refuses a policy that names a level which is not there.
    ///
    /// # Errors
    /// [`EnergyError::NoSuchLevel`].
    pub fn check(&self, policy: LevelPolicy) -> Result<(), EnergyError> {
        match policy {
            LevelPolicy::Fixed(level) if usize::from(level) >= self.all.len() => {
                let named = self.all.iter().enumerate().map(|(n, level)| format!("pl{n} ({level})"));
                Err(EnergyError::NoSuchLevel { level, known: named.collect::<Vec<_>>().join(", ") })
            }
            _ => Ok(()),
        }
    }

    /// The level that a PE takes for a tick of `tick_ns` in which `n_packets` packets wait.
    #[must_use]
    pub fn choose(&self, policy: LevelPolicy, pe: &PeCycles, n_packets: u32, tick_ns: u64) -> u8 {
        match policy {
            LevelPolicy::Low => self.low,
            LevelPolicy::High => self.high,
            LevelPolicy::Fixed(level) => level,
            LevelPolicy::Auto { threshold } if n_packets >= threshold => self.high,
            LevelPolicy::Auto { .. } => self.low,
            LevelPolicy::Predictive { margin } => {
                let cycles = pe.predicted(n_packets);
                let in_time = |level: u8| cycles <= cycles_in(tick_ns, self.clock_hz(level)) * (1.0 - margin);
                if in_time(self.low) { self.low } else { self.high }
            }
        }
    }
}

/// Cycles of a clock in a time.
#[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
fn cycles_in(time_ns: u64, clock_hz: u64) -> f64 {
    time_ns as f64 * clock_hz as f64 / 1e9
}

#[cfg(test)]
mod tests {
    use super::*;
    use gennaker_machine::MachineSpec;

    #[test]
    fn policies_are_read_as_they_are_written() {
        for text in ["low", "high", "auto:7", "predictive:0.25", "pl2"] {
            assert_eq!(text.parse::<LevelPolicy>().unwrap().to_string(), text);
        }
        assert_eq!("auto".parse(), Ok(LevelPolicy::Auto { threshold: DEFAULT_THRESHOLD }));
        for wrong in
            ["", "fast", "auto:", "auto:-1", "low:3", "pl", "pl300", "predictive:1", "predictive:nan"]
        {
            assert!(wrong.parse::<LevelPolicy>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn low_and_high_are_the_published_levels() {
        let levels = Levels::of(&MachineSpec::single_chip().chip.pe);
        assert_eq!((levels.clock_hz(levels.low), levels.clock_hz(levels.high)), (150_000_000, 300_000_000));
        assert!(
            levels.check(LevelPolicy::Fixed(4)).unwrap_err().to_string().contains("pl3 (0.80 V at 300 MHz)")
        );
        let spinnaker1 = Levels::of(&MachineSpec::spinn5().chip.pe);
        assert_eq!((spinnaker1.low, spinnaker1.high), (0, 0));
    }
}
