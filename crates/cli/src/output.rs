//! Text for terminals and pipes.

use std::io::{self, Write};

use serde::Serialize;

use crate::error::CliError;

/// Prints text. A reader that has gone away is no error: the work goes on, unheard.
pub(crate) fn say(text: &str) -> Result<(), CliError> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(CliError::Output(error)),
        _ => Ok(()),
    }
}

/// Prints one JSON document.
pub(crate) fn say_json(value: &impl Serialize) -> Result<(), CliError> {
    say(&serde_json::to_string_pretty(value).expect("plain data"))
}

/// Prints to standard error; if nobody can read even that, nothing is left to do.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Columns of text: the first to the left, all others to the right, two blanks apart.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    rows: Vec<Vec<String>>,
}

impl Columns {
    pub(crate) fn new(header: &[&str]) -> Self {
        Self { rows: vec![header.iter().map(|&title| title.to_owned()).collect()] }
    }

    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// The table, every line indented by two blanks.
    pub(crate) fn text(&self) -> String {
        let n = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |i: usize| self.rows.iter().filter_map(|row| row.get(i)).map(|c| c.chars().count()).max();
        let widths: Vec<usize> = (0..n).map(|i| width(i).unwrap_or(0)).collect();
        let line = |row: &Vec<String>| {
            let cells = row.iter().zip(&widths).enumerate();
            let cells = cells
                .map(|(i, (cell, &w))| if i == 0 { format!("{cell:<w$}") } else { format!("{cell:>w$}") });
            format!("  {}", cells.collect::<Vec<_>>().join("  ")).trim_end().to_owned()
        };
        self.rows.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

/// A whole number with its thousands apart: `12,500`.
pub(crate) fn grouped(n: impl Into<u64>) -> String {
    let digits = n.into().to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|g| std::str::from_utf8(g).unwrap_or("")).collect();
    groups.join(",")
}

/// A count with its noun: `1 chip`, `14 chips`, `2 entries`.
pub(crate) fn counted(n: impl Into<u64>, noun: &str) -> String {
    let n = n.into();
    match (n, noun.strip_suffix("try")) {
        (1, _) => format!("1 {noun}"),
        (_, Some(stem)) => format!("{} {stem}tries", grouped(n)),
        (_, None) => format!("{} {noun}s", grouped(n)),
    }
}

/// A number with about three significant digits.
pub(crate) fn short(x: f64) -> String {
    let decimals = match x.abs() {
        0.0 => 0,
        1e15.. => return format!("{x:.2e}"),
        100.0.. => 0,
        10.0.. => 1,
        1.0.. => 2,
        0.1.. => 3,
        0.001.. => 5,
        _ => return format!("{x:.2e}"),
    };
    #[expect(clippy::cast_sign_loss, reason = "not negative")]
    if (1000.0..1e15).contains(&x) { grouped(x.round() as u64) } else { format!("{x:.decimals$}") }
}

/// A duration in the unit that suits it.
pub(crate) fn seconds(s: f64) -> String {
    match s {
        1.0.. => format!("{} s", short(s)),
        1e-3.. => format!("{} ms", short(s * 1e3)),
        _ => format!("{} µs", short(s * 1e6)),
    }
}

/// A large number in words: `232 million`.
pub(crate) fn large(x: f64) -> String {
    match x {
        1e9.. => format!("{} billion", short(x / 1e9)),
        1e6.. => format!("{} million", short(x / 1e6)),
        _ => short(x),
    }
}

/// Bytes in the unit that suits them.
pub(crate) fn bytes(n: u64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    #[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
    let mut size = n as f64;
    let mut unit = 0;
    while size >= 1024.0 && unit + 1 < UNITS.len() {
        size /= 1024.0;
        unit += 1;
    }
    let text = short(size);
    // Powers of two read better as whole numbers.
    let text = text.strip_suffix(".00").or(text.strip_suffix(".0")).unwrap_or(&text);
    if unit == 0 { format!("{n} B") } else { format!("{text} {}", UNITS[unit]) }
}

/// Longest name that is shown in full.
const MAX_NAME: usize = 60;

/// A name within a line or table: plain, and cut where it would push everything else off the screen.
pub(crate) fn name(name: &str) -> String {
    match name.char_indices().nth(MAX_NAME) {
        Some((end, _)) => format!("{}…", plain(&name[..end])),
        None => plain(name),
    }
}

/// A name on one line, without letters that would move the cursor or hide text.
pub(crate) fn plain(name: &str) -> String {
    let is_hidden =
        |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    name.chars().map(|c| if is_hidden(c) { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!([0u64, 7, 1000, 12_345_678].map(grouped), ["0", "7", "1,000", "12,345,678"]);
        assert_eq!(
            [0.0, 0.0421, 0.5, 7.25, 42.0, 12_345.6, 1e300].map(short),
            ["0", "0.04210", "0.500", "7.25", "42.0", "12,346", "1.00e300"]
        );
        assert_eq!([0.000_012_3, 0.25, 61.0].map(seconds), ["12.3 µs", "250 ms", "61.0 s"]);
        assert_eq!(
            [counted(1u32, "entry"), counted(2u32, "entry"), counted(0u32, "PE")],
            ["1 entry", "2 entries", "0 PEs"]
        );
        assert_eq!([12, 2048, 131_072, 3 << 30].map(bytes), ["12 B", "2 KiB", "128 KiB", "3 GiB"]);
    }

    #[test]
    fn names_are_cut_between_letters() {
        assert_eq!(name("exc\n"), "exc\u{fffd}");
        assert_eq!(name(&"ä".repeat(60)), "ä".repeat(60));
        assert_eq!(name(&"ä".repeat(61)), format!("{}…", "ä".repeat(60)));
    }

    #[test]
    fn columns_line_up() {
        let mut columns = Columns::new(&["name", "n"]);
        columns.row(["exc".to_owned(), "1,000".to_owned()]);
        assert_eq!(columns.text(), "  name      n\n  exc   1,000");
    }
}
