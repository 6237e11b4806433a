//! Lines and words that know where they are.

use super::{Limits, ReadError};

/// The longest piece of a file that an error repeats, in bytes.
const SHOWN: usize = 40;

/// One word of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word<'a> {
    /// Line, from 1.
    pub(super) line: usize,
    /// Column in bytes, from 1.
    pub(super) column: usize,
    bytes: &'a [u8],
}

impl<'a> Word<'a> {
    /// The word, or nothing if it is not text.
    pub(super) fn text(self) -> &'a str {
        std::str::from_utf8(self.bytes).unwrap_or("")
    }

    /// The parts between separators; there is always one.
    pub(super) fn split(self, separator: u8) -> impl Iterator<Item = Word<'a>> {
        let mut column = self.column;
        self.bytes.split(move |&b| b == separator).map(move |bytes| {
            let part = Word { line: self.line, column, bytes };
            column += bytes.len() + 1;
            part
        })
    }

    /// The same without white space around it.
    pub(super) fn trimmed(self) -> Self {
        let before = self.bytes.len() - self.bytes.trim_ascii_start().len();
        Self { column: self.column + before, bytes: self.bytes.trim_ascii(), ..self }
    }

    /// What is wrong with this word.
    pub(super) fn error(self, expected: impl Into<String>) -> ReadError {
        let (line, column, found) = (self.line, self.column, self.shown());
        ReadError::Syntax { line, column, found, expected: expected.into() }
    }

    /// The word as an error repeats it.
    pub(super) fn shown(self) -> String {
        let shown = String::from_utf8_lossy(&self.bytes[..self.bytes.len().min(SHOWN)]);
        let dots = if self.bytes.len() > SHOWN { "..." } else { "" };
        format!("`{shown}{dots}`")
    }

    /// A whole number.
    pub(super) fn integer(self, what: &str) -> Result<i64, ReadError> {
        self.text().parse().map_err(|_| self.error(format!("{what}, a whole number of 64 bits")))
    }

    /// A finite number.
    pub(super) fn real(self, what: &str) -> Result<f64, ReadError> {
        match self.text().parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(value),
            _ => Err(self.error(format!("{what}, a finite number"))),
        }
    }

    /// A number of things that must not be beyond a limit.
    pub(super) fn count(
        self,
        what: &'static str,
        limit: usize,
        field: &'static str,
    ) -> Result<usize, ReadError> {
        let amount: u64 = self.text().parse().map_err(|_| self.error(format!("the number of {what}")))?;
        if amount > limit as u64 {
            return Err(ReadError::Limit { line: self.line, what, amount, limit: limit as u64, field });
        }
        Ok(amount as usize)
    }

    /// A number of variables.
    pub(super) fn variables(self, what: &'static str, limits: &Limits) -> Result<usize, ReadError> {
        self.count(what, limits.max_variables, "max_variables")
    }

    /// A number of terms.
    pub(super) fn terms(self, what: &'static str, limits: &Limits) -> Result<usize, ReadError> {
        self.count(what, limits.max_terms, "max_terms")
    }

    /// An index of one of `n` things, counted in the file from `first`; here from 0.
    pub(super) fn index(self, what: &str, first: usize, n: usize) -> Result<usize, ReadError> {
        let value: Option<usize> = self.text().parse().ok();
        let index = value.and_then(|v| v.checked_sub(first)).filter(|&i| i < n);
        let range = || match n {
            0 => format!("nothing: the header says that there is no {what}"),
            _ => format!("{what}, {first} to {}", n - 1 + first),
        };
        index.ok_or_else(|| self.error(range()))
    }
}

/// One line of a file that is not blank.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    /// Its number, from 1.
    pub(super) number: usize,
    bytes: &'a [u8],
}

impl<'a> Line<'a> {
    /// Its words, one after the other.
    pub(super) fn words(self) -> Words<'a> {
        Words { line: self, at: 0 }
    }

    /// Whether its first character besides white space is this.
    pub(super) fn begins_with(self, character: u8) -> bool {
        self.bytes.trim_ascii_start().first() == Some(&character)
    }

    /// The whole line as one word, without the white space around it.
    pub(super) fn whole(self) -> Word<'a> {
        Word { line: self.number, column: 1, bytes: self.bytes }.trimmed()
    }
}

