//! The numbers that people quote.

use gennaker_report::numbers::{engineering, grouped, short};
use gennaker_report::page::Figure;

use super::Reported;

fn figure(label: &str, value: String, unit: &str, note: &str) -> Figure {
    Figure { label: label.to_owned(), value, unit: unit.to_owned(), note: note.to_owned() }
}

fn measured(label: &str, value: f64, unit: &str, note: &str) -> Figure {
    let (value, unit) = engineering(value, unit);
    figure(label, value, &unit, note)
}

pub(super) fn figures(reported: &Reported<'_>) -> Vec<Figure> {
    let mut figures = of_network(reported);
    figures.extend(of_run(reported));
    figures.extend(of_machine(reported));
    figures.extend(of_account(reported));
    figures
}

fn of_network(reported: &Reported<'_>) -> Vec<Figure> {
    let network = &reported.experiment.file.network;
    let mut figures = vec![
        figure("neurons", grouped(network.n_neurons()), "", ""),
        figure("populations", grouped(network.populations.len() as u64), "", ""),
    ];
    if let Some(run) = reported.run {
        figures.push(figure("synapses", grouped(run.n_synapses), "", ""));
    }
    figures
}

#[expect(clippy::cast_precision_loss, reason = "means")]
fn of_run(reported: &Reported<'_>) -> Vec<Figure> {
    let network = &reported.experiment.file.network;
    let ticks = format!(
        "{} ticks of {} ms",
        grouped(reported.timesteps.into()),
        short(reported.experiment.file.settings.tick_ms)
    );
    let mut figures = vec![measured("simulated time", reported.seconds(), "s", &ticks)];
    let sum = |all: Option<u64>, n: Option<u64>| Some(all?.saturating_add(n?));
    let spikes = (0..network.populations.len()).map(|index| reported.n_spikes(index)).fold(Some(0), sum);
    if let Some(n) = spikes {
        figures.push(figure("spikes", grouped(n), "", ""));
    }
    let neurons = || network.populations.iter().enumerate().filter(|(_, p)| !p.model.is_source());
    let n_neurons: u64 = neurons().map(|(_, p)| u64::from(p.size)).sum();
    let fired = neurons().map(|(index, _)| reported.n_spikes(index)).fold(Some(0), sum);
    if let Some(n) = fired.filter(|_| n_neurons > 0 && reported.seconds() > 0.0) {
        let rate = n as f64 / (n_neurons as f64 * reported.seconds());
        figures.push(figure("mean rate", short(rate), "Hz", "of neurons, without sources"));
    }
    if let Some(run) = reported.run {
        figures.push(figure("synaptic events", grouped(run.n_synaptic_events), "", ""));
    }
    figures
}

fn of_machine(reported: &Reported<'_>) -> Vec<Figure> {
    let Some(mapped) = reported.mapped else { return Vec::new() };
    let (stats, chip) = (&mapped.mapping.stats, &mapped.machine.spec().chip);
    let of = |part: u32, whole: u32| {
        format!(
            "of {} ({} %)",
            grouped(whole.into()),
            short(100.0 * f64::from(part) / f64::from(whole.max(1)))
        )
    };
    let chips = if stats.n_chips == 1 { "chip" } else { "chips" };
    vec![
        figure(
            "PEs in use",
            grouped(stats.n_pes.into()),
            "",
            &format!("on {} {chips}", grouped(stats.n_chips.into())),
        ),
        figure(
            "fullest PE",
            grouped(stats.max_memory_bytes.into()),
            "B",
            &of(stats.max_memory_bytes, chip.pe.sram_bytes),
        ),
        figure(
            "routing entries",
            grouped(stats.max_entries.into()),
            "",
            &of(stats.max_entries, chip.router.table_entries),
        ),
    ]
}

/// What is said of every modelled number.
const MODELLED: &str = "modelled";

fn of_account(reported: &Reported<'_>) -> Vec<Figure> {
    let Some((account, _)) = reported.account else { return Vec::new() };
    let latest = account.slowest_pe().map_or(0.0, |pe| pe.max_time_done);
    let tick_ms = account.tick_ns as f64 / 1e6;
    let deadline = format!("of a tick of {} ms; {MODELLED}", short(tick_ms));
    let mut figures = vec![
        figure("slowest PE done at", short(100.0 * latest), "%", &deadline),
        measured("energy", account.total_j, "J", MODELLED),
        measured("mean power", account.power_w, "W", MODELLED),
    ];
    if account.n_synaptic_events > 0 {
        let dynamic = account.dynamic_pj_per_event * 1e-12;
        let note = format!("what activity adds; {MODELLED}");
        figures.push(measured("energy per synaptic event", dynamic, "J", &note));
    }
    if account.n_overruns > 0 {
        let note = format!("PEs and ticks; {MODELLED}");
        figures.push(figure("late", grouped(account.n_overruns), "", &note));
    }
    figures
}
