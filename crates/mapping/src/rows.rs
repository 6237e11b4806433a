//! How the synapse rows of one source population lie in a PE, and which of three layouts is smallest.

use serde::{Deserialize, Serialize};

use crate::budget::ROW_POINTER_BYTES;

/// Most rows in one record: pointers of listed rows name a row in 16 bits.
pub(crate) const MAX_ROWS: u32 = 1 << 16;

/// How a row is found, given the number of its source neuron.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowLayout {
    /// All rows as long as the longest, filled up with words of weight 0.
    Fixed {
        /// Words of every row.
        row_words: u32,
    },
    /// One pointer per source neuron: where its row starts and how long it is.
    Pointers,
    /// A sorted list that names only the source neurons with a row, with an end mark; for sparse, wide input.
    /// Not known from published software, which keeps such rows in DRAM.
    Listed,
    /// No rows: targets and weights follow from the sender's place in the image and the kernels, which all senders share.
    Kernels,
}

/// The rows from one run of source slices to one target slice, counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct RowCount {
    /// Source neurons, with or without a row.
    pub(crate) rows: u64,
    /// Source neurons with at least one synapse.
    pub(crate) filled_rows: u64,
    /// Synapses.
    pub(crate) synapses: u64,
    /// Synapses of the longest row.
    pub(crate) longest: u64,
}

/// Memory of a set of rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct RowBytes {
    pub(crate) pointers: u64,
    pub(crate) words: u64,
}

impl RowBytes {
    pub(crate) fn total(self) -> u64 {
        self.pointers + self.words
    }
}

impl std::ops::AddAssign for RowBytes {
    fn add_assign(&mut self, other: Self) {
        self.pointers += other.pointers;
        self.words += other.words;
    }
}

impl RowCount {
    /// The memory that a layout takes with synapses of `word_bytes` bytes.
    pub(crate) fn bytes(self, layout: RowLayout, word_bytes: u32) -> RowBytes {
        let pointer = u64::from(ROW_POINTER_BYTES);
        let (n_pointers, n_words) = match layout {
            RowLayout::Fixed { row_words } => (0, self.rows * u64::from(row_words)),
            RowLayout::Pointers => (self.rows, self.synapses),
            RowLayout::Listed => (self.filled_rows + 1, self.synapses),
            RowLayout::Kernels => (0, 0),
        };
        RowBytes { pointers: pointer * n_pointers, words: u64::from(word_bytes) * n_words }
    }

    /// The smallest layout; of equals the one that is quickest to search.
    pub(crate) fn smallest(self, word_bytes: u32) -> (RowLayout, RowBytes) {
        let fixed = RowLayout::Fixed { row_words: self.longest as u32 };
        [fixed, RowLayout::Pointers, RowLayout::Listed]
            .map(|layout| (layout, self.bytes(layout, word_bytes)))
            .into_iter()
            .min_by_key(|(_, bytes)| bytes.total())
            .unwrap_or((fixed, RowBytes::default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(rows: u64, filled_rows: u64, synapses: u64, longest: u64) -> RowLayout {
        RowCount { rows, filled_rows, synapses, longest }.smallest(2).0
    }

    #[test]
    fn each_layout_wins_where_it_should() {
        assert_eq!(chosen(100, 100, 2_500, 25), RowLayout::Fixed { row_words: 25 });
        assert_eq!(chosen(100, 100, 2_500, 60), RowLayout::Pointers);
        assert_eq!(chosen(10_000, 100, 2_500, 60), RowLayout::Listed);
    }
}