/// The words of a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words<'a> {
    line: Line<'a>,
    at: usize,
}

impl<'a> Iterator for Words<'a> {
    type Item = Word<'a>;

    fn next(&mut self) -> Option<Word<'a>> {
        let rest = &self.line.bytes[self.at..];
        let start = self.at + rest.iter().position(|b| !b.is_ascii_whitespace())?;
        let rest = &self.line.bytes[start..];
        let length = rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len());
        self.at = start + length;
        Some(Word { line: self.line.number, column: start + 1, bytes: &rest[..length] })
    }
}

impl<'a> Words<'a> {
    /// The next word, which has to be there.
    pub(super) fn want(&mut self, expected: &str) -> Result<Word<'a>, ReadError> {
        self.next().ok_or_else(|| ReadError::Syntax {
            line: self.line.number,
            column: self.line.bytes.len() + 1,
            found: "the end of the line".to_owned(),
            expected: expected.to_owned(),
        })
    }

    /// Refuses further words.
    pub(super) fn end(mut self) -> Result<(), ReadError> {
        match self.next() {
            Some(word) => Err(word.error("the end of the line")),
            None => Ok(()),
        }
    }
}

/// The lines of a file that are not blank.
#[derive(Clone, Debug)]
pub(super) struct Text<'a> {
    rest: &'a [u8],
    number: usize,
}

impl<'a> Text<'a> {
    /// A file from its beginning, without the mark that some editors put before UTF-8.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes), number: 0 }
    }

    /// The most records of at least `least` bytes that the rest can hold: what may be allocated for them.
    pub(super) fn room_for(&self, records: usize, least: usize) -> usize {
        records.min(self.rest.len() / least + 1)
    }

    /// The next line that is no comment: does not begin with a `c`.
    pub(super) fn next_record(&mut self) -> Option<Line<'a>> {
        self.find(|line| !line.begins_with(b'c'))
    }

    /// The next line, which has to be there.
    pub(super) fn want(&mut self, expected: impl FnOnce() -> String) -> Result<Line<'a>, ReadError> {
        self.next().ok_or_else(|| self.ended(expected()))
    }

    /// The file ends here, but should not.
    pub(super) fn ended(&self, expected: impl Into<String>) -> ReadError {
        let found = "the end of the file".to_owned();
        ReadError::Syntax { line: self.number + 1, column: 1, found, expected: expected.into() }
    }

    /// Refuses further lines.
    pub(super) fn end(mut self, expected: &str) -> Result<(), ReadError> {
        match self.next() {
            Some(line) => Err(line.whole().error(expected)),
            None => Ok(()),
        }
    }
}

impl<'a> Iterator for Text<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        while !self.rest.is_empty() {
            let length = self.rest.iter().position(|&b| b == b'\n').unwrap_or(self.rest.len());
            let bytes = &self.rest[..length];
            self.rest = &self.rest[(length + 1).min(self.rest.len())..];
            self.number += 1;
            if !bytes.trim_ascii().is_empty() {
                return Some(Line { number: self.number, bytes });
            }
        }
        None
    }
}

/// Refuses a pair that is there twice, at its second line. `lines` are those of the records, in their order.
pub(super) fn check_once(
    pairs: impl Iterator<Item = (usize, usize)>,
    lines: &[usize],
    what: &str,
) -> Result<(), ReadError> {
    let mut sorted: Vec<(usize, usize, usize)> =
        pairs.zip(lines).map(|((i, j), &line)| (i.min(j), i.max(j), line)).collect();
    sorted.sort_unstable();
    let repeated = sorted.windows(2).filter(|w| (w[0].0, w[0].1) == (w[1].0, w[1].1));
    match repeated.min_by_key(|w| w[1].2) {
        None => Ok(()),
        Some(pair) => Err(ReadError::Syntax {
            line: pair[1].2,
            column: 1,
            found: format!("the same {what} as in line {}", pair[0].2),
            expected: format!("every {what} once"),
        }),
    }
}
