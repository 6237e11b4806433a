//! Text as Markdown that shows it as it stands.

use std::fmt::Write;

/// A page with its title, one sentence on what it is for, and the note that nobody typed it.
pub(super) fn page(title: &str, purpose: &str, body: &str) -> String {
    let note = "This page is generated from the program's own tables; a test compares it with them.";
    format!("# {title}\n\n{purpose}\n\n{note}\n\n{}\n", body.trim())
}

/// A table; cells are Markdown already.
pub(super) fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let mut text = line(&header.iter().map(|&cell| cell.to_owned()).collect::<Vec<_>>());
    text += &line(&vec!["---".to_owned(); header.len()]);
    rows.iter().for_each(|row| text += &line(row));
    text
}

/// A heading of the given depth with what follows it.
pub(super) fn section(depth: usize, title: &str, body: &str) -> String {
    format!("{} {title}\n\n{}\n\n", "#".repeat(depth), body.trim())
}

/// Running text: what Markdown would read as markup is escaped, outside of code; links of rustdoc become code.
pub(super) fn prose(text: &str) -> String {
    let mut out = String::new();
    let mut in_code = false;
    for c in plain_links(text).chars() {
        match c {
            '`' => in_code = !in_code,
            '|' => out.push('\\'),
            '<' | '>' | '*' if !in_code => out.push('\\'),
            _ => {}
        }
        out.push(if c == '\n' { ' ' } else { c });
    }
    out
}

/// Text as code in a cell of a table; empty text stays empty.
pub(super) fn code(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("`{}`", text.replace('|', "\\|")) }
}

/// Several texts as code, with commas between.
pub(super) fn codes<T: AsRef<str>>(texts: &[T]) -> String {
    texts.iter().map(|text| code(text.as_ref())).collect::<Vec<_>>().join(", ")
}

/// A block of code that is shown, not run.
pub(super) fn block(lines: &[&str]) -> String {
    let mut text = "```text\n".to_owned();
    lines.iter().for_each(|line| writeln!(text, "{line}").expect("text takes every write"));
    text + "```\n"
}

/// ``[`crate::Machine::new`]`` becomes `` `Machine::new` ``.
fn plain_links(text: &str) -> String {
    text.replace("[`", "`").replace("`]", "`").replace("`crate::", "`").replace("`super::", "`")
}

#[test]
fn text_comes_out_as_it_stands() {
    assert_eq!(prose("a|b <c> *d* `x|y <z>`"), "a\\|b \\<c\\> \\*d\\* `x\\|y <z>`");
    assert_eq!(prose("see [`crate::Machine::new`]\nand"), "see `Machine::new` and");
    assert_eq!(codes(&["a", "b"]), "`a`, `b`");
}
