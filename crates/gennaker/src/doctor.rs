//! Why a population stayed silent, in one sentence.

use gennaker_engine::{Recordings, RunReport, Values};
use gennaker_network::{Model, Network, Population};

/// Adds the likely reason to each of the report's notes about a population that never spiked. `highest_v` says how far the
/// membrane potential of a population came, by its position, if that was recorded: [`highest_v`].
pub fn explain_silence(report: &mut RunReport, network: &Network, highest_v: &dyn Fn(usize) -> Option<f64>) {
    let silent =
        (0..network.populations.len()).filter(|&index| report.spikes_per_population.get(index) == Some(&0));
    for index in silent.collect::<Vec<_>>() {
        let opening = format!("population `{}` never spiked", network.populations[index].name);
        let reason = reason(index, report, network, highest_v);
        if let Some(note) = report.notes.iter_mut().find(|note| note.starts_with(&opening)) {
            note.push_str(": ");
            note.push_str(&reason);
        }
    }
}

/// The highest recorded membrane potential of a population, by its position; `None` if none was recorded.
#[must_use]
pub fn highest_v(recordings: &Recordings, population: usize) -> Option<f64> {
    let v = recordings.populations.get(population)?.state("v")?;
    let highest = match &v.values {
        Values::F32(values) => values.iter().copied().fold(f32::NEG_INFINITY, f32::max).into(),
        Values::F64(values) => values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
    };
    (highest > f64::NEG_INFINITY).then_some(highest)
}

/// The highest recorded membrane potentials of a run whose recordings come in pieces.
#[derive(Debug, Clone, Default)]
pub struct Peaks(Vec<Option<f64>>);

impl Peaks {
    /// Takes a piece into account.
    pub fn add(&mut self, piece: &Recordings) {
        self.0.resize(piece.populations.len(), None);
        for (population, peak) in self.0.iter_mut().enumerate() {
            *peak = highest_v(piece, population).into_iter().chain(*peak).reduce(f64::max);
        }
    }

    /// [`highest_v`] of all pieces together.
    #[must_use]
    pub fn highest_v(&self, population: usize) -> Option<f64> {
        self.0.get(population).copied().flatten()
    }
}

fn reason(
    index: usize,
    report: &RunReport,
    network: &Network,
    highest_v: &dyn Fn(usize) -> Option<f64>,
) -> String {
    let population = &network.populations[index];
    match population.model {
        Model::SpikeList if population.spikes.is_empty() => return "its spike list is empty".to_owned(),
        Model::SpikeList => return "its spikes are listed for later ticks".to_owned(),
        _ if population.model.is_source() => return "check its parameters".to_owned(),
        _ => {}
    }
    let inputs: Vec<usize> = (0..network.projections.len())
        .filter(|&p| network.projections[p].post == index && report.projections[p].n_synapses > 0)
        .map(|p| network.projections[p].pre)
        .collect();
    let (reached, sent) = (!inputs.is_empty(), |pre: &usize| report.spikes_per_population[*pre] > 0);
    if reached && !inputs.iter().any(sent) {
        return format!("none of its sources spiked ({})", names(&inputs, network));
    }
    let what = if reached { "input arrives, but v" } else { "no synapse reaches it, and v" };
    let remedy =
        if reached { "raise weights, lower the threshold or slow the decay" } else { "project onto it" };
    format!("{what} {}; {remedy}", reach(population, highest_v(index)))
}

fn names(populations: &[usize], network: &Network) -> String {
    let mut names: Vec<String> =
        populations.iter().map(|&p| format!("`{}`", network.populations[p].name)).collect();
    names.dedup();
    names.join(", ")
}

/// How far the membrane potential came, if it was recorded.
fn reach(population: &Population, highest_v: Option<f64>) -> String {
    let has_threshold = population.model.descriptor().parameter("threshold").is_some();
    match highest_v {
        Some(highest) if highest.is_finite() && has_threshold => {
            format!("came no higher than {highest:.4} in the recorded neurons")
        }
        _ => "stays below the threshold".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use gennaker_engine::{Options, Simulation};
    use gennaker_network::{Connector, Projection};

    use super::*;

    fn notes(network: &Network) -> String {
        let mut simulation = Simulation::new(network, &Options::default()).unwrap();
        simulation.run(20);
        let mut report = simulation.report();
        let recordings = simulation.recordings();
        explain_silence(&mut report, network, &|population| super::highest_v(&recordings, population));
        report.notes.join("\n")
    }

    #[test]
    fn every_silence_has_its_reason() {
        let mut network = Network::new("silent");
        let empty = network.add_population(Population::new("empty", 1, Model::SpikeList));
        let fed = network.add_population(Population::new("fed by silence", 1, Model::Lif));
        network.add_population(Population::new("alone", 1, Model::Lif));
        let driver = network.add_population(Population::new("driver", 1, Model::Lif).with("i_offset", 9.0));
        let weak = network.add_population(Population::new("weak", 1, Model::Lif).recording("v"));
        network.add_projection(Projection::new("a", empty, fed, Connector::OneToOne));
        network.add_projection(Projection::new("b", driver, weak, Connector::OneToOne));
        let notes = notes(&network);
        for expected in [
            "`empty` never spiked in 20 ticks: its spike list is empty",
            "`fed by silence` never spiked in 20 ticks: none of its sources spiked (`empty`)",
            "`alone` never spiked in 20 ticks: no synapse reaches it, and v stays below the threshold; project onto it",
            "`weak` never spiked in 20 ticks: input arrives, but v came no higher than",
        ] {
            assert!(notes.contains(expected), "{expected}\n{notes}");
        }
    }
}
