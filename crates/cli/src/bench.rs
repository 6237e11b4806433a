//! `gennaker bench`: benchmark networks against the clock, and what their activity is like.

use std::fs;
use std::process::ExitCode;

use gennaker::benchmarks::{
    self, Benchmark, Measurement, PopulationStudy, Protocol, by_name, catalogue, measure, measure_accounting,
    measure_scnn, study,
};
use serde::Serialize;

use crate::args::Bench;
use crate::error::CliError;
use crate::output::{Columns, bytes, complain, counted, large, name, plain, say, seconds, short};

/// The JSON document of `gennaker bench --json`.
#[derive(Debug, Serialize)]
struct Document<T> {
    version: &'static str,
    benchmarks: Vec<T>,
}

#[derive(Debug, Serialize)]
struct Row {
    measurement: Measurement,
    /// With `--statistics` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    populations: Option<Vec<PopulationStudy>>,
}

/// Measures benchmarks.
pub(crate) fn bench(command: &Bench) -> Result<ExitCode, CliError> {
    if command.list {
        say(&list())?;
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(batch) = command.recordings {
        return recordings(command, batch);
    }
    // A wrong name must not cost the time of the benchmarks before it.
    let benchmarks = chosen(command)?;
    let protocol = protocol(command);
    if command.account {
        return accounting(command, &benchmarks, &protocol);
    }
    let mut rows = Vec::new();
    say(&line(&COLUMNS.map(|(title, _)| title.to_owned())))?;
    for benchmark in benchmarks {
        let measurement = measure(&benchmark, &protocol)?;
        say(&row(&measurement))?;
        measurement
            .unexpected
            .iter()
            .take(MAX_COMPLAINTS)
            .for_each(|text| complain(&format!("note: {}", plain(text))));
        let populations = command.statistics.then(|| study(&benchmark, &protocol)).transpose()?;
        if let Some(populations) = &populations {
            say(&statistics(populations))?;
        }
        rows.push(Row { measurement, populations });
    }
    write(command, rows)?;
    Ok(ExitCode::SUCCESS)
}

/// Measures what accounts cost.
fn accounting(command: &Bench, benchmarks: &[Benchmark], protocol: &Protocol) -> Result<ExitCode, CliError> {
    let mut rows = Vec::new();
    for benchmark in benchmarks {
        let m = measure_accounting(benchmark, command.machine.as_deref(), protocol)?;
        say(&format!(
            "{}  {}: {} PEs on {} chips, mapped in {}\n  {} ticks on {} threads: build {}, run {}, counted {} ({:.2} times), \
             rows {}, spikes ready {}, account afterwards {}; {} W, latest PE at {} of the tick",
            name(&m.name),
            name(&m.machine),
            m.n_pes,
            m.n_chips,
            seconds(m.map_s),
            m.ticks,
            m.n_threads,
            seconds(m.build_s),
            seconds(m.run_s),
            seconds(m.counted_run_s),
            m.counted_run_s / m.run_s,
            seconds(m.traffic_s),
            seconds(m.ready_s),
            seconds(m.replay_s),
            short(m.power_w),
            short(m.max_time_done)
        ))?;
        rows.push(m);
    }
    write(command, rows)?;
    Ok(ExitCode::SUCCESS)
}

/// Measures recordings per second, one by one and many side by side.
fn recordings(command: &Bench, batch: usize) -> Result<ExitCode, CliError> {
    let threads =
        command.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    let mut batches = vec![1, batch];
    batches.dedup();
    let mut rows = Vec::new();
    for batch in batches {
        let m = measure_scnn(batch, threads, command.runs.unwrap_or(10))?;
        let side_by_side =
            if batch == 1 { "one recording".to_owned() } else { format!("{batch} recordings") };
        say(&format!(
            "scnn  {side_by_side} on {}: {} per second, {} ms each; {} synapses met per recording, {} ns each and thread; built in {}",
            counted(m.threads.min(batch) as u64, "thread"),
            short(m.recordings_per_second),
            short(m.ms_per_recording),
            large(m.synaptic_events),
            short(m.ns_per_synaptic_event),
            seconds(m.build_s)
        ))?;
        if !m.as_expected {
            complain("note: counts are not those of the definition");
        }
        rows.push(m);
    }
    write(command, rows)?;
    Ok(ExitCode::SUCCESS)
}

fn write<T: Serialize>(command: &Bench, benchmarks: Vec<T>) -> Result<(), CliError> {
    let Some(path) = &command.json else { return Ok(()) };
    let document = Document { version: env!("CARGO_PKG_VERSION"), benchmarks };
    let text = serde_json::to_string_pretty(&document).expect("plain data");
    fs::write(path, text + "\n").map_err(|source| CliError::Write { path: path.clone(), source })
}

/// Networks of many populations would fill the screen.
const MAX_COMPLAINTS: usize = 3;

fn chosen(command: &Bench) -> Result<Vec<Benchmark>, CliError> {
    let quick = || catalogue().iter().flat_map(|entry| entry.quick).map(|&name| name.to_owned()).collect();
    let names: Vec<String> = if command.names.is_empty() { quick() } else { command.names.clone() };
    let find = |name: &String| {
        let benchmark = by_name(name).map_err(gennaker::Error::from)?;
        Ok(match command.seed {
            Some(seed) => benchmark.with_seed(seed),
            None => benchmark,
        })
    };
    names.iter().map(find).collect()
}

fn protocol(command: &Bench) -> Protocol {
    let default = Protocol::default();
    Protocol {
        threads: command.threads,
        numeric: command.numeric.unwrap_or(default.numeric),
        ticks: command.ticks,
        settle: command.settle,
        runs: command.runs.unwrap_or(default.runs),
        builds: command.builds.unwrap_or(default.builds),
    }
}

fn list() -> String {
    let entry = |entry: &benchmarks::Entry| {
        let mark = if entry.quick.is_empty() { "" } else { "\n      measured by default as " };
        format!("  {}{}\n      {}{mark}{}", entry.name, entry.choices, entry.summary, entry.quick.join(" "))
    };
    catalogue().iter().map(entry).collect::<Vec<_>>().join("\n")
}

/// Titles and widths of the columns. Rows are printed as they come, so the widths are fixed.
const COLUMNS: [(&str, usize); 13] = [
    ("network", 26),
    ("neurons", 8),
    ("synapses", 13),
    ("B/syn", 6),
    ("layout", 8),
    ("build", 8),
    ("syn/s/core", 13),
    ("per tick", 8),
    ("real time", 9),
    ("events/s", 13),
    ("Hz", 6),
    ("memory", 9),
    ("deliver/update/exchange", 23),
];

fn row(m: &Measurement) -> String {
    #[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
    line(&[
        name(&m.name),
        large(m.n_neurons as f64),
        large(m.n_synapses as f64),
        format!("{:.2}", m.bytes_per_synapse),
        m.stores.first().map_or_else(String::new, |store| store.layout.clone()),
        seconds(m.build_seconds),
        large(m.built_per_second_and_thread),
        seconds(m.seconds_per_tick),
        format!("{}x", short(m.times_real_time)),
        large(m.synaptic_events_per_second),
        format!("{:.2}", m.mean_rate_hz),
        m.peak_bytes.map_or_else(|| "-".to_owned(), bytes),
        [m.phases.deliver, m.phases.update, m.phases.exchange].map(percent).join(" / "),
    ])
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

fn line(cells: &[String; COLUMNS.len()]) -> String {
    let aligned = |(i, (cell, (_, w))): (usize, (&String, (&str, usize)))| {
        if i == 0 { format!("{cell:<w$}") } else { format!("{cell:>w$}") }
    };
    let cells = cells.iter().zip(COLUMNS).enumerate().map(aligned);
    cells.collect::<Vec<_>>().join(" ").trim_end().to_owned()
}

fn statistics(populations: &[PopulationStudy]) -> String {
    let mut columns = Columns::new(&[
        "population",
        "neurons",
        "rate (Hz)",
        "sd",
        "CV of intervals",
        "correlation",
        "expected (Hz)",
    ]);
    for p in populations {
        let s = &p.summary;
        columns.row([
            name(&p.population),
            p.size.to_string(),
            format!("{:.3}", s.rate_hz.mean),
            format!("{:.3}", s.rate_hz.sd),
            format!("{:.3}", s.cv_isi.mean),
            format!("{:.4}", s.correlation.mean),
            p.expected
                .as_ref()
                .map_or_else(|| "-".to_owned(), |e| format!("{:.2} to {:.2}", e.rate_hz.0, e.rate_hz.1)),
        ]);
    }
    columns.text()
}
