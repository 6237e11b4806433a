//! Colours and sizes: readable on paper, and apart for colour-blind readers.

/// Colour of the `index`-th population. Okabe and Ito's palette without its yellow, which is too light for lines.
pub(crate) fn colour(index: usize) -> &'static str {
    const PALETTE: [&str; 7] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#4d4d4d"];
    PALETTE[index % PALETTE.len()]
}

/// Text.
pub(crate) const INK: &str = "#1f2328";
/// Less important text.
pub(crate) const MUTED: &str = "#646b75";
/// Axis lines and tick marks.
pub(crate) const AXIS: &str = "#8a919b";
/// Lines behind the data.
pub(crate) const GRID: &str = "#e7e9ec";

/// Size of titles, labels and axis numbers in pixels.
pub(crate) const TITLE_SIZE: f64 = 17.0;
/// Size of labels.
pub(crate) const LABEL_SIZE: f64 = 12.0;
/// Size of axis numbers and notes.
pub(crate) const SMALL_SIZE: f64 = 10.5;

/// Width of every picture in pixels.
pub(crate) const WIDTH: f64 = 960.0;
/// Room for axis numbers and titles on the left.
pub(crate) const LEFT: f64 = 74.0;
/// Room for population labels on the right.
pub(crate) const RIGHT: f64 = 148.0;
/// Room for title and subtitle.
pub(crate) const TOP: f64 = 66.0;
/// Room for the time axis.
pub(crate) const BOTTOM: f64 = 52.0;
