//! Result folders with pictures.

use std::ops::Range;

use gennaker_engine::Recordings;
use gennaker_formats::{NetworkFile, ResultWriter, Results, RunInfo, SideFile};
use gennaker_report::{Picture, ReportError};

use crate::error::Error;
use crate::pictures::{self, Variables, View};

/// Pixels of a PNG for each of the picture's: sharp in print.
pub const PNG_SCALE: f64 = 2.0;
/// Most bytes of recordings that are read for pictures of which nobody said which ticks they should show: 128 MiB.
pub const PICTURE_BYTES: u64 = 128 << 20;

/// `mapping.json` is left out beyond this many PEs: it would dwarf the results.
pub const MAX_WRITTEN_PES: u32 = 5_000;

/// Completes a result folder with every picture that the recordings allow, as SVG and PNG, and puts it in its place. Of
/// recordings that were written in pieces the pictures show as many of the first ticks as [`PICTURE_BYTES`] allow; a note
/// says so.
///
/// # Errors
/// [`Error::Format`] as [`gennaker_formats::write_results`], or [`Error::Report`]; no folder appears then.
pub fn write_with_pictures(writer: ResultWriter, results: &Results<'_>) -> Result<RunInfo, Error> {
    let is_in_memory = !writer.has_pieces();
    let ticks = 0..results.recordings.timesteps;
    let mut finished = writer.finish(results)?;
    if is_in_memory {
        finished.add(&all_pictures(results.file, results.recordings, ticks)?)?;
        return Ok(finished.publish()?);
    }
    let shown = finished.folder().stretch_within(ticks.clone(), PICTURE_BYTES)?;
    let recordings = finished.folder().recordings_between(shown.clone())?;
    finished.add(&all_pictures(results.file, &recordings, shown.clone())?)?;
    if shown != ticks {
        finished.note(&format!(
            "the pictures show ticks {} to {} of {}; `gennaker plot --from TICK --to TICK` draws others",
            shown.start, shown.end, ticks.end
        ));
    }
    Ok(finished.publish()?)
}

fn all_pictures(
    file: &NetworkFile,
    recordings: &Recordings,
    ticks: Range<u32>,
) -> Result<Vec<SideFile>, Error> {
    let network = &file.network;
    let view = View { ticks, ..View::whole(recordings, file.settings.tick_ms) };
    let traces = |variables| pictures::traces(&network.name, recordings, Some(network), variables, &view);
    let drawn = [
        ("raster", pictures::raster(&network.name, recordings, &view)),
        ("voltage", traces(Variables::Voltage)),
        ("states", traces(Variables::Others)),
    ];
    let mut files = Vec::new();
    for (name, picture) in drawn {
        if let Some(picture) = some_picture(picture)? {
            let svg = picture.svg().as_bytes().to_vec();
            files.push(SideFile { name: format!("{name}.svg"), bytes: svg });
            files.push(SideFile { name: format!("{name}.png"), bytes: picture.to_png(PNG_SCALE)? });
        }
    }
    Ok(files)
}

/// A picture, or none where there is nothing to draw.
///
/// # Errors
/// Every [`ReportError`] but those that say so.
pub fn some_picture(picture: Result<Picture, ReportError>) -> Result<Option<Picture>, ReportError> {
    match picture {
        Ok(picture) => Ok(Some(picture)),
        Err(ReportError::Nothing { .. } | ReportError::Range { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
