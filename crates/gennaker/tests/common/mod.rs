//! Made graphs' numbers, for the tests of lowering.
#![allow(dead_code, reason = "each test file uses its own part")]

use gennaker::nir::{Array, If, Lif, Numbers, Primitive};

/// Time of a tick in made graphs, s.
pub(crate) const DT: f64 = 1e-3;

/// Numbers from a seed, of -1 to 1.
pub(crate) struct Draw(pub(crate) u64);

impl Draw {
    pub(crate) fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }

    pub(crate) fn array(&mut self, shape: &[usize]) -> Array {
        let n = shape.iter().product();
        Array::new(shape.to_vec(), Numbers::F64((0..n).map(|_| self.next()).collect())).unwrap()
    }

    /// Positive numbers around `mean`.
    pub(crate) fn around(&mut self, mean: f64, shape: &[usize]) -> Array {
        let n = shape.iter().product();
        let values = (0..n).map(|_| mean * (1.0 + 0.3 * self.next())).collect();
        Array::new(shape.to_vec(), Numbers::F64(values)).unwrap()
    }
}

pub(crate) fn none(shape: &[usize]) -> Array {
    Array::new(shape.to_vec(), Numbers::F64(vec![0.0; shape.iter().product()])).unwrap()
}

/// Neurons that count.
pub(crate) fn flat_if(draw: &mut Draw, shape: &[usize]) -> Primitive {
    Primitive::IF(If { r: draw.around(1.0, shape), v_threshold: draw.around(1.5, shape), v_reset: None })
}

/// Neurons that leak, to somewhere else than 0.
pub(crate) fn leaky(draw: &mut Draw, shape: &[usize]) -> Primitive {
    Primitive::LIF(Lif {
        tau: draw.around(5e-3, shape),
        r: draw.around(4.0, shape),
        v_leak: draw.array(shape),
        v_threshold: draw.around(0.7, shape),
        v_reset: None,
    })
}

/// `(tick, neuron)` pairs, each there with the probability `p`.
pub(crate) fn random_spikes(seed: u64, n: u32, n_ticks: u32, p: f64) -> Vec<(u32, u32)> {
    let mut draw = Draw(seed ^ 0xabcd);
    let events = (0..n_ticks).flat_map(|tick| (0..n).map(move |neuron| (tick, neuron)));
    events.filter(|_| draw.next() < 2.0 * p - 1.0).collect()
}
