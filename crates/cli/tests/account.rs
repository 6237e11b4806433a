//! `gennaker account` and the levels of fidelity, as users meet them.

use std::fs;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

const NETWORK: &str = r#"
name = "net"
seed = 3
timesteps = 100
machine = "chip"

[account]
level = "auto:20"
energy = { router_packet_pj = 80 }

[event]
drift_ppm = 0.0

[[population]]
name = "in"
size = 40
model = "poisson_process"
record = []
[population.parameters]
p = 0.2

[[population]]
name = "cell"
size = 100
model = "lif_curr_exp"
record = ["spikes"]

[[projection]]
pre = "in"
post = "cell"
connector = { type = "fixed_probability", p = 0.5 }
weight = 3
delay = 1
"#;

struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("net.toml"), NETWORK).unwrap();
        Self(folder)
    }

    fn gennaker(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_gennaker"))
            .args(arguments)
            .current_dir(self.0.path())
            .output()
            .unwrap()
    }

    fn ok(&self, arguments: &[&str]) -> String {
        let output = self.gennaker(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.ok(arguments)).unwrap()
    }

    fn fails(&self, arguments: &[&str]) -> String {
        let output = self.gennaker(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    }
}

#[test]
fn a_counted_run_and_an_account_afterwards_say_the_same() {
    let desk = Desk::new();
    let text = desk.ok(&["run", "net.toml", "--fidelity", "counted", "--out", "out"]);
    for expected in [
        "account   chip: 2 PEs",
        "level auto:20",
        "in time: the latest PE",
        "pJ all-in",
        "modelled, not measured",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
    let during: Value =
        serde_json::from_slice(&fs::read(desk.0.path().join("out/account.json")).unwrap()).unwrap();
    assert_eq!(desk.json(&["account", "out", "--json"]), during);
    assert_eq!(during["options"]["coefficients"]["router_packet_pj"], 80.0);
    desk.ok(&[
        "account",
        "out",
        "--level",
        "low",
        "--set",
        "unused_pes=off",
        "--out",
        "low.json",
        "--counters",
        "counts.npz",
    ]);
    let counts = gennaker::formats::read_npz(&desk.0.path().join("counts.npz")).unwrap();
    assert_eq!(
        (counts["packets"].shape.as_slice(), counts["links"].shape.as_slice()),
        (&[100, 2][..], &[100, 0][..])
    );
    let events: f64 = counts["events"].to_f64().iter().sum();
    assert_eq!(Some(events), during["n_synaptic_events"].as_f64());
    let low: Value = serde_json::from_slice(&fs::read(desk.0.path().join("low.json")).unwrap()).unwrap();
    assert!(low["total_j"].as_f64() < during["total_j"].as_f64());
    assert_eq!(low["n_synaptic_events"], during["n_synaptic_events"]);
}

#[test]
fn results_remember_their_assumptions() {
    let desk = Desk::new();
    desk.ok(&["run", "net.toml", "--out", "out", "--level", "pl2", "--set", "quad_permits=2"]);
    let options = &desk.json(&["account", "out", "--json"])["options"];
    assert_eq!((&options["level"], &options["quad_permits"]), (&"pl2".into(), &2.into()));
    assert_eq!(desk.json(&["account", "out", "--json", "--level", "low"])["options"]["level"], "low");
    desk.ok(&["run", "net.toml", "--out", "event", "--fidelity", "event", "--event", "fifo_policy=stall"]);
    let kept = fs::read_to_string(desk.0.path().join("event/network.toml")).unwrap();
    assert!(kept.contains("fifo_policy = \"stall\""), "{kept}");
}

#[test]
fn a_sweep_is_one_table() {
    let desk = Desk::new();
    desk.ok(&["run", "net.toml", "--out", "out"]);
    let dimensions = ["--sweep", "level=low,high", "--sweep", "atoms=10,50", "--sweep", "tick=100us,1ms"];
    let rows = desk.json(&[&["account", "out", "--json"][..], &dimensions].concat());
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len(), 8);
    assert_eq!(rows[3]["values"], serde_json::json!([["level", "low"], ["atoms", "50"], ["tick", "1ms"]]));
    assert!(rows[0]["n_pes"].as_u64() > rows[2]["n_pes"].as_u64());
    let text = desk.ok(&[&["account", "out"][..], &dimensions].concat());
    assert_eq!(text.lines().count(), 9, "{text}");
}

