//! The machines by name, and every field of a machine file.

use gennaker::machine::{FactRow, facts};
use gennaker::{Machine, MachineSpec};
use serde_json::Value;

use super::markdown::{code, page as whole, prose, section, table};
use super::source::Types;
use crate::output::{bytes, grouped};

const SOURCES: [&str; 3] = [
    include_str!("../../../machine/src/spec.rs"),
    include_str!("../../../machine/src/chip.rs"),
    include_str!("../../../machine/src/faults.rs"),
];

/// Presets that name one machine each; `boards:N` stands for many.
const NAMED: [&str; 7] = ["chip", "board", "boards:3", "frame", "rack", "dresden", "spinn5"];

pub(super) fn page() -> String {
    let types = Types::read(&SOURCES);
    let specs = [MachineSpec::board(), MachineSpec::spinn5()];
    let defaults = specs.map(|spec| serde_json::to_value(spec).expect("plain data"));
    let mut rows = Vec::new();
    fields(&types, "MachineSpec", "", &defaults, &facts(), &mut rows);
    let header = ["key", "SpiNNaker2", "SpiNNaker1", "confidence", "meaning"];
    let intro = "A machine file is TOML. `preset` names the machine to start from, the board without it; every other key \
        replaces one field. Tables are merged, lists replaced. Chips are `[x, y]`, links `\"east\"`, `\"north_east\"`, \
        `\"north\"`, `\"west\"`, `\"south_west\"`, `\"south\"`; a layout is `{ boards = 6 }` or `{ grid = { width = 4, height = 3, \
        wraps = true } }`. Defaults are those of the presets `board` and `spinn5`; \
        the confidence is that of SpiNNaker2's.\n\n";
    let body = section(2, "Machines by name", &presets())
        + &section(2, "Fields of a machine file", &(intro.to_owned() + &table(&header, &rows)));
    let purpose = "The machines that `--machine` knows by name, and every field of a machine file.";
    whole("Machines and machine files", purpose, &body)
}

fn presets() -> String {
    let row = |name: &str| {
        let spec = MachineSpec::parse(name).expect("a preset");
        let s = Machine::new(spec).expect("a machine").summary();
        let size = format!("{} x {}{}", s.width, s.height, if s.wraps { ", torus" } else { "" });
        let counts = [s.n_boards as u64, s.n_chips as u64, s.n_pes as u64, s.n_application_pes as u64];
        let cells = [code(name), size].into_iter().chain(counts.map(grouped)).chain([bytes(s.sram_bytes)]);
        cells.collect::<Vec<_>>()
    };
    let rows: Vec<_> = NAMED.iter().map(|name| row(name)).collect();
    let header = ["name", "chips across", "boards", "chips", "PEs", "for applications", "SRAM of all PEs"];
    let note = "`boards:N` is any machine of 1 or of a multiple of 3 boards.\n";
    table(&header, &rows) + "\n" + note
}

/// One row for each field, those of nested tables after each other.
fn fields(
    types: &Types,
    of: &str,
    path: &str,
    defaults: &[Value; 2],
    facts: &[FactRow],
    rows: &mut Vec<Vec<String>>,
) {
    for item in types.of(of) {
        let key = format!("{path}{}", item.name);
        let values = defaults.each_ref().map(|value| value.get(&item.name).cloned().unwrap_or(Value::Null));
        assert!(values.iter().all(|value| !value.is_null()), "{key} is no key of machine files");
        if types.is_nested(item) {
            fields(types, &item.of, &format!("{key}."), &values, facts, rows);
            continue;
        }
        let confidence = facts.iter().find(|fact| fact.key == key).map(|fact| fact.confidence.to_string());
        let [ours, older] = values.map(|value| shown(&value));
        rows.push(vec![code(&key), ours, older, confidence.unwrap_or_default(), prose(&item.doc)]);
    }
}

/// A default as the file would have it; lists of tables are too long for a cell.
fn shown(value: &Value) -> String {
    match value {
        Value::Array(list) if list.iter().any(Value::is_object) => format!("{} entries", list.len()),
        Value::Array(list) if list.is_empty() => "none".to_owned(),
        Value::Object(table) => {
            code(&table.iter().map(|(key, value)| format!("{key} = {value}")).collect::<Vec<_>>().join(", "))
        }
        other => code(&other.to_string()),
    }
}
