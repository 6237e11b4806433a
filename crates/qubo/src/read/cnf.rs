//! DIMACS `.cnf`, with SATLIB's ending.

use super::text::{Text, Words};
use super::{Limits, ReadError};
use crate::MaxSat;

/// A formula as DIMACS files have it: comments `c`, one line `p cnf n m`, then m clauses of literals +v and -v, each ended by 0,
/// over as many lines as they like. A line that begins with `%` ends the file, as SATLIB's do.
///
/// # Errors
/// Anything else in the file, with its place; clauses of more than three literals. See [`ReadError`].
pub fn cnf(bytes: &[u8], limits: &Limits) -> Result<MaxSat, ReadError> {
    let mut text = Text::new(bytes);
    let Some(header) = text.next_record() else { return Err(text.ended("a line `p cnf n m`")) };
    let (n, m) = cnf_header(header.words(), limits)?;
    let mut clauses: Vec<Vec<i64>> = Vec::with_capacity(text.room_for(m, 2));
    let mut open: Vec<i64> = Vec::new();
    while let Some(line) = text.next_record().filter(|l| !l.begins_with(b'%')) {
        for word in line.words() {
            if clauses.len() == m {
                return Err(word.error(format!("the end of the file after {m} clauses")));
            }
            match word.integer("a literal")? {
                0 => clauses.push(std::mem::take(&mut open)),
                literal if literal.unsigned_abs() <= n as u64 => open.push(literal),
                _ => return Err(word.error(format!("a literal of the variables 1 to {n}, or 0"))),
            }
        }
    }
    if clauses.len() < m {
        let place = format!("the 0 that ends clause {} of {m}", clauses.len() + 1);
        return Err(text.ended(place));
    }
    Ok(MaxSat::new(n, clauses)?)
}

fn cnf_header(mut words: Words<'_>, limits: &Limits) -> Result<(usize, usize), ReadError> {
    for name in ["p", "cnf"] {
        let expected = format!("`{name}` of `p cnf n m`");
        let word = words.want(&expected)?;
        if word.text() != name {
            return Err(word.error(expected));
        }
    }
    let n = words.want("the number of variables")?.variables("variables", limits)?;
    let m = words.want("the number of clauses")?.terms("clauses", limits)?;
    words.end().map(|()| (n, m))
}
