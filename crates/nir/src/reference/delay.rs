//! Delays: a line of past values for each element.

use crate::array::Array;
use crate::reference::node::spread;

/// The lines of one node.
#[derive(Clone, Debug)]
pub(super) struct Delays {
    /// For each element, the beginning of its line and its length in steps.
    lines: Vec<(usize, usize)>,
    past: Vec<f64>,
}

/// Steps that a delay takes: the nearest whole number, the even one if two are as near.
pub(super) fn steps(delay_s: f64, dt_s: f64) -> f64 {
    (delay_s / dt_s).round_ties_even()
}

impl Delays {
    /// The caller has looked that memory holds the lines.
    pub(super) fn new(delay: &Array, n: usize, dt_s: f64) -> Self {
        let mut end = 0;
        let mut line = |delay_s: f64| {
            let length = steps(delay_s, dt_s) as usize;
            end += length;
            (end - length, length)
        };
        let lines = spread(Some(delay), n, 0.0).into_iter().map(&mut line).collect();
        Self { lines, past: vec![0.0; end] }
    }

    pub(super) fn apply(&mut self, x: &[f64], y: &mut [f64], step: u64) {
        for ((y, &x), &(begin, length)) in y.iter_mut().zip(x).zip(&self.lines) {
            *y = match length {
                0 => x,
                _ => std::mem::replace(&mut self.past[begin + (step % length as u64) as usize], x),
            };
        }
    }

    pub(super) fn restart(&mut self) {
        self.past.fill(0.0);
    }
}
