//! Accounts through the facade: counting while running and counting afterwards agree, assumptions do what they say, and what
//! does not belong together is refused.

use std::ops::ControlFlow;
use std::path::Path;

use gennaker::energy::{Accountant, TraceRequest};
use gennaker::formats::{Results, write_results};
use gennaker::{
    AccountOptions, Accounted, Connector, Counter, Distribution, Experiment, Figures, Mapped, Model, Network,
    Population, Projection, Recordings, Sweep, account_recordings, open_accountable, sweep,
};

const TICKS: u32 = 200;

/// Noise drives cells; the cells excite each other. The noise is not recorded: it can be drawn again.
fn experiment(machine: &str) -> Experiment {
    let mut network = Network::new("account").with_seed(5);
    let noise = network.add_population(Population::new("noise", 60, Model::PoissonProcess).with("p", 0.1));
    let fed = network.add_population(Population::new("fed", 120, Model::PoissonInput).with("mean", 0.3));
    let cells =
        Population::new("cells", 120, Model::LifCurrExpWide).with("threshold", 40.0).with("alpha_decay", 0.9);
    let cells = network.add_population(cells.recording("spikes").with_max_atoms_per_core(30));
    let random = Connector::FixedProbability { p: 0.2, allow_self_connections: true };
    let law = Distribution::Uniform { low: 2.0, high: 6.0 };
    network.add_projection(Projection::new("drive", noise, cells, random.clone()).with_weight(law));
    network.add_projection(Projection::new("input", fed, cells, Connector::OneToOne).with_weight(9.0));
    network.add_projection(Projection::new("own", cells, cells, random).with_weight(1.0).with_delay(2.0));
    let mut experiment = Experiment::new(network);
    experiment.file.settings.timesteps = TICKS;
    experiment.set_machine(machine).unwrap();
    experiment
}

/// Runs without counting.
fn recorded(experiment: &Experiment) -> Recordings {
    let mut simulation = experiment.simulation().unwrap();
    simulation.run(TICKS);
    simulation.recordings()
}

/// Runs and counts.
fn run_counted(
    experiment: &Experiment,
    mapped: &Mapped,
    options: &AccountOptions,
) -> (Recordings, Accountant) {
    let mut experiment = experiment.clone();
    experiment.counts = true;
    let trace = TraceRequest {
        slices: (0..mapped.mapping.slices.len() as u32).collect(),
        power: true,
        overview: true,
    };
    let network = &experiment.file.network;
    let mut counter = Counter::new(network, mapped, experiment.tick_ns(), options, &trace, TICKS).unwrap();
    let mut simulation = experiment.simulation().unwrap();
    let each = &mut |_| ControlFlow::Continue(());
    simulation.run_observed(TICKS, &mut |tick, spikes| counter.observe(tick, spikes), each);
    (simulation.recordings(), counter.finish())
}

/// A result folder, as a run on one chip leaves it.
fn write_folder(path: &Path, experiment: &Experiment, mapped: &Mapped, recordings: &Recordings) {
    let results = Results {
        file: &experiment.file,
        recordings,
        machine: "chip".to_owned(),
        interrupted: false,
        notes: Vec::new(),
        report: serde_json::Value::Null,
        mapping: Some(serde_json::to_value(&mapped.mapping).unwrap()),
        extra_files: Vec::new(),
    };
    write_results(path, &results).unwrap();
}

