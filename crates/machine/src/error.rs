//! Everything that can be wrong with a machine description.

use crate::geometry::{ChipXy, Link};

/// Why a machine description was refused. Each message names the field, the limit and the remedy.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MachineError {
    /// The name is not one of the presets.
    #[error("unknown machine `{given}`: use one of {known}, or give a TOML file that describes the machine")]
    UnknownPreset {
        /// What was asked for.
        given: String,
        /// The presets, separated by commas.
        known: String,
    },
    /// This many boards do not tile a torus.
    #[error(
        "`{given}` boards do not close to a torus, which is tiled by triads of three: use 1 board alone, or \
         a multiple of 3 up to {max} such as {suggestion}"
    )]
    BoardCount {
        /// Number of boards asked for, as it was written.
        given: String,
        /// Largest number accepted.
        max: u32,
        /// The nearest number that works.
        suggestion: u32,
    },
    /// The text is not TOML, or a value has the wrong type.
    #[error("machine description: {message}")]
    Toml {
        /// What the parser found, with the key or line.
        message: String,
    },
    /// A key that no machine has.
    #[error("machine description: unknown key `{key}`; the keys known there are {known}")]
    UnknownKey {
        /// Dotted path of the key.
        key: String,
        /// The keys that may stand in its place, separated by commas.
        known: String,
    },
    /// A preset was combined with the numbers of another generation.
    #[error(
        "machine description: preset `{preset}` is a {expected} machine, but `generation` says {given}: \
         remove one of the two keys"
    )]
    Generation {
        /// The preset named in the description.
        preset: String,
        /// The preset's generation.
        expected: &'static str,
        /// The generation named in the description.
        given: &'static str,
    },
    /// A number outside its range.
    #[error("machine `{machine}`: {key} is {value}, outside {range}: {remedy}")]
    OutOfRange {
        /// Name of the machine.
        machine: String,
        /// Dotted path of the field.
        key: &'static str,
        /// The value found.
        value: String,
        /// The values accepted.
        range: String,
        /// What to change.
        remedy: &'static str,
    },
    /// A fault or the boot chip names a chip outside the machine.
    #[error(
        "machine `{machine}`: {key} names chip {chip}, which is not on this {width} x {height} machine: \
         remove it or use another layout"
    )]
    NoSuchChip {
        /// Name of the machine.
        machine: String,
        /// Dotted path of the field.
        key: &'static str,
        /// The chip that does not exist.
        chip: ChipXy,
        /// Columns of the bounding rectangle.
        width: u16,
        /// Rows of the bounding rectangle.
        height: u16,
    },
    /// A dead link that the machine does not have in the first place.
    #[error(
        "machine `{machine}`: faults.links names link {link} of chip {chip}, which leads nowhere: remove it"
    )]
    NoSuchLink {
        /// Name of the machine.
        machine: String,
        /// The chip named.
        chip: ChipXy,
        /// The link that does not exist.
        link: Link,
    },
    /// A dead core with an impossible id.
    #[error(
        "machine `{machine}`: faults.cores names core {core} of chip {chip}, but PEs have ids 1 to {n_pes}: \
         to lose the management core, list the chip in faults.chips"
    )]
    NoSuchCore {
        /// Name of the machine.
        machine: String,
        /// The chip named.
        chip: ChipXy,
        /// The core id named.
        core: u8,
        /// Number of PEs of a chip.
        n_pes: u8,
    },
    /// The host cannot reach the machine.
    #[error(
        "machine `{machine}`: boot chip {chip} is listed in faults.chips: set boot_chip to a working chip"
    )]
    BootChipDead {
        /// Name of the machine.
        machine: String,
        /// The boot chip.
        chip: ChipXy,
    },
}
