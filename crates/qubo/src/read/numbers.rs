//! Lists of numbers.

use super::text::Text;
use super::{Limits, ReadError};
use crate::Partition;

/// Whole numbers, separated by white space or single commas, over as many lines as they like: what is to be partitioned.
///
/// # Errors
/// Anything else in the file, with its place; no number at all. See [`ReadError`].
pub fn numbers(bytes: &[u8], limits: &Limits) -> Result<Partition, ReadError> {
    let mut text = Text::new(bytes);
    let mut numbers = Vec::new();
    for line in text.by_ref() {
        for word in line.words() {
            for part in word.split(b',') {
                let (amount, limit) = (numbers.len() as u64 + 1, limits.max_variables as u64);
                if amount > limit {
                    let (line, field) = (word.line, "max_variables");
                    return Err(ReadError::Limit { line, what: "numbers", amount, limit, field });
                }
                numbers.push(part.integer("a number")?);
            }
        }
    }
    if numbers.is_empty() {
        return Err(text.ended("a number"));
    }
    Ok(Partition { numbers })
}
