//! How many synapses a spike of each neuron meets in each PE that it reaches.

use gennaker_mapping::{AtomOrder, Mapping, Slice};
use gennaker_network::{Drawer, Network};
use rayon::prelude::*;

use crate::error::EnergyError;
use crate::spans::{row_len, spans};

/// Row lengths may take as much memory as this, at a byte each; while they are arranged, twice as much.
const MAX_BYTES: u64 = 4 << 30;

/// The row lengths of one sending slice, neuron by neuron in the order of the slice: `rows[neuron * row_len + element]`, with an element for each slice of the
/// net's [`spans`].
#[derive(Debug, Clone)]
pub(crate) enum Rows {
    /// None has more than 255 synapses.
    Narrow(Vec<u8>),
    /// Any number.
    Wide(Vec<u32>),
    /// Few different rows, each of consecutive neurons, as all-to-all and one-to-one rules make them: one past the last neuron of
    /// each row, and the rows.
    Alike(Vec<u32>, Vec<u32>),
}

impl Rows {
    /// Synapses in all rows of a single column.
    fn n_synapses(&self) -> u64 {
        match self {
            Self::Narrow(rows) => rows.iter().map(|&n| u64::from(n)).sum(),
            Self::Wide(rows) | Self::Alike(_, rows) => rows.iter().map(|&n| u64::from(n)).sum(),
        }
    }
}

/// Rows have to be shared by as many neurons as this, on average, to be kept once.
const MIN_ALIKE: usize = 4;

/// The row lengths of every net of a mapping.
pub(crate) fn rows_of_nets(network: &Network, mapping: &Mapping) -> Result<Vec<Rows>, EnergyError> {
    let rows = |net: gennaker_mapping::RoutedNet| {
        let n_neurons = u64::from(mapping.slices[net.source as usize].n_neurons());
        row_len(&spans(mapping.targets(net))) as u64 * n_neurons
    };
    let bytes: u64 = mapping.nets.iter().map(|&net| rows(net)).sum();
    EnergyError::check_memory(
        "the table of row lengths",
        bytes,
        MAX_BYTES,
        "account for fewer neurons, or give slices fewer targets by placing more neurons on a PE",
    )?;
    let columns = columns(network, mapping)?;
    let sources: Vec<Vec<usize>> = sources(mapping);
    let of_net = |(index, net): (usize, &gennaker_mapping::RoutedNet)| {
        let n_neurons = mapping.slices[net.source as usize].n_neurons() as usize;
        let columns: Vec<&Rows> = mapping
            .targets(*net)
            .iter()
            .map(|&target| {
                let place = sources[target as usize].binary_search(&index);
                &columns[target as usize][place.expect("a net's targets list it among their sources")]
            })
            .collect();
        let (elements, row_len) = elements(mapping.targets(*net));
        alike(by_neuron(&columns, &elements, row_len, n_neurons), row_len)
    };
    Ok(mapping.nets.par_iter().enumerate().map(of_net).collect())
}

/// By slice: the nets that reach it, ascending.
fn sources(mapping: &Mapping) -> Vec<Vec<usize>> {
    let mut sources = vec![Vec::new(); mapping.slices.len()];
    for (index, &net) in mapping.nets.iter().enumerate() {
        mapping.targets(net).iter().for_each(|&target| sources[target as usize].push(index));
    }
    sources
}

/// By target slice, then by net that reaches it: row lengths of the net's neurons. Slices are counted in parallel, each from the
/// synapses onto its own neurons.
fn columns(network: &Network, mapping: &Mapping) -> Result<Vec<Vec<Rows>>, EnergyError> {
    let sources = sources(mapping);
    let mut all: Vec<Vec<Rows>> = Vec::with_capacity(mapping.slices.len());
    for post in 0..network.populations.len() {
        let range = mapping.slices_of(post);
        let ends: Vec<u32> = mapping.slices[range.clone()].iter().map(|slice| slice.hi).collect();
        let inputs: Vec<Input<'_>> = (0..network.projections.len())
            .filter(|&p| network.projections[p].post == post)
            .map(|p| Input::new(network, mapping, p, &ends))
            .collect();
        let first = range.start;
        let of_slice = |tally: &mut Vec<Vec<u32>>, index: usize| {
            let slice = &mapping.slices[index];
            let own = mapping.neurons(slice);
            let count = |input: &Input<'_>| input.count(&own, index - first, &mut tally[input.pre]);
            let n_drawn = inputs.iter().map(count).sum();
            let columns: Vec<Rows> = sources[index].iter().map(|&net| column(mapping, net, tally)).collect();
            inputs.iter().for_each(|input| tally[input.pre].fill(0));
            check_drawn(network, slice, n_drawn, &columns).map(|()| columns)
        };
        let tallies = || network.populations.iter().map(|p| vec![0u32; p.size as usize]).collect::<Vec<_>>();
        let columns: Vec<Result<Vec<Rows>, EnergyError>> =
            range.into_par_iter().map_init(tallies, of_slice).collect();
        for columns in columns {
            all.push(columns?);
        }
    }
    Ok(all)
}

/// Refuses a mapping that was made for other synapses: of another rule, another seed, or with projections more or less. Accounts
/// of it would look like any other.
fn check_drawn(network: &Network, slice: &Slice, n_drawn: u64, columns: &[Rows]) -> Result<(), EnergyError> {
    let n_mapped: u64 = slice.inputs.iter().map(|block| u64::from(block.n_synapses)).sum();
    let n_reached: u64 = columns.iter().map(Rows::n_synapses).sum();
    if n_drawn == n_mapped && n_drawn == n_reached {
        return Ok(());
    }
    let Slice { lo, hi, population, .. } = slice;
    let name = &network.populations[*population as usize].name;
    let problem = format!(
        "neurons {lo} to {} of population `{name}` have {n_drawn} synapses, the mapping has {n_mapped} of them and leads packets \
         to {n_reached}; was the network changed after it was mapped?",
        hi - 1
    );
    Err(EnergyError::Mismatch { what: "the network and the mapping", problem })
}

