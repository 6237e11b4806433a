//! Every model: equations, parameters, what it records, how it stores synapses.

use gennaker::Model;
use gennaker::network::{ModelDescriptor, ParameterDescriptor};

use super::markdown::{block, code, codes, page as whole, prose, section, table};
use crate::models::{default, range};

pub(super) fn page() -> String {
    let list: Vec<_> = Model::ALL.iter().map(|m| m.descriptor()).collect();
    let rows: Vec<_> =
        list.iter().map(|m| vec![format!("[`{0}`](#{0})", m.name), prose(m.summary), synapses(m)]).collect();
    let purpose = "Every neuron model and spike source. `gennaker models` shows the same in a terminal.";
    let body = table(&["model", "what it is for", "synapses"], &rows) + "\n";
    whole("Models", purpose, &(body + &list.iter().map(|m| model(m)).collect::<String>()))
}

fn model(m: &ModelDescriptor) -> String {
    let mut body = format!("{}\n\nIn every tick:\n\n{}\n", prose(m.summary), block(m.equations));
    if !m.parameters.is_empty() {
        let rows: Vec<_> = m.parameters.iter().map(parameter).collect();
        body += &table(&["parameter", "default", "values", "meaning"], &rows);
        body.push('\n');
    }
    let states: Vec<_> = m.states.iter().map(|s| vec![code(s.name), prose(s.doc)]).collect();
    if states.is_empty() {
        body += "Records `spikes`.\n\n";
    } else {
        body += "Records `spikes`, and:\n\n";
        body += &table(&["state", "meaning"], &states);
        body.push('\n');
    }
    body += &format!("* Synapses: {}.\n* At most {} neurons per core.\n", synapses(m), m.max_atoms);
    body += &format!("* How well it is known: {}\n", prose(m.source));
    section(2, m.name, &body)
}

fn parameter(p: &ParameterDescriptor) -> Vec<String> {
    vec![code(p.name), codes(&[default(p)]), prose(&range(p)), prose(p.doc)]
}

fn synapses(m: &ModelDescriptor) -> String {
    let Some(word) = m.synapse_word else { return "none, a source".to_owned() };
    let delays = match word.max_delay() {
        0 => "no delay field".to_owned(),
        max => format!("delays 0 to {max}"),
    };
    format!("whole weights -{0} to {0}, {delays}", word.max_weight)
}
