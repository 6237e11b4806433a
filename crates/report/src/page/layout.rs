//! Where populations stand in a drawing of the network: sources on the left, every projection one step to the right where that is possible.

/// Rounds in which each column is put in the order of its neighbours.
const ROUNDS: usize = 8;
/// How many times wider than another a column is that has become a ring.
const RING_WIDTH: f64 = 2.5;

/// Places from 0 to 1 for `n` populations, `[x, y]`, given their projections as `(pre, post)`. `is_source` tells which only send.
#[must_use]
pub fn places(is_source: &[bool], projections: &[(u32, u32)]) -> Vec<[f64; 2]> {
    let columns = columns(is_source, projections);
    let n_columns = columns.iter().max().map_or(0, |&last| last + 1);
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); n_columns];
    columns.iter().enumerate().for_each(|(node, &column)| members[column].push(node));
    let mut places = vec![[0.0; 2]; is_source.len()];
    for members in &members {
        members.iter().enumerate().for_each(|(row, &node)| places[node][1] = centre(row, members.len()));
    }
    for _ in 0..ROUNDS {
        for column in &mut members {
            order(column, &mut places, projections);
        }
    }
    let widths: Vec<f64> = members
        .iter()
        .map(|members| if is_tangled(members, projections) { RING_WIDTH } else { 1.0 })
        .collect();
    let all: f64 = widths.iter().sum();
    let mut left = 0.0;
    for (members, width) in members.iter().zip(&widths) {
        let middle = (left + width / 2.0) / all;
        if *width > 1.0 {
            bend(members, &mut places, middle, 0.4 * width / all);
        } else {
            members.iter().for_each(|&node| places[node][0] = middle);
        }
        left += width;
    }
    places
}

/// Whether so many projections run up and down a column that they would hide each other.
fn is_tangled(members: &[usize], projections: &[(u32, u32)]) -> bool {
    let within = |&&(pre, post): &&(u32, u32)| {
        pre != post && members.contains(&(pre as usize)) && members.contains(&(post as usize))
    };
    members.len() > 2 && projections.iter().filter(within).count() >= members.len()
}

/// Puts a column on an ellipse, where every pair sees each other.
#[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
fn bend(members: &[usize], places: &mut [[f64; 2]], middle: f64, across: f64) {
    let step = std::f64::consts::TAU / members.len() as f64;
    for (i, &node) in members.iter().enumerate() {
        // From the top down both sides by turns, so that the order stays; tilted, so that no two are at the same height.
        let side = if i % 2 == 1 { -1.0 } else { 1.0 };
        let angle = side * step * i.div_ceil(2) as f64 + 0.2 * step;
        places[node] = [middle + across * angle.sin(), 0.5 - 0.45 * angle.cos()];
    }
}

/// Middle of the `i`-th of `n` equal parts.
#[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
fn centre(i: usize, n: usize) -> f64 {
    (i as f64 + 0.5) / n as f64
}

/// Steps from the sources; whatever no source reaches is taken as one, in order.
fn columns(is_source: &[bool], projections: &[(u32, u32)]) -> Vec<usize> {
    let n = is_source.len();
    let mut targets: Vec<Vec<usize>> = vec![Vec::new(); n];
    for &(pre, post) in projections {
        targets[pre as usize].push(post as usize);
    }
    let mut columns: Vec<Option<usize>> = is_source.iter().map(|&is| is.then_some(0)).collect();
    let mut front: Vec<usize> = (0..n).filter(|&node| is_source[node]).collect();
    let mut next_start = 0;
    loop {
        while !front.is_empty() {
            let mut next = Vec::new();
            for node in front {
                let column = columns[node].unwrap_or(0);
                for &target in &targets[node] {
                    if columns[target].is_none() {
                        columns[target] = Some(column + 1);
                        next.push(target);
                    }
                }
            }
            front = next;
        }
        let Some(start) = (next_start..n).find(|&node| columns[node].is_none()) else { break };
        next_start = start;
        columns[start] = Some(0);
        front = vec![start];
    }
    columns.into_iter().map(Option::unwrap_or_default).collect()
}

/// Puts a column in the order of the mean height of its neighbours.
#[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
fn order(column: &mut [usize], places: &mut [[f64; 2]], projections: &[(u32, u32)]) {
    let mut sums = vec![(0.0, 0usize); places.len()];
    for &(pre, post) in projections {
        let (pre, post) = (pre as usize, post as usize);
        if pre != post {
            sums[pre] = (sums[pre].0 + places[post][1], sums[pre].1 + 1);
            sums[post] = (sums[post].0 + places[pre][1], sums[post].1 + 1);
        }
    }
    let height =
        |node: usize| if sums[node].1 == 0 { places[node][1] } else { sums[node].0 / sums[node].1 as f64 };
    column.sort_by(|&a, &b| height(a).total_cmp(&height(b)).then(a.cmp(&b)));
    let n = column.len();
    column.iter().enumerate().for_each(|(row, &node)| places[node][1] = centre(row, n));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_chain_goes_to_the_right() {
        let places = places(&[true, false, false], &[(0, 1), (1, 2), (2, 1), (2, 2)]);
        assert!(places[0][0] < places[1][0] && places[1][0] < places[2][0]);
    }

    #[test]
    fn neighbours_stand_side_by_side() {
        let places = places(&[true, true, false, false], &[(0, 3), (1, 2)]);
        assert_eq!((places[0][1] < places[1][1]), (places[3][1] < places[2][1]));
    }

    #[test]
    fn a_tangle_is_a_ring() {
        let all: Vec<(u32, u32)> = (0..7).flat_map(|pre| (0..7).map(move |post| (pre, post))).collect();
        let places = places(&[true, false, false, false, false, false, false], &all);
        let x: Vec<f64> = places[1..].iter().map(|place| place[0]).collect();
        assert!(places[0][0] < 0.5 && x.iter().any(|&x| x < 0.7) && x.iter().any(|&x| x > 0.8), "{x:?}");
    }

    proptest! {
        #[test]
        fn everybody_has_a_place_of_his_own(
            is_source in prop::collection::vec(any::<bool>(), 0..40),
            edges in prop::collection::vec((0u32..40, 0u32..40), 0..80),
        ) {
            let n = is_source.len() as u32;
            let edges: Vec<_> = edges.into_iter().filter(|(a, b)| *a < n && *b < n).collect();
            let places = places(&is_source, &edges);
            prop_assert_eq!(places.len(), is_source.len());
            for (i, a) in places.iter().enumerate() {
                prop_assert!(a.iter().all(|x| (0.0..=1.0).contains(x)));
                prop_assert!(places[..i].iter().all(|b| a != b));
            }
        }
    }
}
