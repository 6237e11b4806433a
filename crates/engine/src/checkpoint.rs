//! Checkpoints: everything that evolves, population by population, so that they do not depend on how it was cut into shards.
//!
//! Format: 8 bytes magic, 4 bytes version (little endian), 32 bytes SHA-256 of the rest, then the state in postcard encoding.

use gennaker_network::{Network, Population};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::arithmetic::{Arithmetic, Real};
use crate::core::Core;
use crate::error::EngineError;
use crate::kernels::StateArray;
use crate::options::{Numeric, Options, RingWidth};
use crate::recording::{Recordings, Values};

const MAGIC: &[u8; 8] = b"GENNAKER";
const VERSION: u32 = 3;
const HEADER: usize = 8 + 4 + 32;

#[derive(Serialize, Deserialize)]
struct State<R> {
    network: [u8; 32],
    numeric: Numeric,
    ring_width: RingWidth,
    tick: u32,
    /// Who fired in the last ticks, oldest first, by population: what can still be under way.
    sent: Vec<Vec<Vec<u32>>>,
    n_spikes: Vec<u64>,
    n_events: u64,
    n_saturated: u64,
    populations: Vec<PopulationState<R>>,
    recordings: Recordings,
}

/// One population's arrays, whole: parts are concatenated neuron by neuron.
#[derive(Serialize, Deserialize, Clone, Default, PartialEq)]
struct PopulationState<R> {
    reals: Vec<Vec<R>>,
    counts: Vec<Vec<u32>>,
    shorts: Vec<Vec<u16>>,
}

/// SHA-256 of a network's description.
fn digest(network: &Network) -> [u8; 32] {
    let bytes = postcard::to_stdvec(network).expect("plain data encodes into memory");
    Sha256::digest(&bytes).into()
}

/// The checkpoint of a core.
pub(crate) fn save<A: Arithmetic>(core: &mut Core<A>, network: &Network, options: &Options) -> Vec<u8> {
    let recordings = core.recordings(network);
    let state = State {
        network: digest(network),
        numeric: options.numeric,
        ring_width: options.ring_width,
        tick: core.tick,
        sent: core.history.ticks().map(|tick| sent(core, tick, network.populations.len())).collect(),
        n_spikes: core.n_spikes(),
        n_events: core.shards.iter().map(|s| s.n_events).sum(),
        n_saturated: core.shards.iter().map(|s| s.n_saturated).sum(),
        populations: collect(core, network.populations.len()),
        recordings,
    };
    let payload = postcard::to_stdvec(&state).expect("plain data encodes into memory");
    let mut bytes = Vec::with_capacity(HEADER + payload.len());
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&VERSION.to_le_bytes());
    bytes.extend_from_slice(&Sha256::digest(&payload));
    bytes.extend_from_slice(&payload);
    bytes
}

/// Who fired in a tick, by population.
fn sent<A: Arithmetic>(core: &Core<A>, tick: u32, n_populations: usize) -> Vec<Vec<u32>> {
    (0..n_populations).map(|population| core.history.sent(population, tick).to_vec()).collect()
}

/// Puts a checkpoint into a core of the same network; the core is unchanged if that fails.
pub(crate) fn restore<A: Arithmetic>(
    core: &mut Core<A>,
    network: &Network,
    options: &Options,
    bytes: &[u8],
) -> Result<(), EngineError> {
    let state: State<A::Real> = postcard::from_bytes(payload(bytes)?).map_err(|e| problem(&e.to_string()))?;
    if state.network != digest(network) {
        return Err(problem("it belongs to another network, seed or set of recordings"));
    }
    let (own, other) = ((options.numeric, options.ring_width), (state.numeric, state.ring_width));
    if own != other {
        return Err(problem(&format!(
            "it was computed with numeric {:?} and ring width {:?}, this run uses {:?} and {:?}",
            other.0, other.1, own.0, own.1
        )));
    }
    check_shapes(core, &state, network)?;
    distribute(core, &state.populations);
    restore_recordings(core, state.recordings);
    core.tick = state.tick;
    core.set_n_spikes(state.n_spikes);
    core.history.reset();
    for (tick, sent) in (state.tick - state.sent.len() as u32..).zip(state.sent) {
        core.history.open(tick).clone_from_slice(&sent);
    }
    for shard in &mut core.shards {
        (shard.n_events, shard.n_saturated) = (0, 0);
        shard.resume(core.tick, &core.history);
    }
    if let Some(first) = core.shards.first_mut() {
        (first.n_events, first.n_saturated) = (state.n_events, state.n_saturated);
    }
    Ok(())
}

fn payload(bytes: &[u8]) -> Result<&[u8], EngineError> {
    if bytes.len() < HEADER || &bytes[..8] != MAGIC {
        return Err(problem("it does not begin with a checkpoint's header"));
    }
    let version = u32::from_le_bytes([bytes[8], bytes[9], bytes[10], bytes[11]]);
    if version != VERSION {
        return Err(problem(&format!(
            "it has format version {version}, this program reads version {VERSION}"
        )));
    }
    let (sum, payload) = bytes[12..].split_at(32);
    if Sha256::digest(payload).as_slice() != sum {
        return Err(problem("its checksum does not match; it is damaged or cut short"));
    }
    Ok(payload)
}

fn problem(problem: &str) -> EngineError {
    EngineError::Checkpoint { problem: problem.to_owned() }
}

