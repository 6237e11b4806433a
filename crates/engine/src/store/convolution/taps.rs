//! Where a kernel's taps fall, along one axis.

use std::ops::Range;

use gennaker_network::Convolution;

/// Taps that meet neighbouring outputs, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    /// Place of the first tap in [`Taps::order`].
    pub(super) tap: u32,
    /// Output that the first tap meets; the next one meets the next output.
    pub(super) out: u32,
    pub(super) n: u32,
}

/// The taps of one axis, ordered so that those which one pixel uses lie side by side, and the outputs that they meet.
#[derive(Debug)]
pub(super) struct Taps {
    /// Taps in the order in which weights are kept.
    pub(super) order: Vec<u32>,
    /// Input pixels that are summed before the convolution.
    pool: u32,
    /// Runs of pooled pixel `i`: `starts[i]..starts[i + 1]`.
    starts: Vec<u32>,
    runs: Vec<Run>,
    /// By tap and output, whether they meet within the image.
    meets: Vec<Vec<bool>>,
}

impl Taps {
    /// Those of `axis` 0 (down) or 1 (right), with `n_out` outputs.
    pub(super) fn new(convolution: &Convolution, axis: usize, n_out: u32) -> Self {
        let (stride, dilation) = (convolution.stride[axis], convolution.dilation[axis]);
        let (before, pooled) = (convolution.padding[2 * axis], convolution.pooled()[axis]);
        let pixel = |tap: u32, out: u32| (out * stride + tap * dilation).checked_sub(before);
        let meets = |tap| (0..n_out).map(|out| pixel(tap, out).is_some_and(|pixel| pixel < pooled)).collect();
        let n_taps = convolution.kernel[axis];
        // Taps of one pixel are as far from a multiple of the stride; among them, later ones meet earlier outputs.
        let mut order: Vec<u32> = (0..n_taps).collect();
        order.sort_by_key(|&tap| (tap * dilation % stride, std::cmp::Reverse(tap)));
        let mut taps = Self {
            pool: convolution.pool[axis],
            starts: vec![0],
            runs: Vec::new(),
            meets: (0..n_taps).map(meets).collect(),
            order,
        };
        for pixel in 0..pooled {
            let from = taps.runs.len();
            for (place, &tap) in (0..).zip(&taps.order) {
                let Some(ahead) = (pixel + before).checked_sub(tap * dilation) else { continue };
                if ahead % stride == 0 && ahead / stride < n_out {
                    extend(&mut taps.runs, from, Run { tap: place, out: ahead / stride, n: 1 });
                }
            }
            taps.starts.push(taps.runs.len() as u32);
        }
        taps
    }

    /// The runs of an input pixel; none where pooling leaves it out.
    #[inline(always)]
    pub(super) fn of(&self, pixel: u32) -> &[Run] {
        let at = (pixel / self.pool) as usize;
        match self.starts.get(at..at + 2) {
            Some(bounds) => &self.runs[bounds[0] as usize..bounds[1] as usize],
            None => &[],
        }
    }

    /// How many of the outputs `within` a tap (by its place in the kernel) meets.
    pub(super) fn n_met(&self, tap: u32, within: Range<u32>) -> u64 {
        let meets = &self.meets[tap as usize][within.start as usize..within.end as usize];
        meets.iter().filter(|&&meets| meets).count() as u64
    }

    pub(super) fn n_bytes(&self) -> u64 {
        let meets = self.meets.iter().map(Vec::len).sum::<usize>();
        (size_of_val(self.starts.as_slice()) + size_of_val(self.runs.as_slice()) + meets) as u64
    }
}

/// Adds a tap to the last run, if it continues it and belongs to the same pixel (`from` on), or as a new one.
fn extend(runs: &mut Vec<Run>, from: usize, tap: Run) {
    match runs[from..].last_mut() {
        Some(last) if (last.tap + last.n, last.out + last.n) == (tap.tap, tap.out) => last.n += 1,
        _ => runs.push(tap),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(convolution: &Convolution) -> Taps {
        Taps::new(convolution, 1, convolution.output().expect("fits")[2])
    }

    #[test]
    fn taps_of_a_pixel_lie_side_by_side() {
        let plain = Convolution::new([1, 1, 9], 1, [1, 5], vec![0.0; 5]);
        assert_eq!(of(&plain).of(0), [Run { tap: 4, out: 0, n: 1 }]);
        assert_eq!(of(&plain).of(4), [Run { tap: 0, out: 0, n: 5 }]);
        let strided = Convolution { stride: [1, 2], ..plain };
        assert_eq!(of(&strided).order, [4, 2, 0, 3, 1]);
        assert_eq!(of(&strided).of(4), [Run { tap: 0, out: 0, n: 3 }]);
        assert_eq!(of(&strided).of(5), [Run { tap: 3, out: 1, n: 2 }]);
        let pair = Convolution::new([1, 1, 9], 1, [1, 2], vec![0.0; 2]);
        let pooled = Convolution { pool: [1, 4], padding: [0, 0, 1, 0], ..pair };
        assert_eq!(of(&pooled).of(7), [Run { tap: 0, out: 1, n: 1 }]);
        assert_eq!(of(&pooled).of(3), [Run { tap: 0, out: 0, n: 2 }]);
        assert_eq!(of(&pooled).of(8), []);
    }
}
