//! The command as users meet it: the built binary, its output, its files and its exit codes.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

const NETWORK: &str = r#"
name = "small net"
seed = 3
timesteps = 100

[[population]]
name = "in"
size = 4
model = "poisson_process"
record = []
[population.parameters]
p = 0.2

[[population]]
name = "cell"
size = 10
model = "lif_curr_exp"
record = ["spikes", "v", { variable = "i_exc", neurons = [0] }]

[[population]]
name = "silent"
size = 2
model = "lif"

[[projection]]
pre = "in"
post = "cell"
connector = { type = "fixed_probability", p = 0.8 }
weight = { distribution = "uniform_int", low = 3, high = 9 }
delay = 1
"#;

/// A fresh folder with a network file, and the command in it.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("net.toml"), NETWORK).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gennaker"));
        command.args(arguments).current_dir(self.folder.path());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Standard output of a command that must succeed.
    fn ok(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {errors}");
        assert_eq!(errors, "", "{arguments:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// The message of a command that must fail with exit code 1 and print nothing else.
    fn fails(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert_eq!(String::from_utf8_lossy(&output.stdout), "", "{arguments:?}");
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(message.starts_with("error: "), "{message}");
        message
    }

    fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.ok(arguments)).unwrap()
    }
}

fn entries(folder: &Path) -> Vec<String> {
    let name = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
    let mut names: Vec<String> = fs::read_dir(folder).unwrap().map(|entry| name(entry.unwrap())).collect();
    names.sort();
    names
}

