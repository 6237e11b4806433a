//! HDF5 through `hdf5-pure`, which is not trusted: every read goes through a meter, every size is checked before it is
//! asked for, and all of it runs on a thread of its own, so that a panic ends the thread and not the caller.

mod attributes;
mod load;
mod meter;
mod numbers;
mod save;

use std::thread;

use crate::container::{Container, Parts, Tree};
use crate::error::NirError;
use crate::limits::Limits;

/// Stack of the thread that reads. The library walks datatypes within datatypes by recursion; a header message has room for
/// about 8,000 of them, which overflow a thread's usual 2 MiB, and fit into 8 MiB (measured with optimisation). Memory is used
/// only as far as the walk gets.
const STACK_BYTES: usize = 32 << 20;

/// HDF5 files.
pub(crate) struct Hdf5;

impl Container for Hdf5 {
    fn load(&self, bytes: Vec<u8>, limits: &Limits, parts: Parts) -> Result<Tree, NirError> {
        let limits = limits.clone();
        guarded(move || load::load(bytes, &limits, parts))
    }

    fn save(&self, tree: &Tree) -> Result<Vec<u8>, NirError> {
        save::save(tree)
    }
}

/// Runs `work` on a thread of its own. Its panic becomes an error; the process's panic hook still sees it.
fn guarded<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, NirError> + Send + 'static,
) -> Result<T, NirError> {
    let stopped = |reason: String| NirError::LibraryStopped { reason };
    let builder = thread::Builder::new().name("nir reader".to_owned()).stack_size(STACK_BYTES);
    let handle = builder
        .spawn(|| std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)))
        .map_err(|error| stopped(format!("no thread to run it on: {error}")))?;
    match handle.join() {
        Ok(Ok(result)) => result,
        Ok(Err(panic)) | Err(panic) => Err(stopped(message(panic.as_ref()))),
    }
}

fn message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "it panicked".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_error_with_its_words() {
        let found = guarded::<()>(|| panic!("three {}", "words"));
        assert!(matches!(found, Err(NirError::LibraryStopped { reason }) if reason == "three words"));
    }
}
