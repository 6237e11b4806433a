//! Recordings of event cameras and other address-event sensors, and how they become ticks.

use gennaker_network::SpikeTrains;
use serde::{Deserialize, Serialize};

use crate::error::DeployError;
use crate::sample::{MAX_TICKS, Sample};

/// Events of a sensor, one entry each in all columns: the fields of the structured arrays that tonic makes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Events {
    /// Column of the pixel, from the left.
    pub x: Vec<u32>,
    /// Row of the pixel, from the top; empty for sensors with one row.
    pub y: Vec<u32>,
    /// Time in microseconds, in any order.
    pub t_us: Vec<i64>,
    /// Polarity or channel; empty for sensors with one.
    pub p: Vec<u32>,
}

/// How time is cut into ticks.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Frames {
    /// Duration of a tick in the recording, microseconds. It need not be the `dt` of the network.
    pub window_us: f64,
    /// Whether events after the last full window are kept. tonic's `ToFrame` drops them, and so did the NIR paper.
    pub keep_last: bool,
    /// Whether windows begin at time 0 instead of at the first event.
    pub from_zero: bool,
}

impl Default for Frames {
    fn default() -> Self {
        Self { window_us: 1000.0, keep_last: false, from_zero: false }
    }
}

impl Events {
    /// The events as spikes of a population of the given shape (channels, rows, columns; leading axes may be missing): several events of
    /// a pixel in one tick are one spike. Both what is merged and what comes after the last full window is counted.
    ///
    /// # Errors
    /// [`DeployError::Data`] for columns of unequal length, events outside the shape, or more than 10^9 ticks.
    pub fn to_sample(&self, name: &str, shape: &[usize], frames: &Frames) -> Result<Sample, DeployError> {
        let n = self.t_us.len();
        for (column, length) in [("x", self.x.len()), ("y", self.y.len()), ("p", self.p.len())] {
            let may_miss = column != "x" && length == 0;
            if length != n && !may_miss {
                return Err(data(name, format!("{n} times, but {length} values of `{column}`")));
            }
        }
        if !(frames.window_us.is_finite() && frames.window_us > 0.0) {
            return Err(data(name, format!("a window of {} us; it must be above 0", frames.window_us)));
        }
        let (Some(&first), Some(&last)) = (self.t_us.iter().min(), self.t_us.iter().max()) else {
            return Ok(Sample::new(name, SpikeTrains::default(), 0));
        };
        let start = if frames.from_zero { 0 } else { first };
        if first < start {
            return Err(data(name, format!("an event at {first} us, before time 0")));
        }
        #[expect(clippy::cast_precision_loss, reason = "microseconds of a recording")]
        let window_of = |t: i64| (t.wrapping_sub(start) as u64 as f64 / frames.window_us).floor();
        // tonic: floor((t_last - t_first - window) / window + 1) windows, the unfinished one left out.
        let n_windows = window_of(last) + if frames.keep_last { 1.0 } else { 0.0 };
        if n_windows > f64::from(MAX_TICKS) {
            let problem =
                format!("{n_windows} windows of {} us; at most {MAX_TICKS} ticks", frames.window_us);
            return Err(data(name, problem));
        }
        let [channels, rows, columns] = sensor(name, shape)?;
        let mut spikes = Vec::with_capacity(n);
        for at in 0..n {
            let window = window_of(self.t_us[at]);
            let of = |column: &[u32]| column.get(at).map_or(0, |&value| value as usize);
            let (p, y, x) = (of(&self.p), of(&self.y), of(&self.x));
            for (axis, value, length) in [("p", p, channels), ("y", y, rows), ("x", x, columns)] {
                if value >= length {
                    let problem = format!(
                        "event {at} has {axis} = {value}, but the network's input has {length} ({shape:?})"
                    );
                    return Err(data(name, problem));
                }
            }
            if window < n_windows {
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 10^9")]
                spikes.push((window as u32, ((p * rows + y) * columns + x) as u32));
            }
        }
        let n_dropped = (n - spikes.len()) as u64;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 10^9")]
        Ok(Sample { n_dropped, ..Sample::from_spikes(name, spikes, n_windows as u32) })
    }
}

/// Channels, rows, columns; axes in front that are missing have length 1.
fn sensor(name: &str, shape: &[usize]) -> Result<[usize; 3], DeployError> {
    match *shape {
        [columns] => Ok([1, 1, columns]),
        [channels, columns] => Ok([channels, 1, columns]),
        [channels, rows, columns] => Ok([channels, rows, columns]),
        _ => Err(data(
            name,
            format!(
                "the network's input has the shape {shape:?}; events have x, y and p, so it may have up to 3 axes"
            ),
        )),
    }
}

fn data(name: &str, problem: impl std::fmt::Display) -> DeployError {
    DeployError::Data(format!("sample `{name}`: {problem}"))
}
