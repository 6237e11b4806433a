//! Wider vector instructions where the processor has them, with the same bits everywhere.
//!
//! A task's loop is compiled several times from one source, once per instruction set, and the widest one that the processor
//! has is chosen at run time. No version fuses multiplication and addition or reorders sums, so all give the same results;
//! `GENNAKER_SIMD=portable` (or `avx2`) chooses a narrower one, which a test uses to compare them.

use std::sync::OnceLock;

/// Work that is worth compiling for each instruction set. Implementations are `#[inline(always)]`, and so is what they call,
/// so that each caller below compiles its own.
pub trait Task {
    /// Does the work.
    fn run(self);
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Portable,
    Avx2,
    Avx512,
}

/// Runs the task compiled for the widest instruction set there is.
#[inline]
pub fn run(task: impl Task) {
    match level() {
        Level::Portable => task.run(),
        #[cfg(target_arch = "x86_64")]
        // SAFETY: `level` returns this only if the processor has the instructions; the function has no other precondition.
        Level::Avx2 => unsafe { with_avx2(task) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Level::Avx512 => unsafe { with_avx512(task) },
        #[cfg(not(target_arch = "x86_64"))]
        Level::Avx2 | Level::Avx512 => task.run(),
    }
}

/// Asks for the line of the cache that holds `item`, ahead of its use. Changes nothing but time.
#[inline(always)]
pub fn prefetch<T>(item: &T) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a prefetch reads nothing that the program can see and cannot fault; the address comes from a reference.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(item).cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = item;
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
fn with_avx2(task: impl Task) {
    task.run();
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
fn with_avx512(task: impl Task) {
    task.run();
}