/// A checksum that matches proves that the bytes are whole, not that they were made in good faith: shapes are checked too.
fn check_shapes<A: Arithmetic>(
    core: &mut Core<A>,
    state: &State<A::Real>,
    network: &Network,
) -> Result<(), EngineError> {
    let n = network.populations.len();
    let own = collect(core, n);
    let lengths = |p: &PopulationState<A::Real>| {
        let of = |lengths: &mut Vec<usize>, length: usize| lengths.push(length);
        let mut all = Vec::new();
        p.reals.iter().for_each(|x| of(&mut all, x.len()));
        p.counts.iter().for_each(|x| of(&mut all, x.len()));
        p.shorts.iter().for_each(|x| of(&mut all, x.len()));
        (p.reals.len(), p.counts.len(), all)
    };
    let list_fits = |(sent, p): (&Vec<u32>, &Population)| {
        sent.is_sorted() && sent.last().is_none_or(|&last| last < p.size)
    };
    let senders_fit = state.sent.len() == core.history.ticks_before(state.tick).len()
        && state
            .sent
            .iter()
            .all(|lists| lists.len() == n && lists.iter().zip(&network.populations).all(list_fits));
    let recordings_fit = recordings_match(&core.recordings(network), &state.recordings);
    let fits = state.populations.iter().map(lengths).eq(own.iter().map(lengths));
    if fits && senders_fit && recordings_fit && state.n_spikes.len() == n {
        return Ok(());
    }
    Err(problem("its arrays do not have the network's shape"))
}

fn recordings_match(own: &Recordings, given: &Recordings) -> bool {
    own.populations.len() == given.populations.len()
        && own.populations.iter().zip(&given.populations).all(|(own, given)| {
            let spikes = given.spikes.as_ref().is_none_or(|s| {
                s.ticks.len() == s.neurons.len() && s.neurons.iter().all(|&neuron| neuron < own.size)
            });
            let states = own.states.iter().zip(&given.states).all(|(a, b)| {
                let is_one_precision = matches!(
                    (&a.values, &b.values),
                    (Values::F32(_), Values::F32(_)) | (Values::F64(_), Values::F64(_))
                );
                is_one_precision
                    && a.neurons == b.neurons
                    && b.ticks.len().checked_mul(b.neurons.len()) == Some(b.values.len())
            });
            own.spikes.is_some() == given.spikes.is_some()
                && own.states.len() == given.states.len()
                && spikes
                && states
        })
}

/// Gathers the arrays of all members by population.
fn collect<A: Arithmetic>(core: &mut Core<A>, n_populations: usize) -> Vec<PopulationState<A::Real>> {
    let mut populations =
        vec![PopulationState { reals: vec![], counts: vec![], shorts: vec![] }; n_populations];
    for member in core.shards.iter_mut().flat_map(|shard| &mut shard.members) {
        let population = &mut populations[member.population];
        let (mut n_reals, mut n_counts, mut n_shorts) = (0, 0, 0);
        member.kernel.visit(&mut |array| match array {
            StateArray::Real(values) => {
                append(&mut population.reals, n_reals, values);
                n_reals += 1;
            }
            StateArray::Count(values) => {
                append(&mut population.counts, n_counts, values);
                n_counts += 1;
            }
            StateArray::Short(values) => {
                append(&mut population.shorts, n_shorts, values);
                n_shorts += 1;
            }
        });
    }
    populations
}

fn append<T: Clone>(arrays: &mut Vec<Vec<T>>, at: usize, part: &[T]) {
    if arrays.len() <= at {
        arrays.resize(at + 1, Vec::new());
    }
    arrays[at].extend_from_slice(part);
}

/// The reverse of [`collect`]; shapes have been checked.
fn distribute<A: Arithmetic>(core: &mut Core<A>, populations: &[PopulationState<A::Real>]) {
    for member in core.shards.iter_mut().flat_map(|shard| &mut shard.members) {
        let population = &populations[member.population];
        member.disturb();
        let range = member.range.start as usize..member.range.end as usize;
        let (mut reals, mut counts) = (population.reals.iter(), population.counts.iter());
        let mut shorts = population.shorts.iter();
        member.kernel.visit(&mut |array| match array {
            StateArray::Real(values) => {
                reals.next().into_iter().for_each(|whole| values.copy_from_slice(&whole[range.clone()]));
            }
            // Neurons without any refractory period have no counters.
            StateArray::Short([]) => drop(shorts.next()),
            StateArray::Short(values) => {
                shorts.next().into_iter().for_each(|whole| values.copy_from_slice(&whole[range.clone()]));
            }
            StateArray::Count(values) => {
                counts.next().into_iter().for_each(|whole| values.copy_from_slice(&whole[range.clone()]));
            }
        });
    }
}

fn restore_recordings<A: Arithmetic>(core: &mut Core<A>, recordings: Recordings) {
    for (index, population) in recordings.populations.into_iter().enumerate() {
        if let (Some(recorder), Some(spikes)) = (&mut core.spike_recorders[index], population.spikes) {
            recorder.spikes = spikes;
        }
        for (at, state) in population.states.into_iter().enumerate() {
            let n_columns = state.neurons.len();
            let Some(values) = A::Real::from_values(state.values) else { continue };
            let members = core.shards.iter_mut().flat_map(|shard| &mut shard.members);
            for member in members.filter(|m| m.population == index) {
                member.recorders[at].scatter(&state.ticks, &values, n_columns);
            }
        }
    }
}
