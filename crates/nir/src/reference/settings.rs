//! What NIR leaves open, as settings: how a graph is stepped through time.

use crate::reference::ReferenceError;

/// How a graph is stepped. The defaults are those with which most platforms run NIR's published graphs.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Length of a step, s; 1e-4, for which the published graphs are made. Another one changes results: a spike is a 1 that is
    /// held for one step.
    pub dt_s: f64,
    /// How states move within a step.
    pub integration: Integration,
    /// What a spike does to the membrane.
    pub reset: Reset,
    /// What an IF adds to its membrane in one step.
    pub if_gain: IfGain,
    /// Which edges carry the value of the step before.
    pub late: LateEdges,
    /// Where membranes start. Currents start at 0.
    pub initial: Initial,
    /// Values that all nodes together may hold (signals, states, weights, delay lines); 2^28, of 8 bytes each.
    pub max_values: usize,
}

/// How states move within a step of constant input. In all of them spikes are looked for at the end of the step only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Integration {
    /// Forward Euler; a synaptic current moves first, and the membrane sees the new one (Norse, snnTorch, Lava).
    Euler,
    /// The closed solution (Nengo).
    Exact,
    /// Exact decay, with the input as an impulse of area `dt` at the end of the step (Rockpool, Sinabs for LIF).
    Impulse,
}

/// What a spike does to the membrane, in the step in which it is sent. Currents are never reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reset {
    /// The membrane goes to the node's `v_reset`; 0 if the file has none.
    VReset,
    /// `v_threshold` is subtracted, once.
    Subtract,
}

/// What an IF adds to its membrane in one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IfGain {
    /// `r x`, as all platforms run it on spikes.
    Unit,
    /// `dt r x`, as NIR's equation reads.
    Dt,
}

/// Which edges carry the value of the step before; 0 in the first step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LateEdges {
    /// Those that lead from a node with state into a loop through it. Delays of at least one step hold state.
    Recurrent,
    /// Those, and all that leave an Input of the outermost graph or a neuron or integrator: a machine of packets, on which a
    /// packet of one tick acts in the next.
    AllNeurons,
}

/// Where membranes start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Initial {
    /// At 0.
    Zero,
    /// At `v_leak` where there is one (Norse).
    Leak,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            dt_s: 1e-4,
            integration: Integration::Euler,
            reset: Reset::VReset,
            if_gain: IfGain::Unit,
            late: LateEdges::Recurrent,
            initial: Initial::Zero,
            max_values: 1 << 28,
        }
    }
}

impl Settings {
    pub(super) fn check(&self) -> Result<(), ReferenceError> {
        if self.dt_s.is_normal() && self.dt_s > 0.0 {
            return Ok(());
        }
        Err(ReferenceError::TimeStep { dt_s: self.dt_s })
    }
}
