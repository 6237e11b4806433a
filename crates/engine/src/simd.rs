//! Wider vector instructions where the processor has them: [`gennaker_network::simd`], under the engine's own name.

pub(crate) use gennaker_network::simd::{Task, prefetch, run};
