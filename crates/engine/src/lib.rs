//! engine
mod recording;
pub use recording::*;
