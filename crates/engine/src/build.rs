//! From a plan to shards with their state and synapse stores.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Range;

use gennaker_network::{Network, Projection, QuantisationReport};
use rayon::prelude::*;

use crate::arithmetic::{Arithmetic, Sum};
use crate::error::EngineError;
use crate::feed::Feed;
use crate::kernels::kernel;
use crate::kernels::poisson_input::PoissonInput;
use crate::options::Options;
use crate::parameters::ParameterReader;
use crate::plan::{Piece, Plan};
use crate::recorder::StateRecorder;
use crate::shard::{Member, Shard};
use crate::store::{Drawn, Store, Target, build_alone, build_together};
use crate::sums::{Place, Receptors};

/// A network in memory, and what quantisation did to each projection.
pub(crate) struct Built<A: Arithmetic> {
    pub(crate) shards: Vec<Shard<A>>,
    pub(crate) quantisation: Vec<QuantisationReport>,
    pub(crate) max_delay: u32,
    pub(crate) epoch: u32,
}

/// Builds all shards; runs on the current thread pool.
pub(crate) fn build<A: Arithmetic>(
    network: &Network,
    options: &Options,
    n_threads: usize,
) -> Result<Built<A>, EngineError> {
    let plan = Plan::new(network, options, n_threads);
    let jobs: Vec<Job> =
        (0..plan.shards.len()).flat_map(|shard| jobs::<A>(network, options, &plan, shard)).collect();
    let done: Vec<Done<A::Sum>> =
        jobs.par_iter().map(|job| job.run::<A>(network, options, &plan)).collect::<Result<_, _>>()?;
    let mut quantisation = vec![QuantisationReport::default(); network.projections.len()];
    let mut stores: Vec<Vec<Store<A::Sum>>> = plan.shards.iter().map(|_| Vec::new()).collect();
    for (job, done) in jobs.iter().zip(done) {
        done.accounts.iter().for_each(|(projection, part)| quantisation[*projection].merge(part));
        stores[job.shard].extend(done.stores);
    }
    let mut all_feeds = Vec::new();
    for shard in 0..plan.shards.len() {
        let (feeds, accounts) = feeds::<A::Sum>(network, options, &plan, shard);
        accounts.iter().for_each(|(projection, part)| quantisation[*projection].merge(part));
        all_feeds.push(feeds);
    }
    for (projection, report) in network.projections.iter().zip(&quantisation) {
        report.check(options.out_of_range, &projection.name, network.populations[projection.post].model)?;
    }
    let pieces = plan.shards.par_iter().zip(stores).zip(all_feeds);
    let shards = pieces
        .map(|((pieces, stores), feeds)| shard(network, options, &plan, pieces, stores, feeds))
        .collect();
    Ok(Built { shards, quantisation, max_delay: plan.max_delay, epoch: plan.epoch })
}

fn shard<A: Arithmetic>(
    network: &Network,
    options: &Options,
    plan: &Plan,
    pieces: &[Piece],
    stores: Vec<Store<A::Sum>>,
    feeds: Vec<Feed<A::Sum>>,
) -> Shard<A> {
    let member = |piece: &Piece| {
        let population = &network.populations[piece.population];
        let reader = reader(network, options, piece.population, &piece.range);
        let kernel = kernel(&reader, plan.receptors[piece.population]);
        let recorders = StateRecorder::for_block(population, &piece.range);
        Member::new(piece.population, piece.range.clone(), kernel, piece.input.clone(), recorders)
    };
    let can_overflow = pieces.iter().any(|piece| plan.can_overflow[piece.population]);
    Shard::new(pieces.iter().map(member).collect(), stores, feeds, can_overflow, plan.epoch)
}

/// The Poisson input of a shard, and the account of its projections.
fn feeds<S: Sum>(
    network: &Network,
    options: &Options,
    plan: &Plan,
    shard: usize,
) -> (Vec<Feed<S>>, Vec<(usize, QuantisationReport)>) {
    let of = |(projection, p): (usize, &Projection)| {
        plan.fed[p.pre]?;
        let (drawn, target) = part(network, options, plan, shard, projection)?;
        let (shared, account) = drawn.shared_values()?;
        let is_net = target.receptors == Receptors::Net;
        let reader = reader(network, options, p.pre, &drawn.range);
        let feed = Feed {
            population: p.pre,
            input: PoissonInput::new(&reader),
            place: Place { plane: usize::from(shared.weight < 0.0 && !is_net), first: target.first },
            n: drawn.range.len(),
            weight: S::from_weight(if is_net { shared.weight } else { shared.weight.abs() }),
            delay: shared.delay,
            n_arrived: 0,
        };
        let account = account.times(drawn.range.len() as u64);
        Some((feed, (projection, account)))
    };
    network.projections.iter().enumerate().filter_map(of).unzip()
}

