//! Documented fields and variants of plain Rust types, read from their source: serde has their names, but not their words.

use std::collections::BTreeMap;

/// The types of some source files by name, each with what it consists of, in order.
pub(super) struct Types(BTreeMap<String, Vec<Item>>);

/// A field of a struct or a variant of an enum.
pub(super) struct Item {
    pub(super) name: String,
    /// The type of a field; empty for a variant.
    pub(super) of: String,
    pub(super) doc: String,
}

impl Types {
    /// Reads all public structs with fields and enums of plain variants.
    pub(super) fn read(sources: &[&str]) -> Self {
        let mut types = BTreeMap::new();
        for source in sources {
            let mut lines = source.lines();
            while let Some(line) = lines.next() {
                if let Some(name) = type_name(line) {
                    let body: Vec<&str> = lines.by_ref().take_while(|line| *line != "}").collect();
                    types.insert(name.to_owned(), items(&body));
                }
            }
        }
        Self(types)
    }

    /// What a type consists of; a type that was not read is a mistake of the page.
    pub(super) fn of(&self, name: &str) -> &[Item] {
        self.0.get(name).unwrap_or_else(|| panic!("no type {name} in the sources"))
    }

    /// Whether a field is itself made of documented fields.
    pub(super) fn is_nested(&self, item: &Item) -> bool {
        self.0.get(&item.of).is_some_and(|items| items.iter().any(|item| !item.of.is_empty()))
    }
}

fn type_name(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("pub struct ").or_else(|| line.strip_prefix("pub enum "))?;
    rest.strip_suffix(" {")
}

/// Fields and variants stand at the first indentation; what is deeper belongs to a variant's own fields.
fn items(body: &[&str]) -> Vec<Item> {
    let mut items = Vec::new();
    let mut doc: Vec<&str> = Vec::new();
    for line in body {
        let Some(line) = line.strip_prefix("    ").filter(|line| !line.starts_with([' ', '}', '#'])) else {
            continue;
        };
        if let Some(words) = line.strip_prefix("///") {
            doc.push(words.trim());
            continue;
        }
        let line = line.trim_end_matches(',').trim_end_matches(" {");
        let (name, of) = match line.strip_prefix("pub ").and_then(|field| field.split_once(": ")) {
            Some((name, of)) => (name, of),
            None => (line.split('(').next().unwrap_or(line), ""),
        };
        items.push(Item { name: name.to_owned(), of: of.to_owned(), doc: doc.join(" ") });
        doc.clear();
    }
    items
}

/// The name of a variant in files: `ChipGlobal` is `chip_global`.
pub(super) fn snake_case(name: &str) -> String {
    let mut text = String::new();
    for (i, c) in name.char_indices() {
        if c.is_uppercase() && i > 0 {
            text.push('_');
        }
        text.extend(c.to_lowercase());
    }
    text
}