#[test]
fn a_run_tells_what_it_did_and_leaves_results() {
    let desk = Desk::new();
    let text = desk.ok(&["run", "net.toml"]);
    for expected in [
        "small net: 3 populations, 16 neurons, 1 projection, seed 3",
        "chip: 1 chip, 3 PEs",
        "100 ticks of 1 ms",
        "rate (Hz)",
        "note: population `silent` never spiked in 100 ticks: no synapse reaches it",
        "results/small-net",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
    let files = [
        "mapping.json",
        "network.toml",
        "raster.png",
        "raster.svg",
        "run.json",
        "spikes-001.npz",
        "spikes-002.npz",
        "states-001.npz",
        "states.png",
        "states.svg",
        "voltage.png",
        "voltage.svg",
    ];
    assert_eq!(entries(&desk.path("results/small-net")), files);
    // The results hold the network as it was run, and may be replaced by another run of it.
    desk.ok(&["run", "results/small-net/network.toml"]);
}

#[test]
fn json_is_one_document_with_the_same_numbers_for_any_thread_count() {
    let desk = Desk::new();
    let one = desk.json(&["run", "net.toml", "--json", "--no-out", "--threads", "1", "--time", "250"]);
    let three = desk.json(&["run", "net.toml", "--json", "--no-out", "--threads", "3", "--time", "250"]);
    assert_eq!(one["report"]["timesteps"], 250);
    assert_eq!(one["populations"], three["populations"]);
    assert!(one["report"]["n_spikes"].as_u64().unwrap() > 0);
    assert_eq!(one["mapping"]["n_pes"], 3);
    assert_eq!(one["results"], Value::Null);
    let other = desk.json(&["run", "net.toml", "--json", "--no-out", "--seed", "4", "--time", "250"]);
    assert_ne!(one["populations"], other["populations"]);
    assert!(!desk.path("results").exists());
}

#[test]
fn an_interrupted_and_resumed_run_equals_a_whole_one() {
    let desk = Desk::new();
    desk.ok(&["run", "net.toml", "--out", "whole"]);
    desk.ok(&["run", "net.toml", "--time", "40", "--no-out", "--checkpoint", "half.state"]);
    desk.ok(&["run", "net.toml", "--resume", "half.state", "--out", "resumed", "--threads", "3"]);
    for file in ["spikes-001.npz", "states-001.npz", "raster.svg"] {
        let read = |folder: &str| fs::read(desk.path(folder).join(file)).unwrap();
        assert!(read("whole") == read("resumed"), "{file} differs");
    }
    // A state among the results keeps the next run from replacing them, but not this one from writing both.
    desk.ok(&["run", "net.toml", "--out", "both", "--checkpoint", "both/state"]);
    assert!(desk.path("both/state").exists() && desk.path("both/run.json").exists());
    assert!(desk.fails(&["run", "net.toml", "--out", "both"]).contains("it holds `state`"));
    let message = desk.run(&["run", "net.toml", "--time", "40", "--no-out", "--resume", "half.state"]);
    let message = String::from_utf8_lossy(&message.stderr).into_owned();
    assert!(message.contains("the saved state is at tick 40, and the run ends at tick 40"), "{message}");
    fs::write(desk.path("half.state"), "no state").unwrap();
    assert_eq!(desk.run(&["run", "net.toml", "--no-out", "--resume", "half.state"]).status.code(), Some(1));
}

/// Recordings that go to disk during the run make the same results; so do those of a run that is resumed.
#[test]
fn recordings_beyond_memory_are_the_same() {
    let desk = Desk::new();
    let large = NETWORK.replace("size = 10", "size = 2000").replace("timesteps = 100", "timesteps = 400");
    fs::write(desk.path("net.toml"), large).unwrap();
    let files = ["spikes-001.npz", "states-001.npz", "raster.svg", "voltage.png", "states.svg", "run.json"];
    desk.ok(&["run", "net.toml", "--out", "whole"]);
    let pieces = desk.ok(&["run", "net.toml", "--out", "pieces", "--recording-memory", "1"]);
    assert!(!pieces.contains("the pictures show"), "{pieces}");
    let arguments = ["run", "net.toml", "--time", "150", "--no-out", "--checkpoint", "half.state"];
    desk.ok(&[&arguments[..], &["--recording-memory", "1"]].concat());
    desk.ok(&["run", "net.toml", "--resume", "half.state", "--out", "resumed", "--recording-memory", "1"]);
    for folder in ["pieces", "resumed"] {
        for file in &files[..5] {
            let read = |folder: &str| fs::read(desk.path(folder).join(file)).unwrap();
            assert!(read("whole") == read(folder), "{folder}/{file} differs");
        }
    }
    let info = |folder: &str| -> Value {
        serde_json::from_slice(&fs::read(desk.path(folder).join("run.json")).unwrap()).unwrap()
    };
    assert_eq!(info("whole"), info("pieces"));
    desk.ok(&["plot", "pieces", "--from", "100", "--to", "120", "--out", "part.svg"]);
    desk.ok(&["run", "net.toml", "--no-out", "--recording-memory", "1"]);
}

#[test]
fn errors_are_sentences_with_exit_code_1() {
    let desk = Desk::new();
    fs::write(desk.path("empty.toml"), "").unwrap();
    for command in ["run", "map"] {
        assert!(desk.fails(&[command, "empty.toml"]).contains("`empty.toml` holds no network"));
    }
    fs::write(desk.path("lab.toml"), "dead_chips = 3").unwrap();
    assert!(desk.fails(&["machine", "lab.toml"]).starts_with("error: machine file `lab.toml`: "));
    assert!(desk.fails(&["run", "none.toml"]).contains("cannot read `none.toml`"));
    fs::write(desk.path("typo.toml"), NETWORK.replace("pre = \"in\"", "pre = \"inn\"")).unwrap();
    let message = desk.fails(&["run", "typo.toml"]);
    assert!(message.contains("line 26, column 7") && message.contains("did you mean `in`?"), "{message}");
    assert!(desk.fails(&["run", "net.toml", "--machine", "bord"]).contains("board"));
    assert!(
        desk.fails(&["map", "net.toml", "--machine", "none.toml"])
            .contains("cannot read machine file `none.toml`")
    );
    assert!(desk.fails(&["machine", "boards:2"]).contains("3"));
    assert!(desk.fails(&["models", "liff"]).contains("did you mean `lif`?"));
    assert!(desk.fails(&["plot", "nothing"]).contains("nothing"));
    fs::create_dir(desk.path("mine")).unwrap();
    fs::write(desk.path("mine/thesis.txt"), "years").unwrap();
    assert!(desk.fails(&["run", "net.toml", "--out", "mine"]).contains("it holds `thesis.txt`"));
    assert_eq!(fs::read(desk.path("mine/thesis.txt")).unwrap(), b"years");
}

#[test]
fn wrong_usage_has_exit_code_2() {
    let desk = Desk::new();
    for arguments in [
        &["run"][..],
        &["run", "net.toml", "--numeric", "float"],
        &["fly"],
        &["run", "net.toml", "--no-out", "--out", "x"],
        &["run", "net.toml", "--threads", "0"],
        &["run", "net.toml", "--threads", "100000"],
    ] {
        assert_eq!(desk.run(arguments).status.code(), Some(2), "{arguments:?}");
    }
    let negative = desk.run(&["run", "net.toml", "--seed", "-1"]);
    assert_eq!(negative.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&negative.stderr).contains("invalid value '-1' for '--seed <SEED>'"));
}

