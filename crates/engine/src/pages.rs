//! Large arrays on large pages, where the system has them: rows are read here and there all over the memory, and with pages of
//! 4 KiB every row would also cost a walk through the page table.

use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

use bytemuck::Pod;
use memmap2::MmapMut;

/// Smaller arrays are left to the allocator.
const LARGE_BYTES: usize = 4 << 20;

/// An array of fixed length, zero at first.
pub(crate) enum Pages<T> {
    /// From the allocator.
    Small(Vec<T>),
    /// Memory of its own, with the wish for large pages; a whole number of elements fits from its start on.
    Large { memory: MmapMut, element: PhantomData<T> },
}

impl<T: Pod> Pages<T> {
    /// `n` zeros.
    pub(crate) fn zeros(n: usize) -> Self {
        let n_bytes = n * size_of::<T>();
        if n_bytes < LARGE_BYTES {
            return Self::Small(vec![T::zeroed(); n]);
        }
        match MmapMut::map_anon(n_bytes) {
            Ok(memory) => {
                // A wish: nothing but time depends on whether it is granted.
                #[cfg(target_os = "linux")]
                let _ = memory.advise(memmap2::Advice::HugePage);
                Self::Large { memory, element: PhantomData }
            }
            Err(_) => Self::Small(vec![T::zeroed(); n]),
        }
    }
}

impl<T: Pod> Deref for Pages<T> {
    type Target = [T];
    #[inline]
    fn deref(&self) -> &[T] {
        match self {
            Self::Small(values) => values,
            Self::Large { memory, .. } => bytemuck::cast_slice(memory),
        }
    }
}

impl<T: Pod> DerefMut for Pages<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [T] {
        match self {
            Self::Small(values) => values,
            Self::Large { memory, .. } => bytemuck::cast_slice_mut(memory),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_of_any_size_are_zero_and_keep_what_is_written() {
        for n in [0, 1, 1000, LARGE_BYTES / 4 - 1, LARGE_BYTES / 4, LARGE_BYTES + 7] {
            let mut pages = Pages::<u32>::zeros(n);
            assert!(pages.len() == n && pages.iter().all(|&x| x == 0));
            pages.iter_mut().zip(0..).for_each(|(x, i)| *x = i);
            assert!(pages.iter().zip(0..).all(|(&x, i)| x == i));
        }
    }
}
