//! Every setting of the event level.

use gennaker::fabric::FabricOptions;
use serde_json::Value;

use super::markdown::{code, page as whole, prose, section, table};
use super::source::{Item, Types, snake_case};

pub(super) fn page() -> String {
    let types = Types::read(&[include_str!("../../../fabric/src/options.rs")]);
    let defaults = serde_json::to_value(FabricOptions::default()).expect("plain data");
    let settings = types.of("FabricOptions");
    assert_eq!(
        settings.len(),
        defaults.as_object().map_or(0, serde_json::Map::len),
        "a setting without words"
    );
    let rows: Vec<_> = settings.iter().map(|item| setting(item, &defaults)).collect();
    let mut body = table(&["setting", "default", "meaning"], &rows) + "\n";
    for (title, name) in [("`fifo_policy`", "FifoPolicy"), ("`tick_source`", "TickSource")] {
        let rows: Vec<_> =
            types.of(name).iter().map(|v| vec![code(&snake_case(&v.name)), prose(&v.doc)]).collect();
        body += &section(2, title, &table(&["value", "meaning"], &rows));
    }
    for (title, name) in [("An entry of `drift_of`", "ChipDrift"), ("An entry of `links`", "LinkOptions")] {
        let rows: Vec<_> =
            types.of(name).iter().map(|item| vec![code(&item.name), prose(&item.doc)]).collect();
        body += &section(2, title, &table(&["key", "meaning"], &rows));
    }
    let purpose = "Every setting of the event level: keys of a network file's `[event]` table, and names for `--event NAME=VALUE`.";
    whole("Settings of the event level", purpose, &body)
}

fn setting(item: &Item, defaults: &Value) -> Vec<String> {
    let default = defaults.get(&item.name).unwrap_or_else(|| panic!("{} is no setting", item.name));
    vec![code(&item.name), code(&default.to_string()), prose(&item.doc)]
}
