//! Reports say what the run did and what its account says, and stay small however large the run was.

use std::time::Instant;

use gennaker::engine::PopulationRecording;
use gennaker::network::{Recording, SpikeRecording};
use gennaker::report::page::{MachineMap, Packed, RasterData, Report, Severity};
use gennaker::reporting::report_of_run;
use gennaker::{
    Account, AccountOptions, Connector, Experiment, Mapped, Model, Network, Population, Projection,
    Recordings, account_recordings,
};

/// A ring of populations that keep each other busy, over several chips.
fn experiment() -> Experiment {
    let mut network = Network::new("ring").with_seed(3);
    let noise = network.add_population(Population::new("noise", 300, Model::PoissonProcess).with("p", 0.05));
    let mut members = Vec::new();
    for i in 0..6 {
        let cells = Population::new(&format!("cells {i}"), 800, Model::Lif).with("threshold", 12.0);
        let mut cells = cells.recording("spikes");
        cells.max_atoms_per_core = Some(20);
        members.push(network.add_population(cells));
    }
    let random = |p| Connector::FixedProbability { p, allow_self_connections: true };
    for (i, &member) in members.iter().enumerate() {
        let next = members[(i + 1) % members.len()];
        network.add_projection(
            Projection::new(&format!("drive {i}"), noise, member, random(0.1)).with_weight(3.0),
        );
        network.add_projection(
            Projection::new(&format!("ring {i}"), member, next, random(0.02)).with_weight(-2.0),
        );
    }
    let mut experiment = Experiment::new(network);
    experiment.set_machine("board").unwrap();
    experiment.file.settings.timesteps = 120;
    experiment
}

fn ran() -> (Experiment, Mapped, Recordings, Report, Account) {
    let experiment = experiment();
    let mapped = experiment.map().unwrap();
    let mut simulation = experiment.simulation().unwrap();
    simulation.run(120);
    let recordings = simulation.recordings();
    let report = report_of_run(&experiment, Some(&mapped), &recordings, Some(&simulation.report())).unwrap();
    let options = AccountOptions::default();
    let account = account_recordings(&experiment, &mapped, recordings.clone(), &options).unwrap().account();
    (experiment, mapped, recordings, report, account)
}

fn numbers(packed: &Packed) -> Vec<f64> {
    match packed {
        Packed::U8(x) => x.iter().map(|&x| x.into()).collect(),
        Packed::U16(x) => x.iter().map(|&x| x.into()).collect(),
        Packed::U32(x) => x.iter().map(|&x| x.into()).collect(),
        Packed::F32(x) => x.iter().map(|&x| x.into()).collect(),
    }
}

fn metric(map: &MachineMap, key: &str) -> Vec<f64> {
    let all = map.pe_metrics.iter().chain(&map.chip_metrics).chain(&map.link_metrics);
    numbers(&all.into_iter().find(|metric| metric.key == key).unwrap_or_else(|| panic!("{key}")).values)
}

#[test]
#[expect(clippy::cast_precision_loss, reason = "small counts")]
fn the_page_has_the_numbers_of_run_mapping_and_account() {
    let (_, mapped, recordings, report, account) = ran();
    let map = report.machine.as_ref().unwrap();
    assert!(mapped.mapping.stats.n_chips > 1);
    let n_spikes: usize =
        recordings.populations.iter().filter_map(|p| p.spikes.as_ref()).map(|s| s.ticks.len()).sum();
    assert!(n_spikes > 1_000);
    assert_eq!(report.activity.populations.iter().map(|p| p.n_spikes).sum::<u64>(), n_spikes as u64);
    assert_eq!(numbers(&map.pes.core).len(), mapped.mapping.slices.len());
    let sum = |key: &str| metric(map, key).iter().sum::<f64>();
    assert_eq!(sum("packets"), account.n_packets as f64);
    assert_eq!(sum("events"), account.n_synaptic_events as f64);
    assert_eq!(sum("spikes"), account.n_spikes as f64);
    assert_eq!(sum("link"), account.links.iter().map(|link| link.packets as f64).sum::<f64>());
    assert_eq!(sum("router"), account.routers.iter().map(|router| router.packets as f64).sum::<f64>());
    assert_eq!(sum("table"), mapped.mapping.stats.entries as f64);
    assert_eq!(
        metric(map, "memory").iter().copied().fold(0.0, f64::max),
        f64::from(mapped.mapping.stats.max_memory_bytes)
    );
    let energy = report.energy.as_ref().unwrap();
    assert!((energy.parts.iter().map(|part| part.joule).sum::<f64>() / account.total_j - 1.0).abs() < 1e-12);
    let time = report.time.as_ref().unwrap();
    let latest = numbers(&time.latest).into_iter().fold(0.0, f64::max);
    assert!((latest / account.slowest_pe().unwrap().max_time_done - 1.0).abs() < 1e-6);
    for bin in 0..numbers(&time.latest).len() {
        let parts: f64 = time.level_parts.iter().map(|level| numbers(level)[bin]).sum();
        assert!((parts - 1.0).abs() < 1e-6);
    }
}

