//! What somebody should know, sorted to where it belongs.

use std::collections::BTreeMap;

use gennaker_report::page::{MachineMap, Section, Severity, Warning};

use super::{Reported, activity, machine};

pub(super) fn warnings(reported: &Reported<'_>, map: Option<&MachineMap>) -> Vec<Warning> {
    let network = &reported.experiment.file.network;
    let places = network.populations.iter().enumerate();
    let places = places.map(|(place, population)| (population.name.as_str(), place as u32));
    let mut sorted = Sorted { places: places.collect(), warnings: Vec::new() };
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
    for sentence in activity::left_out(reported) {
        sorted.add(Severity::Note, Section::Activity, &sentence);
    }
    reported.problems.iter().for_each(|what| sorted.add(Severity::Problem, Section::Time, what));
    reported.no_account.iter().for_each(|why| sorted.add(Severity::Note, Section::Time, why));
    reported.notes.iter().for_each(|note| sorted.add(Severity::Note, Section::Summary, note));
    sorted.warnings.sort_by_key(|warning| warning.severity);
    sorted.warnings
}

struct Sorted<'a> {
    /// Populations by name.
    places: BTreeMap<&'a str, u32>,
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
        let population = self.population(text);
        self.warnings.push(Warning { severity, section, population, text: text.to_owned() });
    }

    /// The population that a sentence is about: the first that it names. A name may hold the sign that ends it.
    fn population(&self, text: &str) -> Option<u32> {
        let (_, rest) = text.split_once("population `")?;
        rest.rmatch_indices('`').find_map(|(end, _)| self.places.get(&rest[..end]).copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_find_their_population() {
        let sorted = Sorted { places: [("a", 0), ("a`b", 1), ("", 2)].into(), warnings: Vec::new() };
        for (text, place) in [
            ("population `a` never spiked", Some(0)),
            ("spikes of population `a`b` were lost, and of population `a`", Some(1)),
            ("population `` is nameless", Some(2)),
            ("population `b` is not there", None),
            ("population `a", None),
        ] {
            assert_eq!(sorted.population(text), place, "{text}");
        }
    }
}
