//! Leaky integrate-and-fire neurons with exponential synaptic conductances (T. P. Vogels and L. F. Abbott, "Signal propagation
//! and logic gating in networks of integrate-and-fire neurons", J. Neurosci. 25, 2005): their equations.
//!
//! Conductances are in units of the leak's. Within a tick they are constant, and the membrane equation is then solved
//! exactly (exponential Euler).

use crate::arithmetic::Real;

use super::constant;
use super::decaying::{Decaying, Membrane};

/// `lif_cond_exp`.
pub(crate) type LifCondExp<A> = Decaying<A, Conductances, 10>;

/// Synapses are conductances.
pub(crate) struct Conductances;

impl Membrane<10> for Conductances {
    const PARAMETERS: [&'static str; 10] = [
        "threshold",
        "v_reset",
        "dt_over_tau",
        "v_rest",
        "e_exc",
        "e_inh",
        "i_offset",
        "exc_decay",
        "inh_decay",
        "g_scale",
    ];
    const SYNAPSES: [&'static str; 2] = ["g_exc", "g_inh"];

    #[inline(always)]
    fn advance<R: Real>(v: R, [g_exc, g_inh]: [R; 2], [e, i]: [R; 2], parameters: [R; 10]) -> (R, [R; 2]) {
        let [_, _, dt_over_tau, v_rest, e_exc, e_inh, i_offset, exc_decay, inh_decay, g_scale] = parameters;
        let exc = (g_exc * exc_decay + e * g_scale).settled();
        let inh = (g_inh * inh_decay + i * g_scale).settled();
        let g = constant::<R>(1.0) + exc + inh;
        let v_inf = (v_rest + i_offset + exc * e_exc + inh * e_inh) / g;
        let next = v_inf + (v - v_inf) * (R::default() - dt_over_tau * g).exponential();
        (next, [exc, inh])
    }
}