/// By target, its element in a row, and the elements of a row.
fn elements(targets: &[u32]) -> (Vec<usize>, usize) {
    let spans = spans(targets);
    let mut elements = Vec::with_capacity(targets.len());
    let mut start = 0;
    let mut targets = targets.iter().copied().peekable();
    for &(first, len) in &spans {
        while let Some(target) = targets.next_if(|&target| target < first + len) {
            elements.push(start + (target - first) as usize);
        }
        start += len as usize;
    }
    (elements, start)
}

/// The counts of one net's neurons.
fn column(mapping: &Mapping, net: usize, tally: &[Vec<u32>]) -> Rows {
    let source = &mapping.slices[mapping.nets[net].source as usize];
    narrowed(&tally[source.population as usize][source.lo as usize..source.hi as usize])
}

fn narrowed(counts: &[u32]) -> Rows {
    let narrow: Result<Vec<u8>, _> = counts.iter().map(|&n| u8::try_from(n)).collect();
    narrow.map_or_else(|_| Rows::Wide(counts.to_vec()), Rows::Narrow)
}

/// Columns by target, turned to rows by neuron.
fn by_neuron(columns: &[&Rows], elements: &[usize], n_targets: usize, n_neurons: usize) -> Rows {
    if columns.iter().all(|column| matches!(column, Rows::Narrow(_))) {
        let mut rows = vec![0u8; n_neurons * n_targets];
        for (&at, column) in elements.iter().zip(columns) {
            let Rows::Narrow(column) = column else { continue };
            column.iter().enumerate().for_each(|(neuron, &n)| rows[neuron * n_targets + at] = n);
        }
        return Rows::Narrow(rows);
    }
    let mut rows = vec![0u32; n_neurons * n_targets];
    for (&at, column) in elements.iter().zip(columns) {
        for neuron in 0..n_neurons {
            rows[neuron * n_targets + at] = match column {
                Rows::Narrow(column) => u32::from(column[neuron]),
                Rows::Wide(column) | Rows::Alike(_, column) => column[neuron],
            };
        }
    }
    Rows::Wide(rows)
}

/// Keeps rows that many consecutive neurons have only once.
fn alike(rows: Rows, row_len: usize) -> Rows {
    let shared = match &rows {
        Rows::Narrow(rows) => kept_once(rows, row_len),
        Rows::Wide(rows) => kept_once(rows, row_len),
        Rows::Alike(..) => None,
    };
    shared.map_or(rows, |(ends, rows)| Rows::Alike(ends, rows))
}

fn kept_once<T: Copy + PartialEq + Into<u32>>(rows: &[T], row_len: usize) -> Option<(Vec<u32>, Vec<u32>)> {
    let n_neurons = rows.len() / row_len.max(1);
    let (mut ends, mut kept): (Vec<u32>, Vec<u32>) = (Vec::new(), Vec::new());
    let mut last: &[T] = &[];
    for (row, neuron) in rows.chunks_exact(row_len.max(1)).zip(1u32..) {
        if ends.is_empty() || row != last {
            if (ends.len() + 1) * MIN_ALIKE > n_neurons {
                return None;
            }
            ends.push(neuron);
            kept.extend(row.iter().map(|&n| n.into()));
            last = row;
        }
        *ends.last_mut()? = neuron;
    }
    Some((ends, kept))
}

/// A projection whose synapses onto a slice can be counted by sender.
struct Input<'a> {
    pre: usize,
    /// How senders are numbered in their slices.
    senders: AtomOrder,
    drawing: Drawing<'a>,
}

enum Drawing<'a> {
    /// Drawn slice by slice.
    PerTarget(Drawer<'a>),
    /// Drawn from first to last, once: the senders by target slice.
    Whole(Vec<Vec<u32>>),
}

impl<'a> Input<'a> {
    /// `ends` has the end of each slice of the target population.
    fn new(network: &'a Network, mapping: &Mapping, projection: usize, ends: &[u32]) -> Self {
        let p = &network.projections[projection];
        let drawer = Drawer::new(network, projection);
        if p.connector.is_drawn_per_target() {
            return Self { pre: p.pre, senders: mapping.order(p.pre), drawing: Drawing::PerTarget(drawer) };
        }
        let order = mapping.order(p.post);
        let mut senders = vec![Vec::new(); ends.len()];
        drawer.for_each_pair(0..u32::MAX, |pre, post| {
            let atom = order.atom_of(post);
            senders[ends.partition_point(|&end| end <= atom)].push(pre)
        });
        Self { pre: p.pre, senders: mapping.order(p.pre), drawing: Drawing::Whole(senders) }
    }

    /// Counts the synapses onto runs of neurons, those of one slice, by sender's atom; returns how many there are.
    fn count(&self, neurons: &[std::ops::Range<u32>], slice: usize, tally: &mut [u32]) -> u64 {
        let mut n = 0;
        let mut add = |pre: u32| {
            tally[self.senders.atom_of(pre) as usize] += 1;
            n += 1;
        };
        match &self.drawing {
            Drawing::PerTarget(drawer) => {
                neurons.iter().for_each(|run| drawer.for_each_pair(run.clone(), |pre, _| add(pre)));
            }
            Drawing::Whole(senders) => senders[slice].iter().for_each(|&pre| add(pre)),
        }
        n
    }
}
