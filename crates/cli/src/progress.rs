//! The progress bar of a run: on terminals only, and not for runs that are over in a moment.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar that stays hidden where standard error is not a terminal.
pub(crate) struct Progress {
    bar: ProgressBar,
    next_look: Instant,
}

/// Time between two looks at the bar: more often would cost more than a short tick.
const INTERVAL: Duration = Duration::from_millis(100);

impl Progress {
    /// A bar from `start` to `end` ticks.
    pub(crate) fn new(start: u32, end: u32, is_quiet: bool) -> Self {
        let bar = if is_quiet {
            ProgressBar::hidden()
        } else {
            ProgressBar::with_draw_target(Some(end.into()), ProgressDrawTarget::stderr_with_hz(10))
        };
        let template = "{bar:32} {human_pos} of {human_len} ticks, {per_sec}, {eta} left";
        bar.set_style(
            ProgressStyle::with_template(template).expect("a valid template").progress_chars("█▓░"),
        );
        bar.set_position(start.into());
        bar.reset_eta();
        Self { bar, next_look: Instant::now() + INTERVAL }
    }

    /// Tells how many ticks have been run.
    pub(crate) fn at(&mut self, tick: u32) {
        let now = Instant::now();
        if now >= self.next_look {
            self.bar.set_position(tick.into());
            self.next_look = now + INTERVAL;
        }
    }

    /// Removes the bar.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
