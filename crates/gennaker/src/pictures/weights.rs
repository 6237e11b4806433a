//! Pictures of weights: drawn from the network's description, as they were for the run.

use std::path::Path;

use gennaker_engine::{EngineError, Numeric, RunReport};
use gennaker_formats::ResultFolder;
use gennaker_network::{Connector, Network, Parameter, Quantiser, for_each_synapse, n_synapses};
use gennaker_report::{Picture, WeightHistogram, WeightProjection, Weights};

use crate::account::open_experiment;
use crate::error::Error;

/// Synapses of a projection that are drawn for a picture, twice: seconds. Projections of one weight have no limit.
pub const MAX_WEIGHTS_DRAWN: u64 = 20_000_000;

/// Distributions of weights, projection by projection: rounded and clipped as the chip keeps them, if the arithmetic does that. Of
/// convolutions, the kernels. With names of populations, only projections from or to them. The run's report, if given, tells how many
/// synapses there are, which would have to be counted otherwise.
///
/// # Errors
/// [`Error::Engine`] for a network that is not valid, [`Error::Report`] if there is nothing to draw.
pub fn weights(
    network: &Network,
    numeric: Numeric,
    run: Option<&RunReport>,
    populations: &[String],
) -> Result<Picture, Error> {
    network.validate().map_err(EngineError::from)?;
    let is_shown = |index: &usize| {
        let projection = &network.projections[*index];
        let ends = [projection.pre, projection.post].map(|at| &network.populations[at].name);
        populations.is_empty() || ends.iter().any(|name| populations.contains(name))
    };
    let quantises = numeric.quantises();
    let drawn = |index| Drawn { network, index, quantises, source: Source::new(network, index, run) };
    let shown: Vec<Drawn<'_>> = (0..network.projections.len()).filter(is_shown).map(drawn).collect();
    let walks: Vec<_> =
        shown.iter().map(|drawn| move |each: &mut dyn FnMut(f64, u64)| drawn.walk(each)).collect();
    let projections: Vec<WeightProjection<'_>> = shown
        .iter()
        .zip(&walks)
        .map(|(drawn, walk)| WeightProjection {
            name: &network.projections[drawn.index].name,
            noun: if matches!(drawn.source, Source::Kernel(_)) { "kernel weight" } else { "synapse" },
            weights: match drawn.source {
                Source::TooMany(n) => Weights::TooMany(n),
                _ => Weights::Walked(walk),
            },
        })
        .collect();
    Ok(WeightHistogram { title: &network.name, projections: &projections, are_whole: quantises }.draw()?)
}

/// [`weights`] of a result folder.
///
/// # Errors
/// As [`weights`], [`Error::Format`] for what cannot be read, [`Error::NotAccountable`] if the network was changed after the run.
pub fn weights_of_folder(path: &Path, populations: &[String]) -> Result<Picture, Error> {
    let folder = ResultFolder::open(path)?;
    let experiment = open_experiment(path, folder.info())?;
    let run: Option<RunReport> = serde_json::from_value(folder.info().report.clone()).ok();
    let file = &experiment.file;
    weights(&file.network, file.settings.numeric, run.as_ref(), populations)
}

/// Where a projection's weights come from.
#[derive(Debug, Clone, Copy)]
enum Source<'a> {
    /// So many synapses, all of this weight.
    Shared(f64, u64),
    /// The weights of a convolution, in no order.
    Kernel(&'a [f64]),
    /// Synapses, one by one.
    Synapses,
    /// So many synapses that they are not drawn.
    TooMany(u64),
}

impl<'a> Source<'a> {
    fn new(network: &'a Network, index: usize, run: Option<&RunReport>) -> Self {
        let projection = &network.projections[index];
        if let Connector::Conv2d(convolution) = &projection.connector {
            return Self::Kernel(&convolution.weights);
        }
        let known = run.and_then(|run| run.projections.get(index)).map(|own| own.n_synapses);
        let n = known.unwrap_or_else(|| n_synapses(network, index));
        match (projection.connector.weights(), &projection.weight) {
            (None, Parameter::Number(weight)) => Self::Shared(*weight, n),
            _ if n > MAX_WEIGHTS_DRAWN => Self::TooMany(n),
            _ => Self::Synapses,
        }
    }
}

/// A projection whose weights are drawn.
struct Drawn<'a> {
    network: &'a Network,
    index: usize,
    quantises: bool,
    source: Source<'a>,
}

impl Drawn<'_> {
    fn walk(&self, each: &mut dyn FnMut(f64, u64)) {
        let post = &self.network.populations[self.network.projections[self.index].post];
        let mut quantiser = Quantiser::new(post.model).filter(|_| self.quantises);
        let mut kept = |weight: f64| match &mut quantiser {
            Some(quantiser) => f64::from(quantiser.quantise(weight, 0).0),
            None => weight,
        };
        match self.source {
            Source::Shared(weight, n) => each(kept(weight), n),
            Source::Kernel(weights) => weights.iter().for_each(|&weight| each(kept(weight), 1)),
            Source::Synapses => for_each_synapse(self.network, self.index, 0..post.size, |synapse| {
                each(kept(synapse.weight), 1);
            }),
            Source::TooMany(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use gennaker_network::{Distribution, Model, Population, Projection};
    use gennaker_report::ReportError;

    use super::*;

    fn network(weight: impl Into<Parameter>) -> Network {
        let mut network = Network::new("n");
        let input = network.add_population(Population::new("in", 50, Model::PoissonProcess));
        let cells = network.add_population(Population::new("cells", 40, Model::Lif));
        network.add_projection(
            Projection::new("all", input, cells, Connector::AllToAll { allow_self_connections: true })
                .with_weight(weight),
        );
        network
    }

    fn walked(network: &Network, quantises: bool) -> Vec<(f64, u64)> {
        let drawn = Drawn { network, index: 0, quantises, source: Source::new(network, 0, None) };
        let mut weights = Vec::new();
        drawn.walk(&mut |weight, n| weights.push((weight, n)));
        weights
    }

    #[test]
    fn weights_are_those_of_the_arithmetic() {
        assert_eq!(walked(&network(2.6), true), [(3.0, 2000)]);
        assert_eq!(walked(&network(2.6), false), [(2.6, 2000)]);
        let random = network(Parameter::Random(Distribution::Uniform { low: 1.0, high: 4.0 }));
        let weights = walked(&random, true);
        assert_eq!(weights.len(), 2000);
        assert!(
            weights
                .iter()
                .all(|(weight, n)| (1.0..=4.0).contains(weight) && weight.fract() == 0.0 && *n == 1)
        );
        assert!(walked(&random, false).iter().any(|(weight, _)| weight.fract() != 0.0));
    }

    #[test]
    fn huge_projections_are_named_and_not_drawn() {
        let random = network(Parameter::Random(Distribution::Uniform { low: 1.0, high: 4.0 }));
        let mut run = gennaker_engine::Simulation::new(&random, &Default::default()).unwrap().report();
        run.projections[0].n_synapses = MAX_WEIGHTS_DRAWN + 1;
        let picture = weights(&random, Numeric::Chip, Some(&run), &[]).unwrap();
        assert!(picture.svg().contains("too many to draw them again: 20,000,001 synapses"));
        let shared = weights(&network(2.0), Numeric::Chip, Some(&run), &[]).unwrap();
        assert!(shared.svg().contains("20,000,001 synapses"));
        assert!(!shared.svg().contains("too many"));
        let none = weights(&random, Numeric::Chip, None, &["nobody".to_owned()]).unwrap_err();
        assert!(matches!(none, Error::Report(ReportError::Nothing { .. })));
    }
}
