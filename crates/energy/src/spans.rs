//! Sorted numbers as stretches.

/// Consecutive numbers as first and length.
pub(crate) fn runs(sorted: &[u32]) -> Vec<(u32, u32)> {
    sorted.chunk_by(|a, b| a + 1 == *b).map(|run| (run[0], run.len() as u32)).collect()
}

/// Gaps up to this many slices are closed: adding zeros to them costs less than a loop more.
const MAX_GAP: u32 = 32;

/// Sorted numbers as first and length of stretches without large gaps.
pub(crate) fn spans(sorted: &[u32]) -> Vec<(u32, u32)> {
    let stretches = sorted.chunk_by(|a, b| b - a <= MAX_GAP);
    stretches.map(|stretch| (stretch[0], stretch[stretch.len() - 1] - stretch[0] + 1)).collect()
}

/// Elements of a row over these stretches.
pub(crate) fn row_len(spans: &[(u32, u32)]) -> usize {
    spans.iter().map(|&(_, len)| len as usize).sum()
}