/// A tree has exactly the links over which the population's packets go, and as many senders on each.
#[test]
fn trees_carry_the_packets_of_their_population() {
    let (_, mapped, _, report, _) = ran();
    let map = report.machine.as_ref().unwrap();
    assert_eq!(map.trees.len(), 7, "every population sends");
    let (from, direction) = (numbers(&map.links.from), numbers(&map.links.direction));
    let (x, y) = (numbers(&map.chips.x), numbers(&map.chips.y));
    for tree in &map.trees {
        let population = tree.population as usize;
        let slices = mapped.mapping.slices_of(population);
        let hops: usize = slices
            .filter_map(|s| mapped.mapping.net_of(s))
            .map(|net| mapped.mapping.tree(net).n_hops())
            .sum();
        assert_eq!(numbers(&tree.n_sources).iter().sum::<f64>(), hops as f64);
        // From where its PEs are, every link of the tree can be reached along its own links.
        let (chips, chip_of) = (numbers(&map.pes.chip), numbers(&map.pes.population));
        let mut reached: Vec<(i32, i32)> = (0..chips.len())
            .filter(|&pe| chip_of[pe] == f64::from(tree.population))
            .map(|pe| (x[chips[pe] as usize] as i32, y[chips[pe] as usize] as i32))
            .collect();
        let mut left = numbers(&tree.links);
        loop {
            let before = left.len();
            left.retain(|&link| {
                let chip = from[link as usize] as usize;
                let at = (x[chip] as i32, y[chip] as i32);
                let step =
                    [(1, 0), (1, 1), (0, 1), (-1, 0), (-1, -1), (0, -1)][direction[link as usize] as usize];
                let is_reached = reached.contains(&at);
                if is_reached {
                    reached.push((at.0 + step.0, at.1 + step.1));
                }
                !is_reached
            });
            if left.len() == before {
                break;
            }
        }
        assert!(left.is_empty());
        let targets = numbers(&tree.targets);
        let heard = targets.iter().all(|&pe| {
            let chip = chips[pe as usize] as usize;
            reached.contains(&(x[chip] as i32, y[chip] as i32))
        });
        assert!(heard && !targets.is_empty());
    }
}

/// 100,000 neurons and 10 million spikes: the page has room for them, and is made in seconds.
#[test]
fn large_runs_make_small_pages() {
    let (size, n_ticks, n_populations) = (25_000u32, 5_000u32, 4);
    let mut network = Network::new("large");
    let recording = |i: u32| {
        let n = 2_500_000u32;
        let ticks: Vec<u32> =
            (0..n).map(|k| (u64::from(k) * u64::from(n_ticks) / u64::from(n)) as u32).collect();
        let neurons: Vec<u32> =
            (0..n).map(|k| k.wrapping_mul(2_654_435_761).wrapping_add(i) % size).collect();
        PopulationRecording {
            name: format!("p{i}"),
            size,
            model: "lif".to_owned(),
            spikes: Some(SpikeRecording { ticks, neurons }),
            states: Vec::new(),
        }
    };
    for i in 0..n_populations {
        network.add_population(Population::new(&format!("p{i}"), size, Model::Lif).recording("spikes"));
    }
    let recordings =
        Recordings { populations: (0..n_populations).map(recording).collect(), timesteps: n_ticks };
    let start = Instant::now();
    let report = report_of_run(&Experiment::new(network), None, &recordings, None).unwrap();
    let page = report.to_html();
    assert!(page.len() < 20_000_000, "{} bytes", page.len());
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
    let shown: u64 = report.activity.populations.iter().map(|p| p.n_spikes).sum();
    assert_eq!(shown, 10_000_000);
    for population in &report.activity.populations {
        let RasterData::Counts { counts, .. } = &population.raster else { panic!("counted") };
        let n: f64 = numbers(counts).iter().sum();
        assert!(n == 2_500_000.0 || numbers(counts).contains(&255.0), "{n}");
    }
}

#[test]
fn what_is_missing_has_its_reason() {
    let mut experiment = experiment();
    experiment.file.network.populations[2].record.clear();
    let mapped = experiment.map().unwrap();
    let mut simulation = experiment.simulation().unwrap();
    simulation.run(1);
    let (recordings, run) = (simulation.recordings(), simulation.report());
    let report = report_of_run(&experiment, Some(&mapped), &recordings, Some(&run)).unwrap();
    assert!(report.energy.is_none() && report.time.is_none() && report.machine.is_some());
    let why = |report: &Report, text: &str| report.warnings.iter().any(|warning| warning.text.contains(text));
    assert!(
        why(&report, "`cells 1`") && why(&report, "no account of time and energy"),
        "{:?}",
        report.warnings
    );
    let silent = report.warnings.iter().find(|warning| warning.text.contains("never spiked")).unwrap();
    assert!(silent.population.is_some() && silent.severity == Severity::Warning);
    let report = report_of_run(&experiment, None, &recordings, None).unwrap();
    assert!(report.machine.is_none() && why(&report, "was not laid on a machine"));
    // An assumption that cannot be is no missing account.
    experiment.file.settings.account.insert("level".to_owned(), "pl9".to_owned());
    assert!(report_of_run(&experiment, Some(&mapped), &recordings, Some(&run)).is_err());
}

