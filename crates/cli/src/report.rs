//! `gennaker report`.

use std::process::ExitCode;

use gennaker::formats::{REPORT_FILE, write_atomically};
use gennaker::reporting::{ReportOptions, report_of_folder};

use crate::account::given;
use crate::args::Report;
use crate::error::CliError;
use crate::output::say;

/// Makes the page of a result folder.
pub(crate) fn report(command: &Report) -> Result<ExitCode, CliError> {
    let ticks = match (command.from, command.to) {
        (None, None) => None,
        (from, to) => Some(from.unwrap_or(0)..to.unwrap_or(u32::MAX)),
    };
    let options = ReportOptions { ticks, account: given(&command.assumptions)?.into_iter().collect() };
    let page = report_of_folder(&command.results, &options)?;
    let path = command.out.clone().unwrap_or_else(|| command.results.join(REPORT_FILE));
    write_atomically(&path, page.to_html().as_bytes())?;
    say(&path.display().to_string())?;
    Ok(ExitCode::SUCCESS)
}
