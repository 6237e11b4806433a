//! `gennaker nir`, and NIR files where other commands take a network.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use gennaker::deploy::{Frames, Lowered, LoweringOptions, Sample, lower};
use gennaker::formats::{NetworkFile, read_labels, write_atomically};
use gennaker::nir::{Graph, NirError};
use gennaker::{
    AccountOptions, Deployment, Experiment, HardwarePerSample, LayerStudy, Study, StudyOptions, StudyRow,
    classes_of, read_samples, study,
};
use serde::Serialize;

use crate::account::given;
use crate::args::{Lowering, Nir};
use crate::error::CliError;
use crate::interrupt;
use crate::output::{Columns, complain, counted, grouped, name, plain, say, say_json, seconds, short};
use crate::summary::MappingSummary;

/// Whether a file's name is a NIR graph's.
pub(crate) fn is_nir(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "nir" || extension == "h5" || extension == "hdf5")
}

/// A NIR graph as an experiment, with the first sample of a file in its input.
pub(crate) fn experiment(
    path: &Path,
    lowering: &Lowering,
    input: Option<&Path>,
) -> Result<Experiment, CliError> {
    let deployment = Deployment::new(lower(&graph(path)?, &options(lowering)?)?);
    let sample = match input {
        Some(file) => {
            let samples = read_samples(file, deployment.input()?, &frames(lowering))?;
            let first = samples.into_iter().next();
            Some(first.ok_or_else(|| CliError::NoSample { path: file.to_owned() })?)
        }
        None => None,
    };
    for note in deployment.lowered.notes.iter().cloned().chain(left_out(sample.as_slice())) {
        complain(&format!("note: {note}"));
    }
    let mut experiment = Experiment::deployed(&deployment, sample.as_ref())?;
    if let Some(stem) = path.file_stem() {
        experiment.file.network.name = stem.to_string_lossy().into_owned();
    }
    Ok(experiment)
}

/// The graph in a file.
fn graph(path: &Path) -> Result<Graph, CliError> {
    gennaker::nir::read(path).map_err(|error| match error {
        // What the system says names the file.
        NirError::Io { .. } => error.into(),
        error => CliError::Graph { path: path.to_owned(), source: Box::new(error) },
    })
}

fn options(lowering: &Lowering) -> Result<LoweringOptions, CliError> {
    let mut options = LoweringOptions::default();
    for text in &lowering.lower {
        let (key, value) = text.split_once('=').ok_or_else(|| CliError::Lowering { given: text.clone() })?;
        options.set(key.trim(), value.trim())?;
    }
    Ok(options)
}

fn frames(lowering: &Lowering) -> Frames {
    Frames { window_us: lowering.window, keep_last: lowering.keep_last, ..Frames::default() }
}

