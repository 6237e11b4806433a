//! `gennaker qubo` as users meet it.

use std::fs;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// The five vertices of Glover et al. (2019), whose largest cut has 5 of 6 edges.
const GRAPH: &str = "5 6\n1 2 1\n1 3 1\n2 4 1\n3 4 1\n3 5 1\n4 5 1\n";
const FILES: [(&str, &str); 8] = [
    ("graph.txt", GRAPH),
    ("ring.txt", "4 4\n1 2\n2 3\n3 4\n4 1\n"),
    ("matrix.txt", "2 3\n1 1 -3\n1 2 2\n2 2 -2\n"),
    ("half.qubo", "p qubo 0 2 2 1\n0 0 -1.5\n1 1 0.25\n0 1 1\n"),
    ("formula.cnf", "p cnf 3 3\n1 2 -3 0\n-1 3 0\n-2 0\n"),
    (
        "square.tsp",
        "TYPE: TSP\nDIMENSION: 4\nEDGE_WEIGHT_TYPE: MAN_2D\nNODE_COORD_SECTION\n1 0 0\n2 0 2\n3 2 2\n4 2 0\nEOF\n",
    ),
    ("numbers.txt", "4 5 6 7 8\n"),
    ("triangle.col", "p edge 3 3\ne 1 2\ne 2 3\ne 1 3\n"),
];

fn desk() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    FILES.iter().for_each(|(name, text)| fs::write(folder.path().join(name), text).unwrap());
    folder
}

fn call(folder: &TempDir, arguments: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gennaker"));
    command.arg("qubo").args(arguments.split(' ')).current_dir(folder.path()).output().unwrap()
}

fn done(folder: &TempDir, arguments: &str) -> String {
    let output = call(folder, arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && errors.is_empty(), "{arguments}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// The message on standard error of a command that must fail with this exit code and print nothing else.
fn failed(folder: &TempDir, arguments: &str, code: i32) -> String {
    let output = call(folder, arguments);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(code), 0), "{arguments}");
    String::from_utf8(output.stderr).unwrap()
}

fn json(folder: &TempDir, arguments: &str) -> Value {
    serde_json::from_str(&done(folder, &format!("{arguments} --json"))).unwrap()
}

#[test]
fn every_kind_is_solved_and_valued_in_its_own_terms() {
    let desk = desk();
    for (arguments, kind, value, solution) in [
        ("graph.txt", "maxcut", "5", ""),
        ("ring.txt --kind maxcut", "maxcut", "4", ""),
        ("ring.txt --kind independent-set", "independent-set", "2", ""),
        ("ring.txt --colors 2", "coloring", "2", ""),
        ("matrix.txt", "qubo", "-3", "[1,0]"),
        ("matrix.txt --sense maximise", "qubo", "0", "[0,0]"),
        ("matrix.txt --kind ising", "ising", "-3", "[1,-1]"),
        ("half.qubo", "qubo", "-3/2", "[1,0]"),
        ("formula.cnf", "maxsat", "3", ""),
        ("square.tsp", "tour", "8", ""),
        ("numbers.txt", "partition", "0", ""),
        ("triangle.col --colors 3", "coloring", "3", ""),
    ] {
        let found = json(&desk, &format!("{arguments} --steps 300 --reads 4 --seed 2"));
        let best = &found["best"];
        assert_eq!(
            (&found["problem"]["kind"], &best["objective"]["exact"]),
            (&kind.into(), &value.into()),
            "{arguments}"
        );
        let own = best["solution"].as_object().unwrap().values().next().unwrap().to_string();
        assert!(solution.is_empty() || own == solution, "{arguments}: {own}");
    }
}

