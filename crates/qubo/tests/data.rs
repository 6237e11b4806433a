//! Instances in circulation, where they are at hand: what the files hold, and that their published optima are optima of what
//! is made of them.

mod common;

use common::{data, states};
use gennaker_qubo::read::{self, Choice, Limits};
use gennaker_qubo::{
    Coloring, Distances, Fraction, Graph, IndependentSet, Ising, Kind, MaxCut, Problem, Sense, Tour,
};

fn graph(file: &str) -> Option<Graph> {
    data(file).map(|b| read::edge_list(&b, &Limits::default()).unwrap())
}

/// Numbers between 0 and 1 that look drawn: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
fn draw(state: &mut u64) -> f64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mixed = (*state ^ *state >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((mixed ^ mixed >> 31) >> 11) as f64 / (1u64 << 53) as f64
}

/// The lowest energy of `RUNS` annealings (Kirkpatrick et al., Science 220, 1983), and its state.
fn anneal(ising: &Ising) -> (i64, Vec<i8>) {
    const RUNS: usize = 20;
    const SWEEPS: i32 = 1000;
    let mut random = 1;
    let mut best = (i64::MAX, Vec::new());
    let hot = 2.0 * ising.max_local_field() as f64;
    for _ in 0..RUNS {
        let mut spins: Vec<i8> =
            (0..ising.n()).map(|_| if draw(&mut random) < 0.5 { -1 } else { 1 }).collect();
        let mut energy = ising.energy(&spins).unwrap();
        for sweep in 0..SWEEPS {
            let temperature = hot * 0.001f64.powf(f64::from(sweep) / f64::from(SWEEPS));
            for i in 0..ising.n() {
                let delta = ising.flip_delta(&spins, i);
                if delta <= 0 || draw(&mut random) < (-delta as f64 / temperature).exp() {
                    spins[i] = -spins[i];
                    energy += delta;
                }
            }
            if energy < best.0 {
                best = (energy, spins.clone());
            }
        }
    }
    assert_eq!(ising.energy(&best.1).unwrap(), best.0);
    best
}

/// Checks that annealing finds the published optimum and nothing beyond it, and that the state decodes to it.
fn check_optimum<P: Problem>(problem: &P, optimum: i64, name: &str) {
    let ising = problem.ising().unwrap();
    let (energy, state) = anneal(&ising);
    assert_eq!(ising.value(energy), Fraction::from(optimum), "{name}");
    assert_eq!(problem.decode(&state).unwrap().objective(), Some(Fraction::from(optimum)), "{name}");
}

#[test]
fn graphs_hold_what_they_should() {
    // Vertices, edges, sum of weights, counted apart from this library.
    let files = [
        ("toy/glover5.txt", 5, 6, 6),
        ("coloring/myciel5.txt", 47, 236, 236),
        ("biqmac/pm1d_80.0.txt", 80, 3128, -80),
        ("biqmac/ising2.5-100_5555.txt", 100, 4950, -158_427),
        ("biqmac/t3g7_5555.txt", 343, 1029, 73_324),
        ("biqmac/t2g20_5555.txt", 400, 800, -1_422_881),
        ("mis/mis-uniform-1000-0.05-0.txt", 1000, 25_000, 25_000),
        ("gset/G1.txt", 800, 19_176, 19_176),
        ("gset/G6.txt", 800, 19_176, 154),
        ("gset/G27.txt", 2000, 19_990, -42),
        ("gset/G39.txt", 2000, 11_778, 28),
        ("gset/G70.txt", 10_000, 9999, 9999),
    ];
    for (file, n, m, total) in files {
        let Some(graph) = graph(file) else { return };
        assert_eq!((graph.n(), graph.n_edges(), graph.total_weight()), (n, m, total), "{file}");
    }
}

#[test]
fn degrees_of_the_g_set() {
    // Largest weighted degrees: facts about the graphs, from other readers.
    for (file, most) in
        [("gset/G1.txt", 67), ("gset/G14.txt", 132), ("gset/G39.txt", 210), ("gset/G55.txt", 15)]
    {
        let Some(graph) = graph(file) else { return };
        let ising = MaxCut { graph }.ising().unwrap();
        assert_eq!((ising.max_degree(), ising.max_weighted_degree()), (most as usize, most), "{file}");
    }
}