/// Lowers a graph, says how, and runs it over data.
pub(crate) fn nir(command: &Nir) -> Result<ExitCode, CliError> {
    let graph = graph(&command.model)?;
    let options = options(&command.lowering)?;
    let lowered = lower(&graph, &options)?;
    if let Some(folder) = &command.out {
        write_network(&NetworkFile::new(lowered.network.clone()), folder)?;
    }
    let mut deployment = Deployment::new(lowered);
    deployment.threads = command.threads;
    let mut experiment = Experiment::deployed(&deployment, None)?;
    if let Some(machine) = &command.machine {
        experiment.set_machine(machine)?;
    }
    let mapping = experiment.map();
    let mut lines = deployment.lowered.summary();
    lines += &match &mapping {
        Ok(mapped) => format!("machine   {}", MappingSummary::new(mapped).text(&experiment.file.network)),
        Err(error) => format!("machine   it does not fit: {error}"),
    };
    if !command.json {
        say(&lines)?;
    }
    let Some(data) = &command.data else {
        if command.json {
            let machine_problem = mapping.err().map(|error| error.to_string());
            say_json(&Document { machine_problem, ..Document::of(&deployment.lowered) })?;
        }
        return Ok(ExitCode::SUCCESS);
    };
    let mut samples = read_samples(data, deployment.input()?, &frames(&command.lowering))?;
    if samples.is_empty() {
        return Err(CliError::NoSample { path: data.clone() });
    }
    let n_run = command.limit.unwrap_or(usize::MAX).min(samples.len());
    let mut labels = match &command.labels {
        Some(path) => {
            let labels = read_labels(path)?;
            // In order, labels are those of all samples.
            let n_needed = if labels.names.is_empty() { samples.len() } else { n_run };
            classes_of(&samples[..n_needed], &labels)?
        }
        None => Vec::new(),
    };
    samples.truncate(n_run);
    labels.truncate(n_run);
    let mut notes = left_out(&samples);
    let mut document = Document::of(&deployment.lowered);
    if command.compare {
        let study = compare(command, &graph, &samples, &labels, options)?;
        if !command.json {
            say(&study_text(&study, !labels.is_empty()))?;
        }
        document.study = Some(study);
    } else {
        let answers = answers(command, &deployment, &samples)?;
        if !command.json {
            say(&answers_text(&answers, &labels))?;
        }
        notes.extend(undecided(&answers));
        document.answers = Some(answers);
    }
    document.machine_problem = mapping.err().map(|error| error.to_string());
    document.notes.extend(notes.iter().cloned());
    if command.json {
        say_json(&document)?;
    } else {
        notes.iter().try_for_each(|note| say(&format!("note: {note}")))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What a program reads.
#[derive(Serialize)]
struct Document<'a> {
    layers: &'a [gennaker::deploy::Layer],
    inputs: &'a [gennaker::deploy::Port],
    outputs: &'a [gennaker::deploy::Port],
    options: &'a LoweringOptions,
    notes: Vec<String>,
    /// Why it does not fit the machine, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    machine_problem: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answers: Option<Vec<Answer>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    study: Option<Study>,
}

impl<'a> Document<'a> {
    fn of(lowered: &'a Lowered) -> Self {
        let Lowered { layers, inputs, outputs, options, notes, .. } = lowered;
        Self {
            layers,
            inputs,
            outputs,
            options,
            notes: notes.clone(),
            machine_problem: None,
            answers: None,
            study: None,
        }
    }
}

/// What a run says about one sample.
#[derive(Serialize)]
struct Answer {
    sample: String,
    answer: Option<usize>,
    values: Vec<f64>,
    n_spikes: u64,
    n_ticks: u32,
}

/// Writes a network to a new folder: network.toml, with long lists in files beside it.
pub(crate) fn write_network(file: &NetworkFile, folder: &Path) -> Result<(), CliError> {
    let is_taken = match fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_some(),
        Err(_) => folder.exists(),
    };
    if is_taken {
        return Err(CliError::NotNew { path: folder.to_owned() });
    }
    const MAX_INLINE: usize = 100;
    let (text, files) = file.to_toml_with_files(MAX_INLINE);
    for file in &files {
        write_atomically(&folder.join(&file.name), &file.bytes)?;
    }
    Ok(write_atomically(&folder.join("network.toml"), text.as_bytes())?)
}

/// Events that are not in the spikes: those that were there more than once, and those after the last full window.
fn left_out(samples: &[Sample]) -> Vec<String> {
    let sum = |of: fn(&Sample) -> u64| samples.iter().map(of).fold(0, u64::saturating_add);
    let told = |n: u64, what: &str| {
        let of = counted(samples.len() as u64, "sample");
        (n > 0).then(|| format!("{} in {of} came {what}", counted(n, "event")))
    };
    let merged = "with another of the same neuron in the same tick and count once, as on the chip";
    let dropped = "after the last full window and were left out; --keep-last keeps them";
    let notes = [told(sum(|s| s.n_merged), merged), told(sum(|s| s.n_dropped), dropped)];
    notes.into_iter().flatten().collect()
}

fn answers(command: &Nir, deployment: &Deployment, samples: &[Sample]) -> Result<Vec<Answer>, CliError> {
    interrupt::watch()?;
    let mut runner = deployment.runner(command.readout)?;
    let start = Instant::now();
    let runs = runner.run_watched(samples, &|_| true, &|| !interrupt::requested())?;
    if !command.json {
        let s = start.elapsed().as_secs_f64();
        let n = counted(runs.len() as u64, "sample");
        let each = seconds(s / runs.len().max(1) as f64);
        say(&format!("run       {n} in {}, {each} each", seconds(s)))?;
    }
    if runs.len() < samples.len() {
        complain(&format!("interrupted after {} of {} samples", runs.len(), samples.len()));
    }
    let answer = |run: gennaker::SampleRun| Answer {
        sample: run.name,
        answer: run.outputs.first().and_then(gennaker::deploy::Output::answer),
        values: run.outputs.into_iter().next().map_or_else(Vec::new, |output| output.values),
        n_spikes: run.n_neuron_spikes,
        n_ticks: run.n_ticks,
    };
    Ok(runs.into_iter().map(answer).collect())
}

/// Answers that are none: where all values are the same, the first neuron is named.
fn undecided(answers: &[Answer]) -> Option<String> {
    let is_flat = |answer: &&Answer| answer.values.windows(2).all(|pair| pair[0] == pair[1]);
    let n = answers.iter().filter(is_flat).count() as u64;
    (n > 0).then(|| format!("{}: all outputs are equal, so the answer says nothing", counted(n, "sample")))
}

/// Most samples whose answers are shown one by one.
const SHOWN: usize = 20;

/// Counts as counts, all else in three digits.
fn plain_number(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e15 { format!("{value:.0}") } else { short(value) }
}