/// Of a population of which only some neurons were recorded, in some ticks, all numbers are those of what was recorded.
#[test]
fn rates_are_those_of_recorded_neurons_and_ticks() {
    let report = |recording: &dyn Fn() -> Recording| {
        let mut experiment = experiment();
        experiment.file.network.populations[1].record = vec![recording()];
        let mut simulation = experiment.simulation().unwrap();
        simulation.run(120);
        let (recordings, run) = (simulation.recordings(), simulation.report());
        (report_of_run(&experiment, None, &recordings, Some(&run)).unwrap(), recordings, experiment)
    };
    let (whole, all, _) = report(&|| Recording::all("spikes"));
    let neurons: Vec<u32> = (0..800).step_by(40).collect();
    let some = || Recording { start: 30, stop: Some(90), ..Recording::of("spikes", neurons.clone()) };
    let (part, _, mut experiment) = report(&some);
    let spikes = all.populations[1].spikes.as_ref().unwrap();
    let own = spikes.ticks.iter().zip(&spikes.neurons);
    let n = own.filter(|(tick, neuron)| (30..90).contains(*tick) && **neuron % 40 == 0).count();
    let activity = &part.activity.populations[0];
    assert_eq!((activity.population, activity.n_spikes), (1, n as u64));
    let rates = activity.rates.as_ref().unwrap();
    assert_eq!(rates.n, 20);
    assert!(
        n > 20 && (rates.mean - n as f64 / (20.0 * 0.06)).abs() < 1e-9 * rates.mean,
        "{n} {}",
        rates.mean
    );
    let over_time = numbers(&activity.rate_hz);
    assert!(over_time[..30].iter().chain(&over_time[90..]).all(|rate| rate.is_nan()));
    let mean = over_time[30..90].iter().sum::<f64>() / 60.0;
    assert!((mean - rates.mean).abs() < 1e-4 * mean, "{mean}");
    let says =
        |report: &Report, text: &str| report.warnings.iter().any(|warning| warning.text.contains(text));
    assert!(says(&part, "`cells 0`: spikes of 20 of 800 neurons were recorded, in ticks 30 to 90"));
    assert!(!says(&whole, "neurons were recorded"));
    assert_eq!(whole.network.populations[1], part.network.populations[1]);
    // Without the engine's report the number of all spikes is not known, and none is made up.
    let mut simulation = experiment.simulation().unwrap();
    simulation.run(120);
    experiment.file.settings.timesteps = 120;
    let report = report_of_run(&experiment, None, &simulation.recordings(), None).unwrap();
    assert_eq!(report.network.populations[1].n_spikes, None);
    assert!(report.network.populations[2].n_spikes.is_some());
    assert!(!report.figures.iter().any(|figure| figure.label == "mean rate"));
}

#[test]
fn traces_left_out_are_told() {
    let mut network = Network::new("many");
    for i in 0..70 {
        network.add_population(Population::new(&format!("p{i}"), 1, Model::Lif).recording("v"));
    }
    let experiment = Experiment::new(network);
    let mut simulation = experiment.simulation().unwrap();
    simulation.run(5);
    let report = report_of_run(&experiment, None, &simulation.recordings(), None).unwrap();
    assert_eq!(report.activity.traces.len(), 60);
    assert!(
        report
            .warnings
            .iter()
            .any(|warning| warning.text == "10 recordings of state variables were left out")
    );
}

/// The powers of an older chip's cores are not known here: that is a reason, not an error.
#[test]
fn an_older_machine_has_a_map_and_no_account() {
    let mut experiment = experiment();
    experiment.set_machine("spinn5").unwrap();
    let mapped = experiment.map().unwrap();
    let mut simulation = experiment.simulation().unwrap();
    simulation.run(10);
    let recordings = simulation.recordings();
    let report = report_of_run(&experiment, Some(&mapped), &recordings, Some(&simulation.report())).unwrap();
    let map = report.machine.unwrap();
    let used: Vec<f64> = numbers(&map.pes.core);
    assert!(used.iter().all(|&core| map.core_places[core as usize] != [255, 255]));
    assert!(report.energy.is_none());
    assert!(
        report.warnings.iter().any(|warning| warning.text.contains("no power is known")),
        "{:?}",
        report.warnings
    );
}
