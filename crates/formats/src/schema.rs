//! The network file's JSON Schema, for editors that check and complete while one types.

use schemars::generate::SchemaSettings;

use crate::entries::FileEntry;

/// The schema of the network file as JSON text, draft 2020-12, ending with a line end.
#[must_use]
pub fn network_schema() -> String {
    let schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<FileEntry>();
    let mut text = serde_json::to_string_pretty(&schema).expect("a schema is plain JSON");
    text.push('\n');
    text
}