#[test]
fn matrices_hold_what_they_should() {
    // Variables, sum of entries as listed.
    let files = [
        ("qubo/gka9b.txt", 100, 245_162i64),
        ("qubo/bqp500-2.txt", 500, -5445),
        ("qubo/bqp1000-5.txt", 1000, -26_661),
        ("qubo/gka1f.txt", 500, 1534),
    ];
    for (file, n, total) in files {
        let Some(bytes) = data(file) else { return };
        let qubo = read::bqp(&bytes, Sense::Minimise, &Limits::default()).unwrap();
        let off: i64 = qubo.pairs().map(|p| p.2).sum();
        assert_eq!((qubo.n(), qubo.linear().iter().sum::<i64>() + off / 2), (n, total), "{file}");
        let all = vec![1; n];
        assert_eq!(qubo.energy(&all).unwrap(), qubo.linear().iter().sum::<i64>() + off, "{file}");
    }
}

#[test]
fn published_optima_of_matrices_need_the_factor_two() {
    let files = [
        ("gka1c", -5058),
        ("gka3b", -118),
        ("gka9b", -137),
        ("bqp50-1", -2098),
        ("bqp50-2", -3702),
        ("bqp50-3", -4626),
        ("bqp50-4", -3544),
        ("gka1a", -3414),
        ("bqp100-1", -7970),
        ("bqp100-3", -12_723),
        ("gka10d", -19_102),
    ];
    for (name, optimum) in files {
        let Some(bytes) = data(&format!("qubo/{name}.txt")) else { return };
        check_optimum(&read::bqp(&bytes, Sense::Minimise, &Limits::default()).unwrap(), optimum, name);
    }
}

#[test]
fn published_optima_of_graphs() {
    for (name, optimum) in [
        ("g05_60.0", 536),
        ("g05_100.0", 1430),
        ("pm1s_100.0", 127),
        ("pw05_100.0", 8190),
        ("w09_100.0", 2121),
        ("pm1d_80.0", 227),
    ] {
        let Some(graph) = graph(&format!("biqmac/{name}.txt")) else { return };
        check_optimum(&MaxCut { graph }, optimum, name);
    }
    let Some(graph) = graph("mis/mis-uniform-100-0.05-0.txt") else { return };
    check_optimum(&IndependentSet::new(graph), 44, "mis");
}

#[test]
fn four_colours_do_for_myciel3_and_three_do_not() {
    let Some(graph) = graph("coloring/myciel3.txt") else { return };
    let value = |k| {
        let ising = Coloring::new(graph.clone(), k).ising().unwrap();
        ising.value(anneal(&ising).0)
    };
    assert_eq!((value(4), value(3)), (Fraction::from(0), Fraction::from(1)));
    check_optimum_colours(&Coloring::new(graph, 4));
}

fn check_optimum_colours(problem: &Coloring) {
    let state = anneal(&problem.ising().unwrap()).1;
    assert_eq!(problem.decode(&state).unwrap().objective(), Some(Fraction::from(4)));
}

#[test]
fn lists_of_numbers_have_their_differences() {
    for (name, best) in [("npp16-0", 0), ("npp16-1", 1), ("npp16-2", 0), ("npp16-3", 1)] {
        let Some(bytes) = data(&format!("npp/{name}.txt")) else { return };
        let problem = read::numbers(&bytes, &Limits::default()).unwrap();
        let ising = problem.ising().unwrap();
        let state = states(16).min_by_key(|s| ising.energy(s).unwrap()).unwrap();
        assert_eq!(ising.value(ising.energy(&state).unwrap()), Fraction::from(best * best), "{name}");
        assert_eq!(problem.decode(&state).unwrap().objective(), Some(Fraction::from(best)), "{name}");
    }
}

#[test]
fn the_smallest_formula_of_satlib_can_be_satisfied() {
    let Some(bytes) = data("sat/uf20-01.cnf") else { return };
    let problem = read::cnf(&bytes, &Limits::default()).unwrap();
    assert_eq!((problem.n(), problem.n_clauses(), problem.n_states()), (20, 91, 111));
    let bits = |s: Vec<i8>| s.into_iter().map(|s| s > 0).collect::<Vec<bool>>();
    let all = Fraction::from(91);
    let found = states(20).map(bits).find(|a| problem.objective(a).unwrap() == all).unwrap();
    let ising = problem.ising().unwrap();
    let state = problem.encode(&found).unwrap();
    assert_eq!(ising.value(ising.energy(&state).unwrap()), all);
}