fn answers_text(answers: &[Answer], labels: &[u32]) -> String {
    let mut columns = Columns::new(&["sample", "answer", "label", "ticks", "spikes", "values"]);
    for (at, answer) in answers.iter().enumerate().take(SHOWN) {
        let number = |n: Option<usize>| n.map_or_else(String::new, |n| n.to_string());
        let values: Vec<String> = answer.values.iter().take(12).map(|&value| plain_number(value)).collect();
        let more = if answer.values.len() > 12 { " ..." } else { "" };
        columns.row([
            name(&answer.sample),
            number(answer.answer),
            number(labels.get(at).map(|&label| label as usize)),
            grouped(answer.n_ticks),
            grouped(answer.n_spikes),
            format!("{}{more}", values.join(" ")),
        ]);
    }
    let mut text = columns.text();
    if answers.len() > SHOWN {
        text += &format!("\n... and {} more", answers.len() - SHOWN);
    }
    if !labels.is_empty() {
        let right = answers.iter().zip(labels).filter(|(a, l)| a.answer == Some(**l as usize)).count();
        let share = 100.0 * right as f64 / answers.len().max(1) as f64;
        text += &format!(
            "\naccuracy  {} % ({right} of {})",
            short(share),
            counted(answers.len() as u64, "sample")
        );
    }
    text
}

fn compare(
    command: &Nir,
    graph: &Graph,
    samples: &[Sample],
    labels: &[u32],
    lowering: LoweringOptions,
) -> Result<Study, CliError> {
    let mut account = AccountOptions::default();
    given(&command.assumptions)?.iter().try_for_each(|(key, value)| account.set(key, value))?;
    let machine = command.machine.clone().unwrap_or_default();
    let options = StudyOptions {
        lowering,
        readout: command.readout,
        threads: command.threads,
        mixtures: true,
        account: Some((account, machine)),
        tick_ms: 1.0,
    };
    Ok(study(graph, samples, labels, &options, &mut |_| ())?)
}

fn study_text(study: &Study, has_labels: bool) -> String {
    let mut header = vec!["run"];
    header.extend(has_labels.then_some("accuracy"));
    header.extend(["as reference", "spikes per sample"]);
    let mut columns = Columns::new(&header);
    let percent = |share: f64| format!("{} %", short(100.0 * share));
    let mut legend = String::new();
    for StudyRow { name: run, what, accuracy, agreement, spikes_per_sample, .. } in &study.rows {
        if !run.starts_with("only ") {
            let _ = writeln!(legend, "  {run}: {what}");
        }
        let mut cells = vec![name(run)];
        cells.extend(accuracy.map(percent));
        cells.extend([percent(*agreement), short(*spikes_per_sample)]);
        columns.row(cells);
    }
    let samples = counted(study.n_samples as u64, "sample");
    legend += "  only NAME: as float, but the weights onto this layer rounded";
    let mut text = format!("\n{samples}\n{}\n{legend}\n\n{}", columns.text(), layers_text(study));
    if let Some(hardware) = &study.hardware {
        text += &format!("\n\n{}", hardware_text(hardware));
    }
    text
}

fn layers_text(study: &Study) -> String {
    let mut columns = Columns::new(&[
        "layer",
        "neurons",
        "spikes per sample",
        "unrounded",
        "silent",
        "saturated",
        "samples that differ",
        "first difference",
    ]);
    for layer in &study.layers {
        let LayerStudy { n_neurons, n_silent, n_saturated, n_samples_that_differ, first_difference, .. } =
            layer;
        let first = first_difference.as_ref().map_or_else(String::new, |first| {
            let verb = if first.spikes_on_chip { "spikes on the chip only" } else { "is silent on the chip" };
            format!("sample {}, tick {}: neuron {} {verb}", plain(&first.sample), first.tick, first.neuron)
        });
        columns.row([
            name(&layer.name),
            grouped(*n_neurons),
            short(layer.spikes_per_sample),
            short(layer.float_spikes_per_sample),
            grouped(*n_silent),
            grouped(*n_saturated),
            grouped(*n_samples_that_differ as u64),
            first,
        ]);
    }
    columns.text()
}

fn hardware_text(hardware: &HardwarePerSample) -> String {
    let verdict = if hardware.in_time { "in time" } else { "not in time" };
    format!(
        "hardware  {} in use; a sample takes {} ticks of {} = {}, {verdict} (ticks of {} would do)\nenergy    {} J per sample, {} J of it in PEs in use; {} synaptic events per sample\nnote: modelled, not measured; `gennaker machine --facts` has the source and confidence of every coefficient",
        counted(u64::from(hardware.n_pes), "PE"),
        short(hardware.n_ticks),
        seconds(hardware.tick_s),
        seconds(hardware.duration_s),
        seconds(hardware.shortest_tick_s),
        short(hardware.energy_j),
        short(hardware.pe_energy_j),
        short(hardware.n_synaptic_events)
    )
}
