//! Recorded input of networks: events of cameras, spikes by neuron, arrays of counts.

use std::path::Path;

use crate::error::FormatError;
use crate::files::{self, MAX_ARRAY_FILE_BYTES};
use crate::npy::{self, Array};
use crate::npz;
use crate::records::{self, Column};
use crate::table::csv_columns;

/// What a file of recorded input holds.
#[derive(Debug, Clone, PartialEq)]
pub enum InputFile {
    /// Address events, a value each in all columns; `y` and `p` are empty where the file has none.
    Events {
        /// Columns of the pixels.
        x: Vec<u32>,
        /// Rows of the pixels.
        y: Vec<u32>,
        /// Times, as the file has them; in microseconds by custom.
        t: Vec<i64>,
        /// Polarities or channels.
        p: Vec<u32>,
    },
    /// Spikes of numbered neurons in numbered ticks.
    Spikes {
        /// Neurons.
        neurons: Vec<u32>,
        /// Ticks.
        ticks: Vec<u32>,
    },
    /// An array of numbers: ticks first, or samples and then ticks.
    Dense(Array),
}

/// Reads recorded input. Known are: `.npy` (a structured array of events with fields x, y, t, p, or a dense array), `.npz` (one of these, or
/// columns x, y, t, p, or columns neuron (`i`) and timestep (`t`), or a dense array called `data`, `spikes` or `frames`), `.csv` with
/// such columns, and `.bin` or `.bs2`: N-MNIST's own files (Orchard et al., Frontiers in Neuroscience 9, 437, 2015), events of 5 bytes: x,
/// y, and 24 bits of polarity (the first) and time in microseconds.
///
/// # Errors
/// [`FormatError::Io`], [`FormatError::TooLarge`] or [`FormatError::Table`].
pub fn read_input_file(path: &Path) -> Result<InputFile, FormatError> {
    let bytes = files::read(path, MAX_ARRAY_FILE_BYTES)?;
    let extension = path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase());
    let found =
        match extension.as_deref() {
            Some("bin" | "bs2") => five_byte_events(&bytes),
            Some("npy") => match records::read(&bytes) {
                Some(columns) => columns.and_then(|columns| from_columns(&columns)),
                None => npy::read(&bytes).and_then(dense),
            },
            Some("npz") => from_archive(&bytes),
            Some("csv" | "tsv" | "txt") => {
                csv_columns(&bytes, &["x", "y", "t", "p"]).and_then(|columns| from_columns(&columns))
            }
            _ => Err("has an unknown type; recorded input is read from npy, npz, csv, bin and bs2 files"
                .to_owned()),
        };
    found.map_err(|problem| FormatError::table(path, problem))
}

/// Whether a file's name is that of recorded input.
#[must_use]
pub fn is_input_file(path: &Path) -> bool {
    let extension = path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase());
    matches!(extension.as_deref(), Some("npy" | "npz" | "csv" | "tsv" | "txt" | "bin" | "bs2"))
}

fn five_byte_events(bytes: &[u8]) -> Result<InputFile, String> {
    let (events, rest) = bytes.as_chunks::<5>();
    if !rest.is_empty() {
        return Err(format!("has {} B, which is no multiple of 5 B, an event's length", bytes.len()));
    }
    let time = |e: &[u8; 5]| i64::from(e[2] & 0x7f) << 16 | i64::from(e[3]) << 8 | i64::from(e[4]);
    Ok(InputFile::Events {
        x: events.iter().map(|e| e[0].into()).collect(),
        y: events.iter().map(|e| e[1].into()).collect(),
        t: events.iter().map(time).collect(),
        p: events.iter().map(|e| u32::from(e[2] >> 7)).collect(),
    })
}