/// A shortest tour (Held and Karp, Journal of SIAM 10, 1962): for every set of cities besides 0 and every last one, the shortest path.
fn shortest_tour(d: &Distances) -> Vec<usize> {
    let rest = d.n() - 1;
    let mut paths = vec![i64::MAX; rest << rest];
    for last in 0..rest {
        paths[(1 << last) * rest + last] = d.get(0, last + 1);
    }
    let from = |paths: &[i64], set: usize, last: usize| {
        let before = set & !(1 << last);
        let path = |&k: &usize| paths[before * rest + k] + d.get(k + 1, last + 1);
        (0..rest).filter(|k| before >> k & 1 == 1).min_by_key(path).map(|k| (k, path(&k)))
    };
    for set in 1..1usize << rest {
        for last in (0..rest).filter(|k| set >> k & 1 == 1 && set.count_ones() > 1) {
            paths[set * rest + last] = from(&paths, set, last).unwrap().1;
        }
    }
    let mut set = (1 << rest) - 1;
    let mut last = (0..rest).min_by_key(|&k| paths[set * rest + k] + d.get(k + 1, 0)).unwrap();
    let mut tour = vec![0, last + 1];
    while let Some((before, _)) = from(&paths, set, last) {
        set &= !(1 << last);
        last = before;
        tour.push(last + 1);
    }
    tour
}

#[test]
fn tours_of_tsplib_have_their_lengths() {
    for (name, optimum) in [("burma14", 3323), ("gr17", 2085)] {
        let Some(bytes) = data(&format!("tsp/{name}.tsp")) else { return };
        let problem = Tour::new(read::tsplib(&bytes, &Limits::default()).unwrap());
        let tour = shortest_tour(&problem.distances);
        assert_eq!(problem.objective(&tour).unwrap(), Fraction::from(optimum), "{name}");
        let (ising, state) = (problem.ising().unwrap(), problem.encode(&tour).unwrap());
        assert_eq!(ising.value(ising.energy(&state).unwrap()), Fraction::from(optimum), "{name}");
        assert_eq!(problem.decode(&state).unwrap().objective(), Some(Fraction::from(optimum)), "{name}");
    }
}

#[test]
fn matrices_of_tsplib_are_whole() {
    // Cities, sum of the distances between all pairs, summed apart from this library.
    for (name, n, total) in [("bays29", 29, 83_656), ("fri26", 26, 33_665)] {
        let Some(bytes) = data(&format!("tsp/{name}.tsp")) else { return };
        let d = read::tsplib(&bytes, &Limits::default()).unwrap();
        let sum: i64 = (0..d.n()).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| d.get(i, j)).sum();
        assert_eq!((d.n(), sum), (n, total), "{name}");
    }
}

#[test]
fn every_file_is_opened_for_what_it_is() {
    let Some(list) = data("instances.csv") else { return };
    let mut n_files = 0;
    for line in String::from_utf8(list).unwrap().lines().skip(1) {
        let fields: Vec<&str> = line.split(',').take(5).collect();
        let (file, kind) = (fields[1], fields[2]);
        let (n, m) = (fields[3].parse::<usize>().unwrap(), fields[4].parse::<usize>().unwrap());
        let Some(bytes) = data(file) else { continue };
        let (kind, sizes) = match kind {
            "qubo" => (Kind::Qubo, vec![n]),
            "max3sat" => (Kind::MaxSat, vec![n, m]),
            "npp" => (Kind::Partition, vec![n]),
            "tsp" => (Kind::Tour, vec![n]),
            "coloring" => (Kind::Coloring, vec![n, m, 5]),
            "mis" => (Kind::IndependentSet, vec![n, m]),
            _ => (Kind::MaxCut, vec![n, m]),
        };
        let n_colours = (kind == Kind::Coloring).then_some(5);
        let said = Choice { kind: Some(kind), n_colours, ..Choice::default() };
        let ending = file.rsplit('.').next().unwrap();
        let opened = read::parse(&bytes, ending, &said, &Limits::default()).unwrap();
        let found: Vec<usize> = opened.problem.sizes().iter().map(|s| s.1).take(sizes.len()).collect();
        assert_eq!((opened.problem.kind(), found, opened.first_index), (kind, sizes, 1), "{file}");
        // Nothing in them tells these from graphs to be cut.
        let is_graph = matches!(kind, Kind::IndependentSet | Kind::Coloring);
        let guessed = read::parse(&bytes, ending, &Choice::default(), &Limits::default()).unwrap();
        let expected = if is_graph { Kind::MaxCut } else { kind };
        assert_eq!((guessed.problem.kind(), guessed.is_guessed), (expected, true), "{file}");
        n_files += 1;
    }
    assert!(n_files > 0, "a list, but none of its files");
}
