//! The reference pages of the book, rendered from the same tables that the program reads, and compared with those in `docs/reference`.
//!
//! `GENNAKER_BLESS=1 cargo test -p gennaker-cli --bin gennaker reference` writes them anew.

mod account;
mod command;
mod event;
mod facts;
mod machine;
mod markdown;
mod models;
mod network;
mod source;

use std::path::Path;

/// The pages: file name and content.
fn pages() -> [(&'static str, String); 7] {
    [
        ("command.md", command::page()),
        ("network-file.md", network::page()),
        ("machine-file.md", machine::page()),
        ("models.md", models::page()),
        ("numbers.md", facts::page()),
        ("account.md", account::page()),
        ("event.md", event::page()),
    ]
}

#[test]
fn the_reference_on_disk_is_what_the_program_has() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference");
    let bless = std::env::var_os("GENNAKER_BLESS").is_some();
    let mut differing = Vec::new();
    for (name, text) in pages() {
        let path = folder.join(name);
        if bless {
            std::fs::write(&path, &text).unwrap();
        }
        if std::fs::read_to_string(&path).unwrap_or_default() != text {
            differing.push(name);
        }
    }
    assert!(
        differing.is_empty(),
        "docs/reference is out of date: {}; run this test with GENNAKER_BLESS=1",
        differing.join(", ")
    );
}

/// A file of the folder that nothing writes would stay there when a page is renamed.
#[test]
fn nothing_else_lies_in_the_reference() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference");
    let known: Vec<_> = pages().iter().map(|(name, _)| *name).collect();
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(known.contains(&name.as_str()), "docs/reference/{name} is not generated");
    }
}