fn from_archive(bytes: &[u8]) -> Result<InputFile, String> {
    let mut entries = npz::entries(bytes)?;
    if let Some(columns) = entries.iter().find_map(|(_, content)| records::read(content)) {
        return from_columns(&columns?);
    }
    let read = |(name, content): (String, Vec<u8>)| {
        let array =
            npy::read(&content).map_err(|problem| format!("array `{}` {problem}", name.escape_debug()))?;
        Ok((name, array))
    };
    let mut arrays: Vec<(String, Array)> = entries.drain(..).map(read).collect::<Result<_, String>>()?;
    let is_dense = |(name, _): &(String, Array)| matches!(name.as_str(), "data" | "spikes" | "frames");
    if let Some(at) = arrays.iter().position(is_dense).or((arrays.len() == 1).then_some(0)) {
        return dense(arrays.swap_remove(at).1);
    }
    let columns: Vec<Column> = arrays.into_iter().map(|(name, array)| (name, array.to_f64())).collect();
    from_columns(&columns)
}

fn dense(array: Array) -> Result<InputFile, String> {
    if array.shape.len() < 2 {
        return Err(format!("has shape {:?}; a dense input has ticks and neurons, at least", array.shape));
    }
    Ok(InputFile::Dense(array))
}

fn from_columns(columns: &[Column]) -> Result<InputFile, String> {
    let find = |names: &[&str]| {
        names.iter().find_map(|name| columns.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)))
    };
    let neurons = find(&["neuron", "neurons", "i"]);
    if let (None, Some(x), Some(t)) = (neurons, find(&["x"]), find(&["t", "time", "timestamp"])) {
        let optional = |column: Option<&Column>| column.map_or(Ok(Vec::new()), whole);
        return Ok(InputFile::Events {
            x: whole(x)?,
            y: optional(find(&["y"]))?,
            t: times(t)?,
            p: optional(find(&["p", "polarity", "channel"]))?,
        });
    }
    if let (Some(neurons), Some(ticks)) = (neurons, find(&["timestep", "timesteps", "tick", "ticks", "t"])) {
        let (neurons, ticks) = (whole(neurons)?, whole(ticks)?);
        if neurons.len() != ticks.len() {
            return Err(format!("has {} neurons, but {} ticks", neurons.len(), ticks.len()));
        }
        return Ok(InputFile::Spikes { neurons, ticks });
    }
    let names: Vec<String> = columns.iter().map(|(name, _)| name.escape_debug().to_string()).collect();
    Err(format!(
        "holds {}; events need x and t (and y, p), spikes need neuron and timestep, a dense array the name `data`",
        names.join(", ")
    ))
}

fn whole((name, values): &Column) -> Result<Vec<u32>, String> {
    let number = |(row, &x): (usize, &f64)| {
        #[expect(clippy::cast_sign_loss, clippy::cast_possible_truncation, reason = "just checked")]
        if x.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&x) {
            Ok(x as u32)
        } else {
            Err(format!(
                "has {x} as `{}` in row {row}; it must be a whole number below 2^32",
                name.escape_debug()
            ))
        }
    };
    values.iter().enumerate().map(number).collect()
}

fn times((name, values): &Column) -> Result<Vec<i64>, String> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let number = |(row, &x): (usize, &f64)| {
        #[expect(clippy::cast_possible_truncation, reason = "just checked")]
        if x.fract() == 0.0 && x.abs() <= EXACT {
            Ok(x as i64)
        } else {
            Err(format!(
                "has {x} as `{}` in row {row}; times are whole numbers below 2^53, in microseconds: multiply those in seconds by 10^6",
                name.escape_debug()
            ))
        }
    };
    values.iter().enumerate().map(number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_in_seconds_are_not_taken_for_microseconds() {
        let columns = |t: f64| [("x".to_owned(), vec![1.0, 2.0]), ("t".to_owned(), vec![0.0, t])];
        let InputFile::Events { t, .. } = from_columns(&columns(-7.0)).expect("sound") else {
            panic!("x and t are events")
        };
        assert_eq!(t, [0, -7]);
        for wrong in [0.25, f64::NAN, f64::INFINITY, 1e16] {
            let problem = from_columns(&columns(wrong)).expect_err("no time");
            assert!(
                problem.starts_with(&format!("has {wrong} as `t` in row 1; times are whole")),
                "{problem}"
            );
        }
    }
}
