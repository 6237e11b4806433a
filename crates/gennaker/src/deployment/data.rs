//! Samples and labels from files.

use std::fs;
use std::path::{Path, PathBuf};

use gennaker_deploy::{DeployError, Events, Frames, Port, Sample};
use gennaker_formats::{FormatError, InputFile, Labels, is_input_file, read_input_file};

use crate::error::Error;

use super::recorded::samples_of_recording;

/// Reads samples for an input: a file of one or several, or a folder whose files (npy, npz, bin, bs2, h5) are taken in the order of their
/// names, numbers by value. [`read_input_file`] says what the files may hold; `.h5` and `.nir` files are NIR's recordings
/// ([`gennaker_nir::Data`]). A dense array of as many axes as the input, or two, and
/// one for ticks is one sample; with one axis more it is as many as that axis is long.
///
/// # Errors
/// [`Error::Format`] for what cannot be read, [`Error::Deploy`] for what does not fit the input.
pub fn read_samples(path: &Path, input: &Port, frames: &Frames) -> Result<Vec<Sample>, Error> {
    if !path.is_dir() {
        return samples_of(path, input, frames);
    }
    let unreadable = |source| FormatError::Io { action: "read", path: path.to_owned(), source };
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(path).map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.path();
        let is_one_of =
            |e: &std::ffi::OsStr| ["csv", "tsv", "txt"].iter().any(|table| e.eq_ignore_ascii_case(table));
        let is_table = file.extension().is_some_and(is_one_of);
        if (is_input_file(&file) || is_recording(&file)) && !is_table && file.is_file() {
            files.push(file);
        }
    }
    if files.is_empty() {
        let problem = format!("`{}` holds no recorded input: no npy, npz, bin or bs2 file", path.display());
        return Err(DeployError::Data(problem).into());
    }
    files.sort_by_cached_key(|file| {
        let name = stem(file);
        // Files of one name and several types have an order, too.
        (name.parse::<u64>().unwrap_or(u64::MAX), name, file.clone())
    });
    let samples: Vec<Vec<Sample>> =
        files.iter().map(|file| samples_of(file, input, frames)).collect::<Result<_, _>>()?;
    Ok(samples.into_iter().flatten().collect())
}

/// Whether a file's name is that of NIR's recordings.
fn is_recording(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "nir" || extension == "h5" || extension == "hdf5")
}

fn stem(path: &Path) -> String {
    path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned())
}

fn samples_of(path: &Path, input: &Port, frames: &Frames) -> Result<Vec<Sample>, Error> {
    if is_recording(path) {
        return samples_of_recording(path, input, frames);
    }
    let name = stem(path);
    match read_input_file(path)? {
        InputFile::Events { x, y, t, p } => {
            Ok(vec![Events { x, y, t_us: t, p }.to_sample(&name, &input.shape, frames)?])
        }
        InputFile::Spikes { neurons, ticks } => {
            let n_ticks = ticks.iter().max().map_or(0, |&last| last.saturating_add(1));
            Ok(vec![Sample::from_spikes(&name, ticks.into_iter().zip(neurons).collect(), n_ticks)])
        }
        InputFile::Dense(array) => dense(&name, &array.shape, &array.to_f64(), input),
    }
}

pub(super) fn dense(name: &str, shape: &[usize], values: &[f64], input: &Port) -> Result<Vec<Sample>, Error> {
    let size: usize = input.shape.iter().product();
    if values.is_empty() {
        let problem = format!("sample `{name}`: an array of shape {shape:?} holds no tick");
        return Err(DeployError::Data(problem).into());
    }
    let fits = |rest: &[usize]| rest == input.shape || rest == [size];
    if fits(&shape[1..]) {
        return Ok(vec![Sample::from_dense(name, values, size)?]);
    }
    if shape.len() >= 3 && fits(&shape[2..]) {
        let length = shape[1] * size;
        let of = |at: usize| {
            Sample::from_dense(&format!("{name}[{at}]"), &values[at * length..(at + 1) * length], size)
        };
        return Ok((0..shape[0]).map(of).collect::<Result<_, _>>()?);
    }
    let problem = format!(
        "sample `{name}`: an array of shape {shape:?} does not fit input `{}` of shape {:?}; it should be (ticks, {size}), (samples, ticks, {size}) or have the input's axes in the place of {size}",
        input.node, input.shape
    );
    Err(DeployError::Data(problem).into())
}

/// The class of each sample: by name where the labels have names, else in order.
///
/// # Errors
/// [`Error::Deploy`] that names a sample without a label, or the two numbers that differ.
pub fn classes_of(samples: &[Sample], labels: &Labels) -> Result<Vec<u32>, Error> {
    if labels.names.is_empty() {
        if labels.classes.len() != samples.len() {
            let problem = format!(
                "{} labels for {} samples; without names they must be as many",
                labels.classes.len(),
                samples.len()
            );
            return Err(DeployError::Data(problem).into());
        }
        return Ok(labels.classes.clone());
    }
    let class = |sample: &Sample| {
        let at = labels.names.iter().position(|name| *name == sample.name);
        at.map(|at| labels.classes[at])
            .ok_or_else(|| DeployError::Data(format!("sample `{}` has no label", sample.name)).into())
    };
    samples.iter().map(class).collect()
}
