//! Integrators and neurons: one linear step for all of them, then spikes and resets.
//!
//! With `g = dt / tau`, the input `x`, the current `i` and the membrane `v` before the step, all of NIR's equations and all ways to
//! step them have the form
//!
//! ```text
//! v += d_m (v_leak - v) + a i + b x
//! i += q x - d_s i
//! ```
//!
//! | | d_m | d_s | q | a | b |
//! |---|---|---|---|---|---|
//! | I; IF | 0 | | | 0 | dt r; r or dt r |
//! | LI, LIF, Euler | g | | | 0 | g r |
//! | LI, LIF, exact | 1 - exp(-g) | | | 0 | d_m r |
//! | LI, LIF, impulse | 1 - exp(-g) | | | 0 | g r |
//! | CubaLI(F), Euler | g_m | g_s | g_s w_in | g_m r (1 - d_s) | g_m r q |
//! | CubaLI(F), exact | 1 - exp(-g_m) | 1 - exp(-g_s) | d_s w_in | K | (d_m r - K) w_in |
//! | CubaLI(F), impulse | 1 - exp(-g_m) | 1 - exp(-g_s) | g_s w_in | g_m r (1 - d_s) | g_m r q |
//!
//! `K = r tau_syn / (tau_syn - tau_mem) (exp(-g_s) - exp(-g_m))` is what a current of 1 that decays over the step adds to the
//! membrane; it is computed in a form that holds for equal time constants, too.

use crate::array::Array;
use crate::primitive::{CubaLi, CubaLif, If, Li, Lif, Primitive};
use crate::reference::node::spread;
use crate::reference::{IfGain, Initial, Integration, Reset, Settings};

/// What one step does to one element, as in the table above.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Coefficients {
    d_m: f64,
    d_s: f64,
    q: f64,
    a: f64,
    b: f64,
}

/// All elements of one node.
#[derive(Clone, Debug)]
pub(super) struct Neurons {
    coefficients: Vec<Coefficients>,
    v_leak: Vec<f64>,
    v_start: Vec<f64>,
    fire: Option<Fire>,
    pub(super) v: Vec<f64>,
    /// Empty where there is no synaptic current.
    pub(super) i: Vec<f64>,
}

/// When a neuron fires, and what that does.
#[derive(Clone, Debug)]
struct Fire {
    v_threshold: Vec<f64>,
    v_reset: Vec<f64>,
    reset: Reset,
}

/// The parameters of all types of neurons and integrators. Types without one leave it out.
#[derive(Clone, Copy, Default)]
struct Parameters<'a> {
    tau_mem: Option<&'a Array>,
    tau_syn: Option<&'a Array>,
    r: Option<&'a Array>,
    v_leak: Option<&'a Array>,
    w_in: Option<&'a Array>,
    v_threshold: Option<&'a Array>,
    v_reset: Option<&'a Array>,
}

impl<'a> Parameters<'a> {
    /// Those of a node, if it is a neuron or integrator.
    fn of(primitive: &'a Primitive) -> Option<Self> {
        let none = Self::default();
        Some(match primitive {
            Primitive::I { r } => Self { r: Some(r), ..none },
            Primitive::IF(If { r, v_threshold, v_reset }) => {
                Self { r: Some(r), v_threshold: Some(v_threshold), v_reset: v_reset.as_ref(), ..none }
            }
            Primitive::LI(Li { tau, r, v_leak }) => {
                Self { tau_mem: Some(tau), r: Some(r), v_leak: Some(v_leak), ..none }
            }
            Primitive::LIF(Lif { tau, r, v_leak, v_threshold, v_reset }) => Self {
                tau_mem: Some(tau),
                r: Some(r),
                v_leak: Some(v_leak),
                v_threshold: Some(v_threshold),
                v_reset: v_reset.as_ref(),
                ..none
            },
            Primitive::CubaLI(CubaLi { tau_syn, tau_mem, r, v_leak, w_in }) => Self {
                tau_mem: Some(tau_mem),
                tau_syn: Some(tau_syn),
                r: Some(r),
                v_leak: Some(v_leak),
                w_in: w_in.as_ref(),
                ..none
            },
            Primitive::CubaLIF(CubaLif { tau_syn, tau_mem, r, v_leak, v_threshold, v_reset, w_in }) => Self {
                tau_mem: Some(tau_mem),
                tau_syn: Some(tau_syn),
                r: Some(r),
                v_leak: Some(v_leak),
                w_in: w_in.as_ref(),
                v_threshold: Some(v_threshold),
                v_reset: v_reset.as_ref(),
            },
            _ => return None,
        })
    }
}

impl Neurons {
    /// The `n` elements of a node, if it is a neuron or integrator.
    pub(super) fn new(primitive: &Primitive, n: usize, settings: &Settings) -> Option<Self> {
        let given = Parameters::of(primitive)?;
        let r = spread(given.r, n, 1.0);
        let coefficients = match (given.tau_mem, given.tau_syn) {
            (Some(mem), Some(syn)) => {
                let (mem, syn, w_in) =
                    (spread(Some(mem), n, 1.0), spread(Some(syn), n, 1.0), spread(given.w_in, n, 1.0));
                (0..n).map(|k| cuba(settings, mem[k], syn[k], r[k], w_in[k])).collect()
            }
            (Some(mem), None) => {
                let mem = spread(Some(mem), n, 1.0);
                (0..n).map(|k| leaky(settings, mem[k], r[k])).collect()
            }
            (None, _) => {
                let is_unit = matches!(primitive, Primitive::IF(_)) && settings.if_gain == IfGain::Unit;
                let gain = if is_unit { 1.0 } else { settings.dt_s };
                r.iter().map(|r| Coefficients { b: gain * r, ..Coefficients::default() }).collect()
            }
        };
        let v_leak = spread(given.v_leak, n, 0.0);
        let v_start = if settings.initial == Initial::Leak { v_leak.clone() } else { vec![0.0; n] };
        let fire = given.v_threshold.map(|threshold| Fire {
            v_threshold: spread(Some(threshold), n, 0.0),
            v_reset: spread(given.v_reset, n, 0.0),
            reset: settings.reset,
        });
        let i = if given.tau_syn.is_some() { vec![0.0; n] } else { Vec::new() };
        Some(Self { coefficients, v_leak, v: v_start.clone(), v_start, fire, i })
    }

