//! How many ticks spikes take from the inputs on, and the order of populations that follows.

use crate::report::Lowered;

/// A projection, as a hop between populations.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hop {
    pub(super) from: usize,
    pub(super) to: usize,
    /// One, and the shortest of its delays.
    pub(super) first: u32,
    /// One, and the longest of them.
    pub(super) last: u32,
}

/// For each of `n` populations the shortest way from an input, in ticks; 0 where none leads to.
pub(super) fn first(hops: &[Hop], inputs: &[usize], n: usize) -> Vec<u32> {
    let mut latencies: Vec<Option<u32>> = vec![None; n];
    inputs.iter().for_each(|&input| latencies[input] = Some(0));
    let mut has_changed = true;
    while has_changed {
        has_changed = false;
        for hop in hops {
            let Some(arrival) = latencies[hop.from].map(|sent| sent.saturating_add(hop.first)) else {
                continue;
            };
            if latencies[hop.to].is_none_or(|known| arrival < known) {
                latencies[hop.to] = Some(arrival);
                has_changed = true;
            }
        }
    }
    latencies.into_iter().map(Option::unwrap_or_default).collect()
}

/// The longest way from any input in ticks, where hops that lead back into a way that is being walked are left out: what takes part in
/// a loop has no last spike.
pub(super) fn last(hops: &[Hop], inputs: &[usize], n: usize) -> u32 {
    let mut after: Vec<Vec<Hop>> = vec![Vec::new(); n];
    hops.iter().for_each(|&hop| after[hop.from].push(hop));
    // Depth first, without recursion: graphs may be long. A population's ticks to the end are known when it is left.
    let mut to_end: Vec<Option<u32>> = vec![None; n];
    let mut is_open = vec![false; n];
    for &input in inputs {
        let mut way = vec![(input, 0)];
        while let Some((at, next)) = way.pop() {
            is_open[at] = true;
            if let Some(hop) = after[at].get(next) {
                way.push((at, next + 1));
                if to_end[hop.to].is_none() && !is_open[hop.to] {
                    way.push((hop.to, 0));
                }
                continue;
            }
            let ways = after[at].iter().filter_map(|hop| Some(to_end[hop.to]?.saturating_add(hop.last)));
            to_end[at] = Some(ways.max().unwrap_or(0));
            is_open[at] = false;
        }
    }
    inputs.iter().filter_map(|&input| to_end[input]).max().unwrap_or(0)
}

/// Puts populations in the order in which spikes reach them; those of equal latency stay in the order of their names.
pub(super) fn sort(lowered: &mut Lowered) {
    let mut order: Vec<usize> = (0..lowered.layers.len()).collect();
    order.sort_by_key(|&at| lowered.layers[at].latency_ticks);
    let mut place = vec![0; order.len()];
    for (new, &old) in order.iter().enumerate() {
        place[old] = new;
    }
    fn sorted<T: Clone>(order: &[usize], of: &[T]) -> Vec<T> {
        order.iter().map(|&old| of[old].clone()).collect()
    }
    lowered.network.populations = sorted(&order, &lowered.network.populations);
    lowered.layers = sorted(&order, &lowered.layers);
    lowered.v_scales = sorted(&order, &lowered.v_scales);
    for projection in &mut lowered.network.projections {
        (projection.pre, projection.post) = (place[projection.pre], place[projection.post]);
    }
    lowered.network.projections.sort_by_key(|projection| (projection.post, projection.pre));
    for port in lowered.inputs.iter_mut().chain(&mut lowered.outputs) {
        port.population = place[port.population];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hops(hops: &[(usize, usize, u32)]) -> Vec<Hop> {
        hops.iter().map(|&(from, to, last)| Hop { from, to, first: 1.max(last / 2), last }).collect()
    }

    #[test]
    fn a_detour_is_late_and_a_shortcut_early() {
        let hops = hops(&[(0, 1, 1), (1, 2, 4), (0, 2, 8), (2, 3, 1)]);
        assert_eq!(first(&hops, &[0], 5), [0, 1, 3, 4, 0]);
        assert_eq!(last(&hops, &[0], 5), 9);
    }

    #[test]
    fn loops_end() {
        let hops = hops(&[(0, 1, 1), (1, 1, 1), (1, 2, 1), (2, 1, 9), (2, 3, u32::MAX)]);
        assert_eq!(first(&hops, &[0], 4), [0, 1, 2, 2 + u32::MAX / 2]);
        assert_eq!(last(&hops, &[0], 4), u32::MAX);
        assert_eq!(last(&hops[..4], &[0], 4), 2);
    }
}
