//! Ctrl-C: the first ends the run cleanly, the second at once.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::CliError;

/// Exit code of a run that was ended by Ctrl-C, as shells expect it.
pub(crate) const EXIT_CODE: u8 = 130;

static REQUESTED: AtomicBool = AtomicBool::new(false);

/// From now on Ctrl-C is noticed instead of ending the program. Called once.
pub(crate) fn watch() -> Result<(), CliError> {
    Ok(ctrlc::set_handler(|| {
        if REQUESTED.swap(true, Ordering::Relaxed) {
            std::process::exit(EXIT_CODE.into());
        }
    })?)
}

/// Whether Ctrl-C was pressed.
pub(crate) fn requested() -> bool {
    REQUESTED.load(Ordering::Relaxed)
}