    pub(super) fn fires(&self) -> bool {
        self.fire.is_some()
    }

    pub(super) fn restart(&mut self) {
        self.v.copy_from_slice(&self.v_start);
        self.i.fill(0.0);
    }

    pub(super) fn apply(&mut self, x: &[f64], y: &mut [f64]) {
        let elements = self.coefficients.iter().zip(&self.v_leak).zip(x);
        if self.i.is_empty() {
            for (v, ((c, v_leak), x)) in self.v.iter_mut().zip(elements) {
                *v += c.d_m * (v_leak - *v) + c.b * x;
            }
        } else {
            for ((v, i), ((c, v_leak), x)) in self.v.iter_mut().zip(&mut self.i).zip(elements) {
                *v += c.d_m * (v_leak - *v) + c.a * *i + c.b * x;
                *i += c.q * x - c.d_s * *i;
            }
        }
        match &self.fire {
            Some(fire) => fire.apply(&mut self.v, y),
            None => y.copy_from_slice(&self.v),
        }
    }
}

impl Fire {
    /// Sends a 1 where the membrane is above its threshold, not at it, and resets it.
    fn apply(&self, v: &mut [f64], y: &mut [f64]) {
        let elements = self.v_threshold.iter().zip(&self.v_reset);
        for ((v, y), (v_threshold, v_reset)) in v.iter_mut().zip(y).zip(elements) {
            let is_spike = *v > *v_threshold;
            *y = f64::from(u8::from(is_spike));
            if is_spike {
                *v = match self.reset {
                    Reset::VReset => *v_reset,
                    Reset::Subtract => *v - v_threshold,
                };
            }
        }
    }
}

/// `1 - exp(-x)`, without loss where x is small. By the same code on every computer, which the system's is not.
fn decayed(x: f64) -> f64 {
    -libm::expm1(-x)
}

fn leaky(settings: &Settings, tau_s: f64, r: f64) -> Coefficients {
    let g = settings.dt_s / tau_s;
    let (d_m, b) = match settings.integration {
        Integration::Euler => (g, g * r),
        Integration::Exact => (decayed(g), decayed(g) * r),
        Integration::Impulse => (decayed(g), g * r),
    };
    Coefficients { d_m, b, ..Coefficients::default() }
}

fn cuba(settings: &Settings, tau_mem_s: f64, tau_syn_s: f64, r: f64, w_in: f64) -> Coefficients {
    let (g_m, g_s) = (settings.dt_s / tau_mem_s, settings.dt_s / tau_syn_s);
    let stepwise = |d_m: f64, d_s: f64| {
        let q = g_s * w_in;
        Coefficients { d_m, d_s, q, a: g_m * r * (1.0 - d_s), b: g_m * r * q }
    };
    match settings.integration {
        Integration::Euler => stepwise(g_m, g_s),
        Integration::Impulse => stepwise(decayed(g_m), decayed(g_s)),
        Integration::Exact => {
            let (d_m, d_s) = (decayed(g_m), decayed(g_s));
            let k = r * passed_on(g_m, g_s);
            Coefficients { d_m, d_s, q: d_s * w_in, a: k, b: (d_m * r - k) * w_in }
        }
    }
}

/// `tau_syn / (tau_syn - tau_mem) (exp(-g_s) - exp(-g_m))`, which is `g_m exp(-g) (1 - exp(-d)) / d` with the smaller `g` of the two and
/// their distance `d`; the fraction goes to 1 where they are equal.
fn passed_on(g_m: f64, g_s: f64) -> f64 {
    let distance = (g_m - g_s).abs();
    let fraction = if distance == 0.0 { 1.0 } else { decayed(distance) / distance };
    g_m * libm::exp(-g_m.min(g_s)) * fraction
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_time_constants_are_the_limit_of_unequal_ones() {
        for g in [1e-9, 0.01, 0.7, 5.0, 800.0] {
            let limit = g * libm::exp(-g);
            for other in [g, g * (1.0 + 1e-15), g * (1.0 - 1e-15)] {
                assert!((passed_on(g, other) - limit).abs() <= 1e-12 * limit, "{g} {other}");
            }
        }
    }

    #[test]
    fn unequal_time_constants_follow_the_textbook() {
        for (g_m, g_s) in [(0.1_f64, 0.5_f64), (0.5, 0.1), (3.0, 0.2), (0.01, 40.0)] {
            let textbook = (1.0 / g_s) / (1.0 / g_s - 1.0 / g_m) * ((-g_s).exp() - (-g_m).exp());
            assert!((passed_on(g_m, g_s) - textbook).abs() <= 1e-14 * textbook.abs(), "{g_m} {g_s}");
        }
        assert_eq!(passed_on(2000.0, 3000.0), 0.0, "long steps leave nothing, and are no NaN");
    }
}
