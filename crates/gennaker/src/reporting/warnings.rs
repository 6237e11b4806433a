//! What somebody should know, sorted to where it belongs.

use gennaker_network::Network;
use gennaker_report::page::{MachineMap, Section, Severity, Warning};

use super::{Reported, machine};

pub(super) fn warnings(reported: &Reported<'_>, map: Option<&MachineMap>) -> Vec<Warning> {
    let network = &reported.experiment.file.network;
    let mut sorted = Sorted { network, warnings: Vec::new() };
    if let Some((account, _)) = reported.account {
        account.notes.iter().for_each(|note| sorted.add(Severity::Problem, Section::Time, note));
    }
    if let Some(run) = reported.run {
        for note in &run.notes {
            let section = if note.contains(" spiked ") { Section::Activity } else { Section::Network };
            sorted.add(Severity::Warning, section, note);
        }
    }
    if let Some(mapped) = reported.mapped {
        mapped.mapping.notes.iter().for_each(|note| sorted.add(Severity::Note, Section::Machine, note));
        let left_out = map.and_then(|map| machine::trees_left_out(&mapped.mapping, map));
        left_out.iter().for_each(|note| sorted.add(Severity::Note, Section::Machine, note));
    }
    reported.no_account.iter().for_each(|why| sorted.add(Severity::Note, Section::Time, why));
    reported.notes.iter().for_each(|note| sorted.add(Severity::Note, Section::Summary, note));
    sorted.warnings.sort_by_key(|warning| warning.severity);
    sorted.warnings
}

struct Sorted<'a> {
    network: &'a Network,
    warnings: Vec<Warning>,
}

impl Sorted<'_> {
    /// Adds a sentence, unless it is there already or begins like one that says more.
    fn add(&mut self, severity: Severity, section: Section, text: &str) {
        if self.warnings.iter().any(|known| known.text.starts_with(text)) {
            return;
        }
        let known = self.warnings.iter_mut().find(|known| text.starts_with(&known.text));
        if let Some(known) = known {
            text.clone_into(&mut known.text);
            return;
        }
        let population = population(self.network, text);
        self.warnings.push(Warning { severity, section, population, text: text.to_owned() });
    }
}

/// The population that a sentence is about.
fn population(network: &Network, text: &str) -> Option<u32> {
    let named = |name: &str| text.contains(&format!("population `{name}`"));
    network.populations.iter().position(|population| named(&population.name)).map(|index| index as u32)
}