#[test]
fn counting_changes_no_spike_and_agrees_with_counting_afterwards() {
    for machine in ["chip", "board"] {
        let experiment = experiment(machine);
        let mapped = experiment.map().unwrap();
        let mut options = AccountOptions::default();
        options.set("level", "auto:12").unwrap();
        let plain = recorded(&experiment);
        let (counted, during) = run_counted(&experiment, &mapped, &options);
        assert!(plain == counted && plain.populations[2].spikes.as_ref().unwrap().ticks.len() > 500);
        let (during, trace) = (during.account(), during.trace().clone());
        let after = account_recordings(&experiment, &mapped, plain, &options).unwrap().account();
        assert!(during == after && during.n_synaptic_events > 10_000);
        assert!(
            during.level_fractions[1] > 0.1 && during.level_fractions[3] > 0.1,
            "{:?}",
            during.level_fractions
        );
        let packets: u64 = trace.packets.iter().map(|&n| u64::from(n)).sum();
        assert_eq!(packets, during.n_packets);
        let mean_w: f64 = trace.power_w.iter().map(|&w| f64::from(w)).sum::<f64>() / f64::from(TICKS);
        assert!((mean_w / during.power_w - 1.0).abs() < 1e-5, "{mean_w} {}", during.power_w);
    }
}

#[test]
fn the_parts_of_an_account_add_up() {
    let experiment = experiment("board");
    let mapped = experiment.map().unwrap();
    let account = account_recordings(&experiment, &mapped, recorded(&experiment), &AccountOptions::default())
        .unwrap()
        .account();
    let sum: f64 = account.energy.parts().iter().map(|(_, joule)| joule).sum();
    assert!(
        (sum / account.total_j - 1.0).abs() < 1e-12
            && (account.power_w * account.duration_s / sum - 1.0).abs() < 1e-12
    );
    let pes: f64 = account.pes.iter().map(|pe| pe.energy_j).sum();
    let of_pes = account.energy.pe_sleep_j + account.energy.pe_cycles_j + account.energy.pe_switch_j;
    assert!((pes / of_pes - 1.0).abs() < 1e-9, "{pes} {of_pes}");
    assert_eq!((account.powered.n_boards, account.powered.n_chips), (1, 48));
    assert_eq!(account.powered.n_used_pes + account.powered.n_unused_pes, 7_296);
}

#[test]
fn auto_lies_between_low_and_high_and_a_short_tick_overruns() {
    let experiment = experiment("chip");
    let mapped = experiment.map().unwrap();
    let run = Accounted::new(experiment.clone(), mapped.clone(), recorded(&experiment)).unwrap();
    let options: Vec<AccountOptions> = ["low", "auto:12", "high", "predictive"]
        .map(|level| {
            let mut options = AccountOptions::default();
            options.set("level", level).unwrap();
            options
        })
        .to_vec();
    let pes_j: Vec<f64> = run
        .accounts(&mapped, &options)
        .unwrap()
        .iter()
        .map(|accountant| {
            let energy = accountant.account().energy;
            energy.pe_sleep_j + energy.pe_cycles_j + energy.pe_switch_j
        })
        .collect();
    assert!(pes_j[0] < pes_j[1] && pes_j[1] < pes_j[2], "{pes_j:?}");
    let mut fast = AccountOptions::default();
    fast.set("tick", "20us").unwrap();
    let account = run.accounts(&mapped, &[fast]).unwrap()[0].account();
    let worst = account.slowest_pe().unwrap();
    assert!(!account.in_time && worst.overruns > 0 && worst.max_time_done > 1.0);
    assert!(account.notes[0].contains("PEs overrun: worst is core"), "{:?}", account.notes);
    // The tick that is said to be enough is.
    let tick_ns = Some(account.shortest_tick_ns.ceil() as u64);
    let enough = AccountOptions { tick_ns, ..AccountOptions::default() };
    assert!(run.accounts(&mapped, &[enough]).unwrap()[0].account().in_time);
}