#[test]
fn a_search_tells_what_it_did() {
    let desk = desk();
    let text = done(&desk, "graph.txt --steps 200 --reads 5 --target 5 --schedule geometric:3:0.2");
    for expected in [
        "problem   graph: maximum cut, 5 vertices, 6 edges\n          taken for `maxcut`; say otherwise with --kind",
        "search    5 reads of 200 ticks, colour in 3 classes, metropolis, geometric from 3.00 to 0.200, seed 0",
        "best      cut 5: read ",
        "target    5: met by 5 of 5 reads\n",
        "proposals, ",
        "time to target",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
    let text = done(&desk, "triangle.col --colors 2 --steps 50 --reads 1");
    assert!(text.contains("no solution: the best state breaks 1 rule (value 1 with penalties)"), "{text}");
    assert!(text.contains("target    no rule broken: met by 0 of 1 read"), "{text}");
    let text = done(&desk, "graph.txt --target 6 --steps 100 --reads 2");
    assert!(text.contains("target    6: met by 0 of 2 reads; the best is 16.7 % worse"), "{text}");
    assert!(done(&desk, "numbers.txt --steps 500").contains("it is proved optimal"));
}

#[test]
fn results_are_those_of_problem_options_and_seed() {
    let desk = desk();
    let search = |options: &str| {
        let mut found = json(&desk, &format!("graph.txt --steps 100 --reads 3 {options}"));
        for changing in ["seconds", "proposals_per_second"] {
            found.as_object_mut().unwrap().remove(changing);
        }
        found["options"].as_object_mut().unwrap().remove("threads");
        found
    };
    let found = search("--seed 7");
    assert_eq!(found, search("--seed 7 --threads 1"));
    assert_eq!(found["options"]["seed"], 7);
    assert_ne!(found["reads"], search("--seed 8")["reads"]);
    // What was chosen, given again.
    let options = &found["options"];
    let text = |key: &str| options[key].as_str().unwrap();
    let again = format!(
        "--seed 7 --discipline {} --rule {} --schedule {}",
        text("discipline"),
        text("rule"),
        text("schedule")
    );
    assert_eq!(found, search(&again));
    assert_ne!(found["reads"], search("--seed 7 --rule heat-bath")["reads"]);
    assert_ne!(found["reads"], search("--seed 7 --discipline one")["reads"]);
}

#[test]
fn folders_hold_numbers_solution_and_pictures() {
    let desk = desk();
    let text = done(&desk, "graph.txt --steps 100 --reads 3 --out out");
    assert!(text.ends_with("results   out\n"), "{text}");
    let read = |name: &str| fs::read_to_string(desk.path().join("out").join(name)).unwrap();
    let mut names: Vec<String> = fs::read_dir(desk.path().join("out"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let expected = [
        "energy.png",
        "energy.svg",
        "partition.png",
        "partition.svg",
        "result.json",
        "solution.txt",
        "solutions.csv",
    ];
    assert_eq!(names, expected);
    assert_eq!(read("solutions.csv").lines().count(), 4);
    let solution = read("solution.txt");
    assert!(solution.starts_with("# graph: maxcut, cut 5\n# vertex, side\n1 "), "{solution}");
    // What the file says, evaluated from the statement alone.
    let sides: Vec<&str> = solution.lines().skip(2).map(|line| line.split(' ').nth(1).unwrap()).collect();
    let side = |word: &str| sides[word.parse::<usize>().unwrap() - 1];
    let edges = GRAPH.lines().skip(1).map(|line| line.split(' ').collect::<Vec<_>>());
    assert_eq!(edges.filter(|e| side(e[0]) != side(e[1])).count(), 5);
    let document: Value = serde_json::from_str(&read("result.json")).unwrap();
    assert_eq!(document["best"]["objective"]["number"], 5.0);
    assert!(read("partition.svg").contains("cut 5 · 5 of 6 edges between the sides"));
    // Results give way to results, and to nothing else.
    done(&desk, "numbers.txt --out out --steps 10");
    assert!(!desk.path().join("out/partition.svg").exists());
    fs::write(desk.path().join("out/mine.txt"), "").unwrap();
    assert!(failed(&desk, "graph.txt --out out", 1).contains("it holds `mine.txt`"));
    assert!(failed(&desk, "graph.txt --out graph.txt", 1).contains("it is a file"));
}

#[test]
fn times_and_targets_stop_searches() {
    let desk = desk();
    let text = done(&desk, "graph.txt --steps 4000000 --reads 3 --seconds 0.05 --threads 1 --discipline one");
    assert!(text.contains("note: the time was up before the schedule's end"), "{text}");
    assert!(text.contains("2 reads did not get to run"), "{text}");
    let found = json(&desk, "ring.txt --kind maxcut --target 4 --steps 1000 --reads 8 --stop-all");
    let reads = found["reads"].as_array().unwrap();
    assert!(reads.iter().all(|read| read["ticks"] == reads[0]["ticks"]), "{found}");
    let found = json(&desk, "graph.txt --core-time 0.05 --reads 1");
    assert_eq!(found["reads"][0]["ticks"], found["options"]["steps"]);
}

#[test]
fn the_machine_meets_the_target_when_the_reads_do() {
    let desk = desk();
    let search = "graph.txt --kind independent-set --target 1 --reads 20 --machine chip";
    let found = json(&desk, search);
    let n_broken = found["reads"].as_array().unwrap().iter().filter(|r| r["n_violations"] != 0).count();
    assert!(n_broken > 0, "some reads stop at a state that is as good and no solution: {found}");
    assert_eq!(found["hardware"]["to_target"]["n_ticks"], found["target"]["ticks_99"]);
    let found = json(&desk, &format!("{search} --stop-all"));
    assert_eq!(found["hardware"]["to_target"], Value::Null, "the first says nothing of others");
    // Met by the state that it began with: being told of it takes a tick, and joules.
    let found = json(&desk, "graph.txt --target -1 --machine chip --coding states");
    assert_eq!((&found["hardware"]["n_ticks"], &found["reads"][0]["ticks"]), (&1.into(), &0.into()));
    assert!(found["hardware"]["to_target"]["energy_j"].as_f64().unwrap() > 0.0, "{found}");
    let text = done(&desk, "matrix.txt --machine chip --coding states --reads 1 --steps 1");
    assert!(
        text.contains("QUBO, 2 bits, 1 pair, minimised") && text.contains("spins     2 neurons, 1 coupling"),
        "{text}"
    );
    assert!(text.contains("machine   chip: 1 read of 2 `gibbs` neurons"), "{text}");
}

#[test]
fn what_cannot_be_is_refused_with_the_remedy() {
    let desk = desk();
    fs::write(desk.path().join("broken.txt"), "3 2\n1 2 1\n1 4 1\n").unwrap();
    fs::write(desk.path().join("large.txt"), "2 1\n1 2 4611686018427387903\n").unwrap();
    for (arguments, expected) in [
        ("none.txt", "cannot read none.txt"),
        ("broken.txt", "`broken.txt`: line 3, column 3: `4` where a vertex, 1 to 3 is expected"),
        (
            "ring.txt",
            "could be meant as `maxcut`, `independent-set`, `coloring`, `partition`; say which by its kind (`--kind`)",
        ),
        ("triangle.col", "`colors`: a colouring needs the number of colours"),
        ("graph.txt --discipline parallel", "use `colour`, `refractory`, `gate` or `one`"),
        ("graph.txt --discipline lucky", "`lucky` is not an update discipline"),
        ("graph.txt --rule cold", "rule `cold`: known are metropolis and heat_bath"),
        ("graph.txt --schedule geometric:1", "schedule `geometric:1`: write it as"),
        (
            "graph.txt --schedule constant:-1",
            "schedule `constant:-1`: its values have to be finite numbers, not below 0",
        ),
        ("triangle.col --colors 3 --target 3", "a colouring has no target"),
        ("graph.txt --seconds 0", "--seconds 0: give a number above 0"),
        ("graph.txt --core-time nan", "--core-time NaN: give a number above 0"),
        ("graph.txt --sense maximise", "`sense`: only matrices"),
        ("graph.txt --instance 1", "`instance`: the file holds one problem"),
        ("graph.txt --coding states", "`coding` changes nothing without a machine"),
        ("graph.txt --network both --out both --json", "it holds `network.toml`"),
        ("large.txt", "`large.txt`: the sum of all absolute coefficients reaches"),
        (
            "graph.txt --machine dresden --reads 4000000",
            "4000000 replicas of 10 neurons and 48 synapses each are more than memory is meant for, which is 1187767",
        ),
        (
            "graph.txt --reads 4294967295",
            "4294967295 reads of this problem where at most 4113953 are allowed",
        ),
        ("graph.txt --steps 4294967295 --anneals 2", "the number of ticks of all anneals is 8589934590"),
    ] {
        let problem = failed(&desk, arguments, 1);
        assert!(problem.starts_with("error: ") && problem.contains(expected), "{arguments}: {problem}");
    }
    for wrong in [
        "graph.txt --kind cut",
        "graph.txt --reads 0",
        "graph.txt --steps 9 --core-time 1",
        "graph.txt --target x",
    ] {
        failed(&desk, wrong, 2);
    }
}