fn reader<'a>(
    network: &'a Network,
    options: &Options,
    population: usize,
    range: &Range<u32>,
) -> ParameterReader<'a> {
    ParameterReader {
        population: &network.populations[population],
        index: population,
        seed: network.seed,
        range: range.clone(),
        to_single: options.numeric.rounds_parameters(),
    }
}

/// Projections onto a shard whose synapses are drawn and stored together.
struct Job {
    shard: usize,
    /// From one population, ascending.
    projections: Vec<usize>,
    is_alone: bool,
}

/// The stores of a job, and the account of each projection.
struct Done<S: Sum> {
    stores: Vec<Store<S>>,
    accounts: Vec<(usize, QuantisationReport)>,
}

/// The jobs of a shard in the order in which their stores must add. Whole sums do not depend on that order, so projections from
/// one population can share a store; sums of fractions do, so there each has its own.
fn jobs<A: Arithmetic>(network: &Network, options: &Options, plan: &Plan, shard: usize) -> Vec<Job> {
    let mut jobs: Vec<Job> = Vec::new();
    let mut shared = BTreeMap::<_, usize>::new();
    for (projection, p) in network.projections.iter().enumerate() {
        let piece = plan.piece(shard, p.post).filter(|_| plan.fed[p.pre].is_none());
        let Some(input) = piece.and_then(|piece| piece.input.as_ref()) else { continue };
        let Some(drawn) = Drawn::new(network, projection, options.numeric) else { continue };
        let is_alone =
            drawn.is_convolution() || drawn.shared_values().is_some() || drawn.is_dense(A::Sum::COUNTS);
        let new = Job { shard, projections: vec![projection], is_alone };
        if is_alone || !A::Sum::COUNTS {
            jobs.push(new);
            continue;
        }
        match shared.entry((p.pre, input.base, input.receptors == Receptors::Net)) {
            Entry::Occupied(job) => jobs[*job.get()].projections.push(projection),
            Entry::Vacant(place) => {
                place.insert(jobs.len());
                jobs.push(new);
            }
        }
    }
    jobs
}

impl Job {
    fn run<A: Arithmetic>(
        &self,
        network: &Network,
        options: &Options,
        plan: &Plan,
    ) -> Result<Done<A::Sum>, EngineError> {
        let (mut parts, targets): (Vec<Drawn<'_>>, Vec<Target>) =
            self.projections.iter().filter_map(|&q| part(network, options, plan, self.shard, q)).unzip();
        let Some(target) = targets.first() else {
            return Ok(Done { stores: Vec::new(), accounts: Vec::new() });
        };
        let too_many = |n_synapses| EngineError::TooManySynapses {
            projection: network.projections[self.projections[0]].name.clone(),
            n_synapses,
        };
        let alone = if self.is_alone { build_alone(&mut parts[0], *target).map_err(too_many)? } else { None };
        let stores = match alone {
            Some(store) => vec![store],
            None => build_together(&mut parts, *target).map_err(too_many)?,
        };
        let accounts = parts.iter().map(|part| (part.projection, *part.quantiser.report())).collect();
        Ok(Done { stores, accounts })
    }
}

/// A projection's synapses onto the piece of its target population in a shard.
fn part<'a>(
    network: &'a Network,
    options: &Options,
    plan: &Plan,
    shard: usize,
    projection: usize,
) -> Option<(Drawn<'a>, Target)> {
    let population = network.projections[projection].post;
    let piece = plan.piece(shard, population)?;
    let input = piece.input.as_ref()?;
    let (first, base) = (input.sums.start, input.base);
    let mut drawn = Drawn::new(network, projection, options.numeric)?;
    drawn.range = piece.range.clone();
    drawn.origin = i64::from(piece.range.start) - (first - base) as i64;
    let (receptors, can_overflow) = (input.receptors, plan.can_overflow[population]);
    Some((drawn, Target { receptors, first, base, can_overflow }))
}
