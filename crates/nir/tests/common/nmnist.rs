//! Recordings of N-MNIST as frames of one millisecond.

use std::path::Path;

/// Values of one frame: polarity, row, column.
pub(crate) const FRAME: usize = 2 * 34 * 34;

/// Event counts of all whole milliseconds since the first event, frame after frame.
pub(crate) fn frames(path: &Path) -> Vec<f64> {
    let bytes = std::fs::read(path).unwrap();
    let events: Vec<(usize, usize)> = bytes
        .chunks_exact(5)
        .map(|e| {
            let (column, row, polarity) = (usize::from(e[0]), usize::from(e[1]), usize::from(e[2] >> 7));
            let time_us = usize::from(e[2] & 0x7f) << 16 | usize::from(e[3]) << 8 | usize::from(e[4]);
            (time_us, (polarity * 34 + row) * 34 + column)
        })
        .collect();
    let (first, last) = (events[0].0, events[events.len() - 1].0);
    let mut frames = vec![0.0; (last - first) / 1000 * FRAME];
    for (time_us, place) in events {
        // The last window is not over, and dropped.
        if let Some(count) = frames.get_mut((time_us - first) / 1000 * FRAME + place) {
            *count += 1.0;
        }
    }
    frames
}
