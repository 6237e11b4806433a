//! Threads for the parts of the core that bring none of their own.

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use rayon::ThreadPoolBuilder;

/// Works with threads that are started for it. Those that a library starts once are gone in the child of a fork, which is
/// how `multiprocessing` makes its workers, and whoever waits for them waits for ever. Costs some 0.1 ms.
pub(crate) fn with_threads<R: Send>(work: impl FnOnce() -> R + Send) -> PyResult<R> {
    let pool = ThreadPoolBuilder::new().build();
    let pool = pool.map_err(|error| PyRuntimeError::new_err(format!("cannot start threads: {error}")))?;
    Ok(pool.install(work))
}
