//! Couplings as weights of synapse words: exact, split over several synapses where that takes less memory than wider words.

use gennaker_network::{Model, SynapseWord};

use crate::Ising;

/// Both directions of every coupling, in parts that a synapse word holds.
pub(super) struct Weights {
    /// Sender, receiver, weight.
    pub(super) rows: Vec<(u32, u32, i32)>,
    /// Whether they need the wide word.
    pub(super) is_wide: bool,
}

impl Weights {
    /// In the word with which all synapses take the least memory; the narrow one if both take the same.
    pub(super) fn of(ising: &Ising) -> Self {
        let bytes = |word: SynapseWord| -> u64 {
            let parts = ising.couplings().map(|(_, _, w)| n_parts(w, word));
            parts.fold(0u64, u64::saturating_add).saturating_mul(word.bytes.into())
        };
        let [narrow, wide] = [Model::OnOff, Model::OnOffWide].map(word);
        let is_wide = bytes(wide) < bytes(narrow);
        let word = if is_wide { wide } else { narrow };
        let mut rows = Vec::new();
        for i in 0..ising.n() {
            let (columns, couplings) = ising.row(i);
            for (&j, &w) in columns.iter().zip(couplings) {
                rows.extend(parts(w, word).map(|part| (i as u32, j, part)));
            }
        }
        Self { rows, is_wide }
    }
}

fn word(model: Model) -> SynapseWord {
    model.descriptor().synapse_word.expect("spins take input")
}

fn n_parts(weight: i64, word: SynapseWord) -> u64 {
    weight.unsigned_abs().div_ceil(word.max_weight.unsigned_abs().into())
}

/// Numbers of a word that add up to the weight, all of its sign, all but the last as large as can be.
fn parts(weight: i64, word: SynapseWord) -> impl Iterator<Item = i32> {
    let limit = i64::from(word.max_weight);
    let mut left = weight;
    std::iter::from_fn(move || {
        let part = left.clamp(-limit, limit);
        left -= part;
        (part != 0).then_some(part as i32)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_add_up() {
        let word = word(Model::OnOff);
        for weight in [1i64, -1, 127, -127, 128, -254, 255, 100_000] {
            let parts: Vec<i32> = parts(weight, word).collect();
            assert_eq!(parts.iter().map(|&p| i64::from(p)).sum::<i64>(), weight);
            assert_eq!(parts.len() as u64, n_parts(weight, word));
            assert!(parts.iter().all(|p| (1..=127).contains(&p.abs())));
        }
    }

    #[test]
    fn a_few_wide_weights_are_split_and_many_are_not() {
        let of = |weights: &[i64]| {
            let ising = Ising::new(
                vec![0; weights.len() + 1],
                weights.iter().enumerate().map(|(i, &w)| (i, i + 1, w)),
            );
            Weights::of(&ising.unwrap())
        };
        let few = of(&[1, 2, 3, 300]);
        assert!(!few.is_wide);
        assert_eq!(few.rows.len(), 2 * (3 + 3));
        let many = of(&[1, 300, 300, 300]);
        assert!(many.is_wide);
        assert_eq!(many.rows.len(), 2 * 4);
    }
}
