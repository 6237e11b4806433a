//! The progress bar of a run: on terminals only, and not for runs that are over in a moment.

use std::fmt::Write;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

/// A bar that stays hidden where standard error is not a terminal.
pub(crate) struct Progress {
    bar: ProgressBar,
    is_quiet: bool,
    next_look: Instant,
}

/// Time between two looks at the bar: more often would cost more than a short tick.
const INTERVAL: Duration = Duration::from_millis(100);
/// Runs that are over sooner show no bar.
const PATIENCE: Duration = Duration::from_millis(400);

impl Progress {
    /// A bar from `start` to `end` ticks.
    pub(crate) fn new(start: u32, end: u32, is_quiet: bool) -> Self {
        let progress = Self::with_template(
            "{bar:32} {human_pos} of {human_len} ticks, {rate} per second, {eta} left",
            end.into(),
            is_quiet,
        );
        progress.bar.set_position(start.into());
        progress.bar.reset_eta();
        progress
    }

    /// A bar for a search, with what it has found.
    pub(crate) fn of_search(is_quiet: bool) -> Self {
        Self::with_template("{bar:32} {percent} % of the ticks, {msg}, {eta} left", 0, is_quiet)
    }

    fn with_template(template: &str, end: u64, is_quiet: bool) -> Self {
        let bar = ProgressBar::with_draw_target(Some(end), ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template(template).expect("a valid template").with_key(
            "rate",
            |state: &ProgressState, text: &mut dyn Write| {
                // A bar that cannot be drawn is no reason to stop a run.
                let _ = write!(text, "{:.0}", state.per_sec());
            },
        );
        bar.set_style(style.progress_chars("█▓░"));
        Self { bar, is_quiet, next_look: Instant::now() + PATIENCE }
    }

    /// Tells how many ticks have been run.
    pub(crate) fn at(&mut self, tick: u32) {
        self.look(|bar| bar.set_position(tick.into()));
    }

    /// Tells how many ticks have been run, of how many, and what was found; asked for only when it is shown.
    pub(crate) fn at_found(&mut self, tick: u64, end: u64, found: impl FnOnce() -> String) {
        self.look(|bar| {
            bar.set_length(end);
            bar.set_position(tick);
            bar.set_message(found());
        });
    }

    /// Shows something if it is time to.
    fn look(&mut self, show: impl FnOnce(&ProgressBar)) {
        let now = Instant::now();
        if now >= self.next_look {
            if self.bar.is_hidden() && !self.is_quiet {
                self.bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(10));
            }
            show(&self.bar);
            self.next_look = now + INTERVAL;
        }
    }

    /// Removes the bar.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
