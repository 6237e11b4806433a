//! A file in memory that counts what is fetched from it, and ends the reading of structures that lead back to themselves.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use hdf5_pure::{FormatError, Source};

/// What one fetch counts for besides its bytes: many small ones cost time, too.
const FETCH_BYTES: u64 = 64;
/// What small files may fetch in any case, bytes.
const FLOOR_BYTES: u64 = 1 << 20;

/// The file, with a budget.
pub(super) struct Metered {
    bytes: Arc<Vec<u8>>,
    budget: Arc<Budget>,
}

/// What may be fetched, and what has been.
pub(super) struct Budget {
    allowed: u64,
    spent: AtomicU64,
}

impl Metered {
    pub(super) fn new(bytes: Arc<Vec<u8>>, fetches_per_byte: u64) -> Self {
        let allowed = (bytes.len() as u64).saturating_mul(fetches_per_byte).max(FLOOR_BYTES);
        Self { bytes, budget: Arc::new(Budget { allowed, spent: AtomicU64::new(0) }) }
    }

    pub(super) fn budget(&self) -> Arc<Budget> {
        Arc::clone(&self.budget)
    }
}

impl Budget {
    /// What is allowed and what was spent, if it was more.
    pub(super) fn overrun(&self) -> Option<(u64, u64)> {
        let spent = self.spent.load(Ordering::Relaxed);
        (spent > self.allowed).then_some((self.allowed, spent))
    }

    fn spend(&self, bytes: u64) -> Result<(), FormatError> {
        let cost = bytes.saturating_add(FETCH_BYTES);
        let spent = self.spent.fetch_add(cost, Ordering::Relaxed).saturating_add(cost);
        if spent > self.allowed {
            return Err(FormatError::Source("read again and again".to_owned()));
        }
        Ok(())
    }
}

impl Source for Metered {
    fn len(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), FormatError> {
        self.budget.spend(buffer.len() as u64)?;
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        let found = start.checked_add(buffer.len()).and_then(|end| self.bytes.get(start..end));
        let available = self.bytes.len();
        let found = found
            .ok_or(FormatError::UnexpectedEof { expected: start.saturating_add(buffer.len()), available })?;
        buffer.copy_from_slice(found);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budget_ends_reading_in_circles() {
        let source = Metered::new(Arc::new(vec![0; 100]), 1);
        let mut buffer = [0; 100];
        let fetches = (0..1_000_000).take_while(|_| source.read_at(0, &mut buffer).is_ok()).count();
        assert_eq!(fetches as u64, FLOOR_BYTES / (100 + FETCH_BYTES));
        assert!(source.budget().overrun().is_some());
    }

    #[test]
    fn reading_past_the_end_is_an_error() {
        let source = Metered::new(Arc::new(vec![1, 2, 3]), 1);
        let mut buffer = [0; 2];
        assert!(source.read_at(1, &mut buffer).is_ok() && buffer == [2, 3]);
        assert!(source.read_at(2, &mut buffer).is_err());
        assert!(source.read_at(u64::MAX, &mut buffer).is_err());
    }
}
