//! How long the stages took.

use std::time::Duration;

/// Wall-clock time of each stage. Kept apart from the mapping, which depends on its inputs alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct StageTimes {
    /// Cutting populations into slices under the memory budget.
    pub partition: Duration,
    /// Finding which slices talk to which, and the exact memory of each PE.
    pub connect: Duration,
    /// Cores for slices.
    pub place: Duration,
    /// Routing keys.
    pub keys: Duration,
    /// Multicast trees.
    pub route: Duration,
    /// Routing tables with compression.
    pub tables: Duration,
}
