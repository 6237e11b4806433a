//! Tables of numbers in csv, npy and npz files.

use std::path::{Path, PathBuf};

use crate::error::FormatError;
use crate::files::{self, MAX_ARRAY_FILE_BYTES};
use crate::npy::{self, Array};
use crate::npz;

/// Columns of equal length, by name.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Table {
    path: PathBuf,
    columns: Vec<(String, Vec<f64>)>,
}

impl Table {
    pub(crate) fn from_columns(names: &[&str], columns: Vec<Vec<f64>>) -> Self {
        let columns = names.iter().map(|&name| name.to_owned()).zip(columns).collect();
        Self { path: PathBuf::new(), columns }
    }

    /// Reads a file; `names` are the meanings of columns that have no name of their own, as far as there are columns.
    pub(crate) fn read(path: &Path, names: &[&str]) -> Result<Self, FormatError> {
        let bytes = files::read(path, MAX_ARRAY_FILE_BYTES)?;
        let extension = path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase());
        let columns = match extension.as_deref() {
            Some("npy") => npy::read(&bytes).and_then(|array| matrix_columns(&array, names)),
            Some("npz") => npz::parse(&bytes)
                .map(|arrays| arrays.into_iter().map(|(name, array)| (name, array.to_f64())).collect()),
            Some("csv" | "tsv" | "txt") => csv_columns(&bytes, names),
            _ => Err("has an unknown type; use a csv, npy or npz file".to_owned()),
        };
        let columns = columns.map_err(|problem| FormatError::table(path, problem))?;
        Ok(Self { path: path.to_owned(), columns })
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.column(&[name]).is_some()
    }

    /// The column with one of these names.
    pub(crate) fn column(&self, names: &[&str]) -> Option<&[f64]> {
        let found =
            names.iter().find_map(|name| self.columns.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)));
        found.map(|(_, values)| values.as_slice())
    }

    /// The column with one of these names as numbers that count something.
    pub(crate) fn indices(&self, names: &[&str]) -> Result<Vec<u32>, String> {
        let known =
            || self.columns.iter().map(|(name, _)| name.escape_debug().to_string()).collect::<Vec<_>>();
        let column = self.column(names).ok_or_else(|| {
            format!("has no column `{}`; its columns are: {}", names[0], known().join(", "))
        })?;
        let whole = |(row, &x): (usize, &f64)| {
            let is_index = x >= 0.0 && x <= f64::from(u32::MAX) && x.fract() == 0.0;
            let wrong =
                || format!("has {x} as `{}` in row {row}; it must be a whole number below 2^32", names[0]);
            #[expect(clippy::cast_sign_loss, reason = "just checked")]
            if is_index { Ok(x as u32) } else { Err(wrong()) }
        };
        column.iter().enumerate().map(whole).collect()
    }

    /// As [`Table::indices`], with the file's name in the message; all columns read have to be equally long.
    pub(crate) fn whole_numbers(&self, names: &[&str]) -> Result<Vec<u32>, FormatError> {
        let mut lengths: Vec<usize> = self.columns.iter().map(|(_, values)| values.len()).collect();
        lengths.dedup();
        if lengths.len() > 1 {
            return Err(FormatError::table(
                &self.path,
                format!("has columns of different lengths: {lengths:?}"),
            ));
        }
        self.indices(names).map_err(|problem| FormatError::table(&self.path, problem))
    }
}

/// The columns of a two-dimensional array.
fn matrix_columns(array: &Array, names: &[&str]) -> Result<Vec<(String, Vec<f64>)>, String> {
    let [n_rows, n_columns] = array.shape[..] else {
        return Err(format!(
            "has shape {:?}; give one row per entry with columns {}",
            array.shape,
            names.join(", ")
        ));
    };
    if n_columns > names.len() {
        return Err(format!(
            "has {n_columns} columns, expected at most {}: {}",
            names.len(),
            names.join(", ")
        ));
    }
    let values = array.to_f64();
    let column = |c: usize| (0..n_rows).map(|row| values[row * n_columns + c]).collect();
    Ok((0..n_columns).map(|c| (names[c].to_owned(), column(c))).collect())
}

