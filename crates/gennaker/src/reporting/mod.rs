//! The report of a run: everything that is known of it, put into the page that people open.
//!
//! ```no_run
//! use gennaker::reporting::{ReportOptions, report_of_folder};
//! let report = report_of_folder("results/brunel".as_ref(), &ReportOptions::default())?;
//! std::fs::write("brunel.html", report.to_html())?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod activity;
mod figures;
mod folder;
mod machine;
mod network;
mod time;
mod warnings;
mod words;

use std::ops::Range;

use gennaker_energy::{Account, Trace};
use gennaker_engine::{Numeric, Recordings, RunReport};
use gennaker_report::page::{Live, Report};

use crate::account::is_recorded_whole;
use crate::experiment::{Experiment, Mapped};

pub use folder::{MAX_SYNAPSES_COUNTED, ReportOptions, report_of_folder, report_of_run};

/// What is known of a run. All but the first two may be missing; the page then leaves their parts out.
#[derive(Debug, Clone, Copy)]
pub struct Reported<'a> {
    /// The network as it was run.
    pub experiment: &'a Experiment,
    /// What was recorded in the ticks that are shown.
    pub recordings: &'a Recordings,
    /// The ticks that are shown.
    pub ticks: &'a Range<u32>,
    /// Ticks that were run.
    pub timesteps: u32,
    /// The engine's report.
    pub run: Option<&'a RunReport>,
    /// Where the network lay.
    pub mapped: Option<&'a Mapped>,
    /// What it took, and what was kept of it tick by tick.
    pub account: Option<(&'a Account, &'a Trace)>,
    /// Sentences about what went wrong on the machine, if it was followed.
    pub problems: &'a [String],
    /// Further sentences that the user should know: those kept with the results.
    pub notes: &'a [String],
    /// Why there is no account, if that has a reason.
    pub no_account: Option<&'a str>,
    /// The run, if it goes on.
    pub live: Option<Live>,
}

impl Reported<'_> {
    /// The page's data.
    #[must_use]
    pub fn report(&self) -> Report {
        let network = &self.experiment.file.network;
        let account = self.account.map(|(account, _)| account);
        let machine = self.mapped.map(|mapped| machine::map(network, mapped, account));
        Report {
            title: network.name.clone(),
            subtitle: self.subtitle(),
            generator: format!("gennaker {}", env!("CARGO_PKG_VERSION")),
            live: self.live,
            figures: figures::figures(self),
            warnings: warnings::warnings(self, machine.as_ref()),
            network: network::graph(self),
            machine,
            activity: activity::activity(self),
            time: self.account.and_then(|(account, trace)| time::time_use(account, trace)),
            energy: account.map(time::energy_use),
        }
    }

    fn subtitle(&self) -> String {
        let settings = &self.experiment.file.settings;
        let machine = self.mapped.map_or("not laid on a machine", |mapped| mapped.mapping.machine.as_str());
        let arithmetic =
            if settings.numeric == Numeric::Chip { "the chip's arithmetic" } else { "double precision" };
        format!("{machine}, {arithmetic}, seed {}", self.experiment.file.network.seed)
    }

    /// All spikes of a population, recorded or not; nothing if only some are known.
    fn n_spikes(&self, population: usize) -> Option<u64> {
        if let Some(run) = self.run {
            return run.spikes_per_population.get(population).copied();
        }
        let spikes = self.recordings.populations.get(population)?.spikes.as_ref()?;
        let described = self.experiment.file.network.populations.get(population)?;
        let is_whole = self.ticks.len() == self.timesteps as usize;
        (is_whole && is_recorded_whole(described, self.timesteps)).then_some(spikes.ticks.len() as u64)
    }

    /// Seconds that were simulated.
    fn seconds(&self) -> f64 {
        f64::from(self.timesteps) * self.experiment.file.settings.tick_ms / 1000.0
    }
}
