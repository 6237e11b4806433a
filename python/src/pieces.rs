//! Runs that write what they record while they go on.

use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant};

use gennaker::engine::Simulation;
use gennaker::formats::{NetworkFile, ResultWriter, Results, check_result_path};
use gennaker::{
    Counter, MAX_WRITTEN_PES, Mapped, Peaks, explain_silence, run_in_pieces, write_with_pictures,
};
use pyo3::prelude::*;

use crate::error::value_error;

/// Longest stretch of running between two looks at signals such as Ctrl-C.
pub(crate) const LOOK_EVERY: Duration = Duration::from_millis(100);

/// A run into a folder.
pub(crate) struct PiecewiseRun<'a> {
    pub(crate) engine: &'a mut Simulation,
    pub(crate) peaks: &'a mut Peaks,
    pub(crate) folder: &'a Path,
    pub(crate) file: NetworkFile,
    /// Where the network lies, if it was laid on a machine.
    pub(crate) mapped: Option<&'a Mapped>,
    /// What listens to the run.
    pub(crate) counter: Option<&'a mut Counter>,
    /// Bytes of recordings that stay in memory.
    pub(crate) limit_bytes: u64,
}

impl PiecewiseRun<'_> {
    /// Runs `ticks` ticks. The folder is written if recordings went beyond the limit or if it is `wanted` anyway; returns
    /// whether it was, and whether something such as Ctrl-C stopped the run: what was recorded until then is treated alike.
    pub(crate) fn run(mut self, py: Python<'_>, ticks: u32, wanted: bool) -> PyResult<(bool, PyResult<()>)> {
        if wanted {
            check_result_path(self.folder).map_err(value_error)?;
        }
        let mut writer = ResultWriter::new(self.folder);
        let end = self.engine.tick().saturating_add(ticks);
        let mut stopped = Ok(());
        while self.engine.tick() < end && stopped.is_ok() {
            py.detach(|| self.run_for_a_while(end, &mut writer)).map_err(value_error)?;
            stopped = py.check_signals();
        }
        let is_written = wanted || writer.has_pieces();
        if is_written {
            py.detach(|| self.write(writer, end)).map_err(value_error)?;
        }
        Ok((is_written, stopped))
    }

    fn run_for_a_while(&mut self, end: u32, writer: &mut ResultWriter) -> Result<u32, gennaker::Error> {
        let start = Instant::now();
        let each = &mut |_| {
            if start.elapsed() < LOOK_EVERY { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        let left = end - self.engine.tick();
        let observe = &mut |tick, spikes: &[Vec<u32>]| {
            if let Some(counter) = &mut self.counter {
                counter.observe(tick, spikes);
            }
        };
        run_in_pieces(self.engine, left, self.limit_bytes, observe, each, &mut |piece| {
            self.peaks.add(&piece);
            Ok(writer.append(&piece)?)
        })
    }

    fn write(&mut self, writer: ResultWriter, end: u32) -> Result<(), gennaker::Error> {
        let recordings = self.engine.take_recordings();
        self.peaks.add(&recordings);
        let mut report = self.engine.report();
        let highest_v = |population| self.peaks.highest_v(population);
        explain_silence(&mut report, self.engine.network(), &highest_v);
        let mapping = self.mapped.map(|mapped| &mapped.mapping);
        let written = mapping.filter(|mapping| mapping.stats.n_pes <= MAX_WRITTEN_PES);
        let results = Results {
            file: &self.file,
            recordings: &recordings,
            machine: mapping.map_or_else(String::new, |mapping| mapping.machine.clone()),
            interrupted: self.engine.tick() < end,
            notes: report.notes.clone(),
            report: serde_json::to_value(&report).expect("plain data"),
            mapping: written.map(|mapping| serde_json::to_value(mapping).expect("plain data")),
            extra_files: Vec::new(),
        };
        write_with_pictures(writer, &results).map(|_| ())
    }
}