#[test]
fn the_event_level_gives_the_same_spikes_or_says_why_not() {
    let desk = Desk::new();
    let run = ["run", "net.toml", "--fidelity", "event"];
    let text = desk.ok(&[&run[..], &["--out", "event"]].concat());
    assert!(
        text.contains("nothing late, lost or lagging")
            && text.contains("all spikes are those of the functional level"),
        "{text}"
    );
    desk.ok(&["run", "net.toml", "--out", "functional"]);
    let spikes = |folder: &str| fs::read(desk.0.path().join(folder).join("spikes-001.npz")).unwrap();
    assert!(spikes("event") == spikes("functional"));
    // Too short a tick: the PE of `cell` cannot keep up, and says so.
    let text = desk.ok(&[&run[..], &["--no-out", "--tick", "20us", "--level", "low"]].concat());
    assert!(
        text.contains("NOT in time")
            && text.contains("first population `cell`, neurons 0 to 99 (core 2 of chip (0, 0))"),
        "{text}"
    );
    assert!(text.contains("spikes differ from the functional level; first tick"), "{text}");
}

#[test]
fn what_cannot_be_is_refused() {
    let desk = Desk::new();
    desk.ok(&["run", "net.toml", "--out", "out"]);
    desk.ok(&["run", "net.toml", "--out", "unmapped", "--no-map"]);
    for (arguments, said) in [
        (&["account", "nothing"][..], "nothing"),
        (&["account", "unmapped"], "run without --no-map"),
        (&["account", "out", "--level", "warp"], "`warp` is no level policy"),
        (&["account", "out", "--level", "pl4"], "performance level 4 does not exist"),
        (&["account", "out", "--tick=-1ms"], "the duration of a tick is `-1ms`"),
        (
            &["account", "out", "--set", "energy.cycle_low_pj=-8"],
            "`energy.cycle_low_pj` is -8; give a number from 0",
        ),
        (&["account", "out", "--set", "energy.cycle_low_pj"], "write it as name=value"),
        (&["account", "out", "--sweep", "level=low,nope"], "`nope` is no level policy"),
        (&["run", "net.toml", "--no-out", "--fidelity", "counted", "--no-map"], "leave out --no-map"),
        (
            &["run", "net.toml", "--no-out", "--fidelity", "event", "--event", "fifo_policy=sink"],
            "unknown variant `sink`",
        ),
        (&["run", "net.toml", "--no-out", "--fidelity", "event", "--event", "drift_ppm=-5"], "drift_ppm"),
        (&["run", "net.toml", "--no-out", "--event", "colour=red"], "unknown field `colour`"),
        (&["run", "net.toml", "--no-out", "--fidelity", "event", "--tick", "2s"], "tick_ns"),
        (&["run", "net.toml", "--no-out", "--fidelity", "event", "--set", "level_of.nobody=low"], "`nobody`"),
        (
            &["run", "net.toml", "--no-out", "--fidelity", "event", "--numeric", "reference"],
            "its PEs compute as the chip does",
        ),
    ] {
        let message = desk.fails(arguments);
        assert!(message.starts_with("error: ") && message.contains(said), "{arguments:?}: {message}");
    }
    // A mapping of another network beside these results.
    desk.ok(&["run", "net.toml", "--out", "other"]);
    let mapping = fs::read_to_string(desk.0.path().join("other/mapping.json")).unwrap();
    fs::write(
        desk.0.path().join("out/mapping.json"),
        mapping.replace("\"hi\": 100", "\"hi\": 90").replace("\"hi\":100", "\"hi\":90"),
    )
    .unwrap();
    let message = desk.fails(&["account", "out"]);
    assert!(message.contains("`cell` has 100 neurons, the mapping has places for 90"), "{message}");
}