pub(crate) fn csv_columns(bytes: &[u8], names: &[&str]) -> Result<Vec<(String, Vec<f64>)>, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "is not UTF-8 text".to_owned())?;
    let text = text.trim_start_matches('\u{feff}');
    let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
    let mut lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#')).peekable();
    let mut columns: Vec<(String, Vec<f64>)> = match lines.peek() {
        Some((_, line)) if fields(line).any(|field| field.parse::<f64>().is_err()) => {
            let header = fields(line).map(|name| (name.trim_matches('"').to_owned(), Vec::new())).collect();
            lines.next();
            header
        }
        Some((_, line)) => {
            names.iter().take(fields(line).count()).map(|&n| (n.to_owned(), Vec::new())).collect()
        }
        None => names.iter().map(|&n| (n.to_owned(), Vec::new())).collect(),
    };
    for (number, line) in lines {
        push_row(&mut columns, number, line)?;
    }
    Ok(columns)
}

fn push_row(columns: &mut [(String, Vec<f64>)], number: usize, line: &str) -> Result<(), String> {
    let found = fields(line).count();
    if found != columns.len() {
        return Err(format!("has {found} values in line {number}, expected {}", columns.len()));
    }
    for (field, (name, values)) in fields(line).zip(columns) {
        let wrong =
            || format!("has `{}` as `{name}` in line {number}; it must be a number", field.escape_debug());
        values.push(field.parse().map_err(|_| wrong())?);
    }
    Ok(())
}

/// Values between commas, semicolons, tabs or, where there are none of these, blanks.
fn fields(line: &str) -> Box<dyn Iterator<Item = &str> + '_> {
    if line.contains([',', ';', '\t']) {
        Box::new(line.split([',', ';', '\t']).map(str::trim))
    } else {
        Box::new(line.split_whitespace())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn csv(text: &str) -> Result<Vec<(String, Vec<f64>)>, String> {
        csv_columns(text.as_bytes(), &["neuron", "timestep"])
    }

    fn two(a: &str, b: &str, rows: [(f64, f64); 2]) -> Vec<(String, Vec<f64>)> {
        let (first, second) = rows.into_iter().unzip();
        vec![(a.to_owned(), first), (b.to_owned(), second)]
    }

    #[test]
    fn separators_headers_and_comments() {
        let rows = [(0.0, 5.0), (1.0, 7.0)];
        assert_eq!(csv("0,5\n1,7\n").unwrap(), two("neuron", "timestep", rows));
        assert_eq!(csv("# from a camera\nt; i\n0; 5\r\n\n1; 7").unwrap(), two("t", "i", rows));
        assert_eq!(csv("\u{feff}0 5\n1 7").unwrap(), two("neuron", "timestep", rows));
        assert_eq!(csv("").unwrap()[0].1.len(), 0);
    }

    #[test]
    fn messages_name_the_line() {
        assert_eq!(csv("0,5\n1").unwrap_err(), "has 1 values in line 2, expected 2");
        assert_eq!(csv("0,5\n1,x").unwrap_err(), "has `x` as `timestep` in line 2; it must be a number");
    }

    #[test]
    fn indices_are_whole_and_not_negative() {
        let table = |x| Table::from_columns(&["neuron"], vec![vec![0.0, x]]);
        assert_eq!(table(4_294_967_295.0).indices(&["neuron"]).unwrap(), [0, u32::MAX]);
        for wrong in [-1.0, 0.5, 4_294_967_296.0, f64::NAN, f64::INFINITY] {
            let message = table(wrong).indices(&["neuron"]).unwrap_err();
            assert!(message.contains("in row 1; it must be a whole number"), "{message}");
        }
    }
}
