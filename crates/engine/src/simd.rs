//! Wider vector instructions where the processor has them, with the same bits everywhere.
//!
//! A kernel's loop is compiled several times from one source, once per instruction set, and the widest one that the processor
//! has is chosen at run time. No version fuses multiplication and addition or reorders sums, so all give the same results;
//! `GENNAKER_SIMD=portable` (or `avx2`) chooses a narrower one, which a test uses to compare them.

use std::sync::OnceLock;

use crate::arithmetic::Arithmetic;
use crate::kernels::Due;

/// A neuron update that marks who fires. Implementations are `#[inline(always)]`, so that each caller below compiles its own.
pub(crate) trait Compute<A: Arithmetic> {
    /// Advances all neurons of the block by one tick; writes one flag (0 or 1) for each.
    fn compute(&mut self, tick: u32, due: &Due<'_, A::Sum>, flags: &mut [u8]);
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Portable,
    Avx2,
    Avx512,
}

/// Runs the kernel compiled for the widest instruction set there is.
pub(crate) fn compute<A: Arithmetic>(
    kernel: &mut impl Compute<A>,
    tick: u32,
    due: &Due<'_, A::Sum>,
    flags: &mut [u8],
) {
    match level() {
        Level::Portable => kernel.compute(tick, due, flags),
        #[cfg(target_arch = "x86_64")]
        // SAFETY: `level` returns this only if the processor has the instructions; the function has no other precondition.
        Level::Avx2 => unsafe { with_avx2(kernel, tick, due, flags) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Level::Avx512 => unsafe { with_avx512(kernel, tick, due, flags) },
        #[cfg(not(target_arch = "x86_64"))]
        Level::Avx2 | Level::Avx512 => kernel.compute(tick, due, flags),
    }
}

fn level() -> Level {
    static LEVEL: OnceLock<Level> = OnceLock::new();
    *LEVEL.get_or_init(|| {
        let limit = match std::env::var("GENNAKER_SIMD").as_deref() {
            Ok("portable") => Level::Portable,
            Ok("avx2") => Level::Avx2,
            _ => Level::Avx512,
        };
        limit.min(detected())
    })
}

#[cfg(target_arch = "x86_64")]
fn detected() -> Level {
    let has_avx512 = is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512vl");
    match (has_avx512, is_x86_feature_detected!("avx2")) {
        (true, _) => Level::Avx512,
        (false, true) => Level::Avx2,
        (false, false) => Level::Portable,
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn detected() -> Level {
    Level::Portable
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn with_avx2<A: Arithmetic>(
    kernel: &mut impl Compute<A>,
    tick: u32,
    due: &Due<'_, A::Sum>,
    flags: &mut [u8],
) {
    kernel.compute(tick, due, flags);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
fn with_avx512<A: Arithmetic>(
    kernel: &mut impl Compute<A>,
    tick: u32,
    due: &Due<'_, A::Sum>,
    flags: &mut [u8],
) {
    kernel.compute(tick, due, flags);
}