#[test]
fn the_suggested_threshold_keeps_pace_where_low_does_not() {
    let experiment = experiment("chip");
    let mapped = experiment.map().unwrap();
    let run = Accounted::new(experiment.clone(), mapped.clone(), recorded(&experiment)).unwrap();
    let with = |level: &str, tick_ns| {
        let mut options = AccountOptions { tick_ns, ..AccountOptions::default() };
        options.set("level", level).unwrap();
        run.accounts(&mapped, &[options]).unwrap()[0].account()
    };
    // A tenth more time than the worst tick takes at the high level.
    let tick_ns = (1.1 * with("high", None).shortest_tick_ns) as u64;
    let account = |level: &str| with(level, Some(tick_ns));
    let low = account("low");
    let n = low.suggested_threshold.unwrap();
    assert!(!low.in_time && n > 1, "{n} {}", low.n_overruns);
    let auto = account(&format!("auto:{n}"));
    assert!(
        auto.in_time && auto.level_fractions[1] > 0.2,
        "{n} {} {:?}",
        auto.n_overruns,
        auto.level_fractions
    );
    assert!(auto.total_j < account("high").total_j);
}

#[test]
fn a_result_folder_is_accounted_for_again_and_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("results");
    let experiment = experiment("chip");
    let (mapped, recordings) = (experiment.map().unwrap(), recorded(&experiment));
    write_folder(&path, &experiment, &mapped, &recordings);
    let run = open_accountable(&path).unwrap();
    let direct = account_recordings(&experiment, &mapped, recordings.clone(), &AccountOptions::default())
        .unwrap()
        .account();
    assert!(run.accounts(&run.mapped, &[AccountOptions::default()]).unwrap()[0].account() == direct);

    let mut dimensions = Sweep::default();
    dimensions.add("level=low,high").unwrap();
    dimensions.add("atoms=10,30,100000").unwrap();
    let rows = sweep(&run, &AccountOptions::default(), &dimensions).unwrap();
    let values: Vec<&[String]> = rows.iter().map(|row| row.values.as_slice()).collect();
    assert_eq!(
        (values[0], values[5]),
        (&["low".to_owned(), "10".to_owned()][..], &["high".to_owned(), "100000".to_owned()][..])
    );
    assert!(rows[0].n_pes > rows[1].n_pes && rows[1].n_pes == mapped.mapping.stats.n_pes);
    assert!(rows[4].figures == Ok(Figures::of(&direct)), "30 neurons per PE is how it was run");

    std::fs::remove_file(path.join("mapping.json")).unwrap();
    assert!(open_accountable(&path).unwrap().mapped.mapping == mapped.mapping);
    std::fs::write(path.join("mapping.json"), "{}").unwrap();
    assert!(open_accountable(&path).unwrap_err().to_string().contains("mapping.json`: is no mapping"));
}

#[test]
fn what_does_not_belong_together_is_refused() {
    let experiment = experiment("chip");
    let (mapped, recordings) = (experiment.map().unwrap(), recorded(&experiment));
    let refused = |experiment: &Experiment, mapped: &Mapped, recordings: &Recordings| {
        let options = AccountOptions::default();
        account_recordings(experiment, mapped, recordings.clone(), &options).unwrap_err().to_string()
    };
    let mut smaller = experiment.clone();
    smaller.file.network.populations[2].size = 119;
    smaller.file.network.populations[1].size = 119;
    let other = smaller.map().unwrap();
    let message = refused(&experiment, &other, &recordings);
    assert!(message.contains("`fed` has 120 neurons, the mapping has places for 119"), "{message}");
    let mut silent = recordings.clone();
    silent.populations[2].spikes = None;
    let message = refused(&experiment, &mapped, &silent);
    assert!(message.contains("population `cells` were not recorded"), "{message}");
    let mut foreign = recordings.clone();
    foreign.populations[2].spikes.as_mut().unwrap().neurons[0] = 120;
    assert!(refused(&experiment, &mapped, &foreign).contains("neuron 120 spikes, there are 120"));
    foreign.populations.pop();
    assert!(refused(&experiment, &mapped, &foreign).contains("the results have 2"));
    let mut spinnaker1 = experiment.clone();
    spinnaker1.set_machine("spinn5").unwrap();
    if let Ok(mapped) = spinnaker1.map() {
        assert!(refused(&spinnaker1, &mapped, &recordings).contains("no power is known"));
    }
    for (text, said) in [
        ("level", "name=value"),
        ("level=", "a value is empty"),
        ("level=low,high, low", "the value `low` is given twice"),
        ("level=fast", "no level policy"),
        ("atoms=0", "from 1 on"),
        ("placer=best", "`radial` and `application_grouped`"),
        ("colour=red", "unknown coefficient `colour`"),
    ] {
        let message = Sweep::default().add(text).unwrap_err().to_string();
        assert!(message.contains(said), "{text}: {message}");
    }
    let many = (0..20_000).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
    let message = Sweep::default().add(&format!("atoms={many}")).unwrap_err().to_string();
    assert!(message.len() < 200, "{message}");
    let run = Accounted::new(experiment.clone(), mapped.clone(), recordings).unwrap();
    let mut absent = AccountOptions::default();
    absent.set("level_of.nobody", "low").unwrap();
    assert!(run.accounts(&mapped, &[absent]).unwrap_err().to_string().contains("`nobody`"));
}

