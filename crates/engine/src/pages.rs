//! Large arrays on large pages, where the system has them: rows are read here and there all over the memory, and with pages of
//! 4 KiB every row would also cost a walk through the page table.

/// Smaller arrays are left as they are.
const LARGE_BYTES: usize = 4 << 20;

/// `n` zeros (default values), with the wish for large pages.
pub(crate) fn zeros<T: Copy + Default>(n: usize) -> Vec<T> {
    let mut values = vec![T::default(); n];
    wish_for_large_pages(&mut values);
    values
}

/// Tells the system that an array would profit from large pages. Changes nothing but time.
#[cfg(target_os = "linux")]
fn wish_for_large_pages<T>(values: &mut [T]) {
    const PAGE: usize = 4096;
    let start = values.as_mut_ptr().addr().next_multiple_of(PAGE);
    let end = (values.as_ptr().addr() + size_of_val(values)) & !(PAGE - 1);
    if size_of_val(values) < LARGE_BYTES || start >= end {
        return;
    }
    // SAFETY: the range of whole pages lies inside the array, which is borrowed here; `MADV_HUGEPAGE` changes neither what the
    // memory holds nor who may access it, and a refusal is no error.
    unsafe {
        libc::madvise(values.as_mut_ptr().with_addr(start).cast(), end - start, libc::MADV_HUGEPAGE);
    }
}

#[cfg(not(target_os = "linux"))]
fn wish_for_large_pages<T>(_values: &mut [T]) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_of_any_size_are_zero_and_keep_what_is_written() {
        for n in [0, 1, 1000, LARGE_BYTES / 4 - 1, LARGE_BYTES / 4, LARGE_BYTES + 7] {
            let mut values: Vec<u32> = zeros(n);
            assert!(values.len() == n && values.iter().all(|&x| x == 0));
            values.iter_mut().zip(0..).for_each(|(x, i)| *x = i);
            assert!(values.iter().zip(0..).all(|(&x, i)| x == i));
        }
    }
}