#[test]
fn hostile_names_reach_neither_file_names_nor_the_terminal() {
    let desk = Desk::new();
    let hostile = r#"name = "../../\u001b[2Jx"
        [[population]]
        name = "<svg onload=x>\u001b]0;gone\u0007\n../y"
        size = 3
        model = "lif""#;
    fs::write(desk.path("hostile.toml"), hostile).unwrap();
    let text = desk.ok(&["run", "hostile.toml"]);
    assert!(!text.contains('\u{1b}') && !text.contains('\u{7}'), "{text:?}");
    assert_eq!(entries(&desk.path("results")), ["2Jx"]);
    let svg = fs::read_to_string(desk.path("results/2Jx/raster.svg")).unwrap();
    assert!(!svg.contains("<svg onload"));
}

#[test]
fn long_names_are_cut_in_tables() {
    let desk = Desk::new();
    fs::write(desk.path("net.toml"), NETWORK.replace("\"cell\"", &format!("\"{}\"", "x".repeat(100_000))))
        .unwrap();
    for arguments in [&["run", "net.toml", "--no-out"], &["map", "net.toml", "--verify"]] {
        let text = desk.ok(arguments);
        assert!(text.contains(&format!("  {}…  ", "x".repeat(60))), "{text}");
    }
}

#[test]
fn mapping_options_are_followed_and_verified() {
    let desk = Desk::new();
    let text =
        desk.ok(&["map", "net.toml", "--verify", "--placer", "application_grouped", "--keys", "malloc"]);
    for expected in ["fullest PE: core", "synapse words", "routing   entries", "verified:"] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
    let mapping = desk.json(&[
        "map",
        "net.toml",
        "--machine",
        "board",
        "--router",
        "dijkstra",
        "--json",
        "--out",
        "m.json",
    ]);
    assert_eq!(mapping["machine"], "board");
    assert_eq!(mapping["options"]["router"], "dijkstra");
    assert_eq!(mapping["options"]["timesteps"], 100);
    let written: Value = serde_json::from_slice(&fs::read(desk.path("m.json")).unwrap()).unwrap();
    assert_eq!(written, mapping);
}

#[test]
fn machines_and_models_are_shown() {
    let desk = Desk::new();
    assert!(desk.ok(&["machine", "dresden"]).contains("5,253,120"));
    assert_eq!(desk.json(&["machine", "board", "--json"])["summary"]["n_chips"], 48);
    assert!(desk.ok(&["machine", "--facts"]).contains("source: "));
    assert!(desk.json(&["machine", "--facts", "--json"]).as_array().unwrap().len() > 50);
    assert!(desk.ok(&["models"]).contains("alpha_decay"));
    assert_eq!(desk.json(&["models", "lif", "relay", "--json"]).as_array().unwrap().len(), 2);
}

#[test]
fn pictures_are_drawn_from_results() {
    let desk = Desk::new();
    desk.ok(&["run", "net.toml", "--out", "r"]);
    let drawn = desk.ok(&["plot", "r", "--out", "pictures", "--from", "10", "--to", "60"]);
    assert_eq!(drawn.lines().count(), 4);
    assert_eq!(entries(&desk.path("pictures")), ["raster.svg", "rates.svg", "states.svg", "voltage.svg"]);
    desk.ok(&["plot", "r", "--out", "one.png", "--kind", "voltage", "--population", "cell"]);
    assert!(fs::read(desk.path("one.png")).unwrap().starts_with(b"\x89PNG"));
    desk.ok(&["plot", "r", "--out", "two.PNG", "--kind", "raster"]);
    assert!(fs::read(desk.path("two.PNG")).unwrap().starts_with(b"\x89PNG"));
    assert!(desk.fails(&["plot", "r", "--out", "x.jpg"]).contains("use a file name ending in .svg or .png"));
    assert!(!desk.path("x.jpg").exists());
    assert!(desk.fails(&["plot", "r", "--population", "cel"]).contains("they have: in, cell, silent"));
    assert!(desk.fails(&["plot", "r", "--from", "60", "--to", "10"]).contains("between tick 60 and tick 10"));
    // Pictures in the result folder do not keep the next run from replacing it.
    desk.ok(&["plot", "r", "--format", "png"]);
    desk.ok(&["run", "net.toml", "--out", "r"]);
}

