//! A network file's text, for messages that show where something is wrong.

use std::ops::Range;
use std::path::PathBuf;

use crate::error::FormatError;

/// Where a network's text came from.
#[derive(Debug, Clone)]
pub(crate) struct Source<'a> {
    /// Name in messages.
    pub(crate) file: String,
    /// Folder to which file names in the text are relative.
    pub(crate) folder: PathBuf,
    pub(crate) text: &'a str,
}

/// Longest part of a line that is shown.
const MAX_SHOWN: usize = 160;

impl Source<'_> {
    /// An error at a place in the text, drawn as the TOML parser draws its own.
    pub(crate) fn error_at(&self, span: Range<usize>, message: &str) -> FormatError {
        let start = floor_char(self.text, span.start);
        let line_start = self.text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let line = self.text[line_start..].lines().next().unwrap_or_default();
        let row = self.text[..start].matches('\n').count() + 1;
        let before = self.text[line_start..start].chars().count();
        let marked = self.text[start..floor_char(self.text, span.end)].lines().next().unwrap_or_default();
        let carets = "^".repeat(marked.chars().count().clamp(1, MAX_SHOWN));
        let gutter = " ".repeat(row.to_string().len());
        let location = format!("error at line {row}, column {}", before + 1);
        let message = if before < MAX_SHOWN {
            let shown: String = line.chars().take(MAX_SHOWN).collect();
            format!(
                "{location}\n{gutter} |\n{row} | {shown}\n{gutter} | {}{carets}\n{message}",
                " ".repeat(before)
            )
        } else {
            format!("{location}\n{message}")
        };
        FormatError::Syntax { file: self.file.clone(), message }
    }

    /// An error that belongs to no single place.
    pub(crate) fn error(&self, message: impl Into<String>) -> FormatError {
        FormatError::Syntax { file: self.file.clone(), message: message.into() }
    }
}

fn floor_char(text: &str, position: usize) -> usize {
    let position = position.min(text.len());
    (0..=position).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str, span: Range<usize>) -> String {
        let source = Source { file: "a.toml".into(), folder: PathBuf::new(), text };
        source.error_at(span, "no").to_string()
    }

    #[test]
    fn the_caret_stands_under_the_word() {
        let expected = "a.toml: error at line 2, column 7\n  |\n2 | pre = \"exc\"\n  |       ^^^^^\nno";
        assert_eq!(message("x = 1\npre = \"exc\"\n", 12..17), expected);
    }

    #[test]
    fn places_outside_or_inside_a_letter_do_no_harm() {
        assert!(message("", 5..9).contains("line 1, column 1"));
        assert!(message("ä", 1..2).contains("line 1, column 1"));
        assert!(!message(&"x".repeat(1000), 999..1000).contains("xxx"));
    }
}
