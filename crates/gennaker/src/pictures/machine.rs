//! Pictures of where a network lies and of what it takes, from the parts of its report.

use gennaker_report::page::{Report, Section};
use gennaker_report::{EnergyPicture, MachinePicture, Picture, ReportError};

/// What colours show if nobody says.
pub const DEFAULT_METRIC: &str = "memory";
/// Metrics that come from a model of time and energy; the others are counted.
const MODELLED: [&str; 5] = ["time", "busy", "late", "energy", "router_load"];

/// The machine with what lies on it, in the colours of one metric.
///
/// # Errors
/// [`ReportError::Missing`] for a run that was not mapped, [`ReportError::Metric`] for a metric that it has not, which may be for lack
/// of an account.
pub fn machine(report: &Report, metric: &str) -> Result<Picture, ReportError> {
    let Some(map) = &report.machine else {
        let why = "the run was not laid on a machine; run without --no-map".to_owned();
        return Err(ReportError::Missing { what: "the machine", why });
    };
    let populations: Vec<&str> = report.network.populations.iter().map(|p| p.name.as_str()).collect();
    let note = if MODELLED.contains(&metric) { "modelled" } else { "" };
    let picture = MachinePicture { title: &report.title, map, metric, populations: &populations, note };
    picture.draw().map_err(|error| match error {
        ReportError::Metric { key, known } if report.energy.is_none() => {
            ReportError::Metric { key, known: format!("{known} ({})", no_account(report)) }
        }
        other => other,
    })
}

/// Where the energy goes, part by part.
///
/// # Errors
/// [`ReportError::Missing`] without an account of energy, and why there is none.
pub fn energy(report: &Report) -> Result<Picture, ReportError> {
    match &report.energy {
        Some(energy) => EnergyPicture { title: &report.title, energy }.draw(),
        None => Err(ReportError::Missing { what: "energy", why: no_account(report).to_owned() }),
    }
}

/// Why a report has no account: without one, it alone is said of time.
fn no_account(report: &Report) -> &str {
    let reason = report.warnings.iter().find(|warning| warning.section == Section::Time);
    reason.map_or("no account of time and energy", |warning| &warning.text)
}
