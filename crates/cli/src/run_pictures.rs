//! The pictures that `gennaker run` adds to its results.

use std::ops::Range;

use gennaker::formats::SideFile;
use gennaker::pictures::{self, Variables, View};
use gennaker::report::{Picture, ReportError};
use gennaker::{Experiment, Recordings};

use crate::error::CliError;

/// Pixels of a PNG for each of the picture's: sharp in print.
pub(crate) const PNG_SCALE: f64 = 2.0;
/// Most bytes of recordings that are read for pictures unless ticks were asked for; more could not be told apart.
pub(crate) const PICTURE_BYTES: u64 = 128 << 20;

/// Every picture that the recordings allow, as SVG and PNG.
pub(crate) fn all_pictures(
    experiment: &Experiment,
    recordings: &Recordings,
    ticks: Range<u32>,
) -> Result<Vec<SideFile>, CliError> {
    let network = &experiment.file.network;
    let view = View { ticks, ..View::whole(recordings, experiment.file.settings.tick_ms) };
    let traces = |variables| pictures::traces(&network.name, recordings, Some(network), variables, &view);
    let drawn = [
        ("raster", pictures::raster(&network.name, recordings, &view)),
        ("voltage", traces(Variables::Voltage)),
        ("states", traces(Variables::Others)),
    ];
    let mut files = Vec::new();
    for (name, picture) in drawn {
        if let Some(picture) = some(picture)? {
            let svg = picture.svg().as_bytes().to_vec();
            files.push(SideFile { name: format!("{name}.svg"), bytes: svg });
            files.push(SideFile { name: format!("{name}.png"), bytes: picture.to_png(PNG_SCALE)? });
        }
    }
    Ok(files)
}

/// A picture, or none where there is nothing to draw.
pub(crate) fn some(picture: Result<Picture, ReportError>) -> Result<Option<Picture>, ReportError> {
    match picture {
        Ok(picture) => Ok(Some(picture)),
        Err(ReportError::Nothing { .. } | ReportError::Range { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