#[test]
fn machine_energy_and_weights_are_drawn_when_asked_for() {
    let desk = Desk::new();
    desk.ok(&["run", "net.toml", "--out", "r"]);
    let all =
        ["plot", "r", "--kind", "machine", "--kind", "energy", "--kind", "weights", "--metric", "spikes"];
    assert_eq!(desk.ok(&all).lines().count(), 3);
    let svg = |name: &str| fs::read_to_string(desk.path("r").join(name)).unwrap();
    assert!(svg("machine.svg").contains("spikes sent: up to "));
    assert!(svg("energy.svg").contains("modelled: "));
    assert!(svg("weights.svg").contains("weight, as the chip keeps it"));
    desk.ok(&["plot", "r", "--kind", "machine", "--metric", "busy", "--out", "busy.png"]);
    assert!(fs::read(desk.path("busy.png")).unwrap().starts_with(b"\x89PNG"));
    let unknown = desk.fails(&["plot", "r", "--kind", "machine", "--metric", "heat"]);
    assert!(
        unknown.contains("`heat` is no metric of this run; there are: memory, neurons, time"),
        "{unknown}"
    );
    assert!(desk.fails(&["plot", "r", "--metric", "busy"]).contains("add --kind machine"));
    let none = desk.fails(&["plot", "r", "--kind", "weights", "--population", "silent"]);
    assert!(none.contains("no projection"), "{none}");
    // These pictures do not keep the next run from replacing the folder either.
    desk.ok(&["run", "net.toml", "--out", "r", "--no-map"]);
    let unmapped = desk.fails(&["plot", "r", "--kind", "machine"]);
    assert!(unmapped.contains("no picture of the machine: the run was not laid on a machine"), "{unmapped}");
    let unmapped = desk.fails(&["plot", "r", "--kind", "energy"]);
    assert!(unmapped.contains("no picture of energy: the network was not laid on a machine"), "{unmapped}");
    desk.ok(&["plot", "r", "--kind", "weights"]);
}

#[test]
fn metrics_of_runs_without_an_account_say_why() {
    let desk = Desk::new();
    let silent =
        NETWORK.replace(r#"record = ["spikes", "v", { variable = "i_exc", neurons = [0] }]"#, "record = []");
    let chain = "\n[[projection]]\npre = \"cell\"\npost = \"silent\"\nconnector = { type = \"all_to_all\" }\nweight = 1\n";
    fs::write(desk.path("net.toml"), silent + chain).unwrap();
    desk.ok(&["run", "net.toml", "--out", "r"]);
    desk.ok(&["plot", "r", "--kind", "machine"]);
    let busy = desk.fails(&["plot", "r", "--kind", "machine", "--metric", "busy"]);
    assert!(busy.contains("memory, neurons, table (no account of time and energy: "), "{busy}");
    assert!(busy.contains("population `cell`"), "{busy}");
    assert!(desk.fails(&["plot", "r", "--kind", "energy"]).contains("population `cell`"));
}

#[test]
fn the_reference_runs_what_no_chip_holds() {
    let desk = Desk::new();
    fs::write(desk.path("long.toml"), NETWORK.replace("delay = 1", "delay = 100")).unwrap();
    assert!(desk.run(&["run", "long.toml", "--no-out"]).status.code() == Some(1));
    let text = desk.ok(&["run", "long.toml", "--no-out", "--numeric", "reference"]);
    assert!(text.contains("100 ticks"), "{text}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_run_cleanly() {
    use std::io::Read;
    use std::process::Stdio;

    let desk = Desk::new();
    let arguments = ["run", "net.toml", "--time", "2000000000", "--no-map", "--out", "r"];
    // Only spikes of few neurons are recorded, so that nothing fills up while the test waits.
    let short = NETWORK.replace(", \"v\", { variable = \"i_exc\", neurons = [0] }", "");
    fs::write(desk.path("net.toml"), short).unwrap();
    let mut child = desk.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // The first lines come before the run starts; a moment later Ctrl-C is watched for.
    let mut stdout = child.stdout.take().unwrap();
    let mut first = [0];
    stdout.read_exact(&mut first).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(400));
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(kill.success());
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    let output = child.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{errors}");
    assert!(errors.contains("interrupted at tick"), "{errors}");
    let info: Value = serde_json::from_slice(&fs::read(desk.path("r/run.json")).unwrap()).unwrap();
    assert_eq!(info["interrupted"], true);
    assert!(info["timesteps"].as_u64().unwrap() > 0);
}

#[cfg(unix)]
#[test]
fn a_reader_that_leaves_early_is_no_error() {
    use std::process::Stdio;

    let desk = Desk::new();
    let mut child =
        desk.command(&["machine", "--facts"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
