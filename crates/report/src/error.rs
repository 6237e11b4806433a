//! Why a picture cannot be drawn.

use thiserror::Error;

/// Why a picture cannot be drawn.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReportError {
    /// There is nothing in it.
    #[error("there is nothing to draw: {missing}; {remedy}")]
    Nothing {
        /// What is missing.
        missing: &'static str,
        /// What to do.
        remedy: &'static str,
    },
    /// What it shows was not kept.
    #[error("there is no picture of {what}: {why}")]
    Missing {
        /// What it shows.
        what: &'static str,
        /// Why that is not known.
        why: String,
    },
    /// A quantity that the machine's picture does not know.
    #[error("`{key}` is no metric of this run; there are: {known}")]
    Metric {
        /// The key that was given.
        key: String,
        /// All keys.
        known: String,
    },
    /// A time axis without length.
    #[error("there is nothing to draw between tick {start} and tick {end}; choose a range that is not empty")]
    Range {
        /// First tick.
        start: u32,
        /// First tick not shown.
        end: u32,
    },
    /// An enlargement that is not a number between 0.1 and 10, or gives too many pixels.
    #[error(
        "a PNG {scale} times the picture's {width} x {height} is not possible; choose a scale from 0.1 to 10"
    )]
    Scale {
        /// Enlargement asked for.
        scale: String,
        /// Width of the picture.
        width: u32,
        /// Height of the picture.
        height: u32,
    },
    /// The drawing library refused: an error of this program.
    #[error("the picture could not be drawn ({reason}); please report this")]
    Drawing {
        /// What the library said.
        reason: String,
    },
}