/// What is not known is said: a population that sends nothing need not be recorded, but its spikes take cycles.
#[test]
fn an_account_says_whose_spikes_it_does_not_know() {
    let mut experiment = experiment("chip");
    let network = &mut experiment.file.network;
    let out = Population::new("out", 50, Model::LifCurrExpWide).with("threshold", 1.0).with("i_offset", 2.0);
    let out = network.add_population(out);
    let all = Connector::AllToAll { allow_self_connections: true };
    network.add_projection(Projection::new("out", 2, out, all).with_weight(1.0));
    let mapped = experiment.map().unwrap();
    let options = AccountOptions::default();
    let (recordings, during) = run_counted(&experiment, &mapped, &options);
    let during = during.account();
    let after = account_recordings(&experiment, &mapped, recordings, &options).unwrap().account();
    assert_eq!(
        (after.n_packets, after.n_synaptic_events, &after.links, &after.routers),
        (during.n_packets, during.n_synaptic_events, &during.links, &during.routers)
    );
    assert!(after.n_spikes < during.n_spikes && after.energy.pe_cycles_j < during.energy.pe_cycles_j);
    let is_said = |notes: &[String]| {
        notes.iter().any(|note| note.contains("spikes of population `out` were not recorded"))
    };
    assert!(is_said(&after.notes) && !is_said(&during.notes), "{:?}", after.notes);
}

/// Nothing to count is counted all the same: time passes.
#[test]
fn a_network_without_populations_takes_its_time() {
    let mut experiment = Experiment::new(Network::new("nothing"));
    experiment.set_machine("chip").unwrap();
    let mapped = experiment.map().unwrap();
    let (recordings, during) = run_counted(&experiment, &mapped, &AccountOptions::default());
    let during = during.account();
    assert!(during.ticks == TICKS && during.total_j > 0.0);
    let after = account_recordings(&experiment, &mapped, recordings, &AccountOptions::default()).unwrap();
    assert!(after.account() == during);
}

/// A folder whose network file was changed after the run would give numbers of neither.
#[test]
fn a_changed_network_file_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("results");
    let experiment = experiment("chip");
    let (mapped, recordings) = (experiment.map().unwrap(), recorded(&experiment));
    write_folder(&path, &experiment, &mapped, &recordings);
    let file = std::fs::read_to_string(path.join("network.toml")).unwrap();
    let refused = |from: &str, to: &str| {
        assert!(file.contains(from), "{file}");
        std::fs::write(path.join("network.toml"), file.replacen(from, to, 1)).unwrap();
        let run = open_accountable(&path).map_err(|error| error.to_string());
        let account = run.and_then(|run| {
            run.accounts(&run.mapped, &[AccountOptions::default()]).map_err(|error| error.to_string())
        });
        account.map(drop).unwrap_err()
    };
    assert!(refused("seed = 5", "seed = 6").contains("network.toml has seed 6, the run had 5"));
    let message = refused("p = 0.2", "p = 0.3");
    assert!(message.contains("synapses, the mapping has") && message.contains("`cells`"), "{message}");
}
