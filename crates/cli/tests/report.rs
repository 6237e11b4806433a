//! `gennaker report` and `gennaker run --watch`, as users meet them.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

fn network(timesteps: u32) -> String {
    format!(
        r#"
name = "</script><img src=x onerror=alert(1)>"
timesteps = {timesteps}
[[population]]
name = "noise"
size = 40
model = "poisson_process"
[population.parameters]
p = 0.1
[[population]]
name = "cells"
size = 100
model = "lif"
record = ["spikes"]
[population.parameters]
threshold = 5.0
[[projection]]
pre = "noise"
post = "cells"
connector = {{ type = "fixed_probability", p = 0.5 }}
weight = 2
"#
    )
}

fn desk(timesteps: u32) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("net.toml"), network(timesteps)).unwrap();
    folder
}

fn gennaker(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_gennaker")).args(arguments).current_dir(folder).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The data of a page, which no name can end.
fn data(page: &str) -> Value {
    let (_, rest) = page.split_once("id=\"report-data\">").unwrap();
    let (json, rest) = rest.split_once("</script>").unwrap();
    assert!(!json.contains('<') && !rest.contains("onerror"));
    serde_json::from_str(json).unwrap()
}

#[test]
fn a_page_beside_the_results() {
    let desk = desk(100);
    let run = gennaker(desk.path(), &["run", "net.toml", "--out", "results", "--report"]);
    assert!(run.status.success(), "{}", text(&run.stderr));
    let first = fs::read_to_string(desk.path().join("results/report.html")).unwrap();
    assert_eq!(data(&first)["title"], "</script><img src=x onerror=alert(1)>");
    let again = gennaker(desk.path(), &["report", "results", "--out", "page.html"]);
    assert_eq!(text(&again.stdout), "page.html\n");
    assert_eq!(fs::read_to_string(desk.path().join("page.html")).unwrap(), first);
    // A folder with a page in it is still a result folder, and can be written anew.
    let run = gennaker(desk.path(), &["run", "net.toml", "--out", "results"]);
    assert!(run.status.success() && !desk.path().join("results/report.html").exists());
    let slow = gennaker(desk.path(), &["report", "results", "--level", "low", "--from", "20", "--to", "30"]);
    assert!(slow.status.success(), "{}", text(&slow.stderr));
    let slow = data(&fs::read_to_string(desk.path().join("results/report.html")).unwrap());
    assert_eq!(slow["activity"]["ticks"]["start"], 20);
    assert!(slow["energy"]["total_j"].as_f64() < data(&first)["energy"]["total_j"].as_f64());
    let event =
        gennaker(desk.path(), &["run", "net.toml", "--out", "event", "--report", "--fidelity", "event"]);
    assert!(
        event.status.success() && desk.path().join("event/report.html").exists(),
        "{}",
        text(&event.stderr)
    );
}

/// Spikes that were not recorded cannot be counted afterwards; what was counted during the run is shown then.
#[test]
fn a_counted_run_keeps_its_account() {
    let desk = desk(50);
    let unrecorded = network(50)
        .replace("record = [\"spikes\"]", "record = []")
        .replace("pre = \"noise\"", "pre = \"cells\"");
    fs::write(desk.path().join("net.toml"), unrecorded).unwrap();
    let page = |folder: &str, fidelity: &str| {
        let run = ["run", "net.toml", "--out", folder, "--report", "--fidelity", fidelity];
        let run = gennaker(desk.path(), &run);
        assert!(run.status.success(), "{}", text(&run.stderr));
        data(&fs::read_to_string(desk.path().join(folder).join("report.html")).unwrap())
    };
    assert_eq!(page("plain", "functional")["energy"], Value::Null);
    let counted = page("counted", "counted");
    let account = fs::read_to_string(desk.path().join("counted/account.json")).unwrap();
    let account: Value = serde_json::from_str(&account).unwrap();
    assert!(counted["time"].is_null() && counted["energy"]["total_j"] == account["total_j"]);
    assert!(counted["warnings"].to_string().contains("shown without its course"));
}

/// A folder that somebody has changed by hand is refused with the name of what does not fit.
#[test]
fn changed_folders_are_refused() {
    let desk = desk(20);
    assert!(gennaker(desk.path(), &["run", "net.toml", "--out", "results"]).status.success());
    let change = |file: &str, pointer: &str, value: Value, expected: &str| {
        let path = desk.path().join("results").join(file);
        let before = fs::read(&path).unwrap();
        let mut document: Value = serde_json::from_slice(&before).unwrap();
        *document.pointer_mut(pointer).expect(pointer) = value;
        fs::write(&path, document.to_string()).unwrap();
        let found = gennaker(desk.path(), &["report", "results"]);
        let message = text(&found.stderr);
        assert!(!found.status.success() && message.contains(expected), "{pointer}: {message}");
        assert!(!message.contains("panicked"), "{message}");
        fs::write(&path, before).unwrap();
    };
    for (pointer, value, part) in [
        ("/slices/0/chip", serde_json::json!([999, 0]), "the network, the mapping and the machine"),
        ("/slices/0/population", 7.into(), "the network, the mapping and the machine"),
        ("/slices/0/hi", 4_000_000_000_u32.into(), "the network, the mapping and the machine"),
        ("/slices/0/lo", 4_000_000_000_u32.into(), "the network, the mapping and the machine"),
        ("/slices", serde_json::json!([]), "the network, the mapping and the machine"),
        ("/nets/0/source", 99.into(), "the network, the mapping and the machine"),
        ("/nets/0/tree", 99.into(), "the network, the mapping and the machine"),
        ("/target_sets/0/0", 99.into(), "the network, the mapping and the machine"),
        ("/trees/0/nodes", serde_json::json!([]), "the network, the mapping and the machine"),
        ("/tables/0/chip", serde_json::json!([9, 9]), "the network, the mapping and the machine"),
    ] {
        change("mapping.json", pointer, value, part);
    }
    change("run.json", "/populations/1/size", 4_000_000_000_u32.into(), "populations of network.toml");
    change("run.json", "/populations/0/name", "other".into(), "populations of network.toml");
}

#[test]
fn interrupted_and_overloaded_runs_say_so() {
    let desk = desk(100);
    let page = |folder: &str| {
        let found = gennaker(desk.path(), &["report", folder, "--out", "page.html"]);
        assert!(found.status.success(), "{}", text(&found.stderr));
        data(&fs::read_to_string(desk.path().join("page.html")).unwrap())
    };
    let warnings = |page: &Value| -> Vec<(String, String)> {
        let text_of = |warning: &Value, key: &str| warning[key].as_str().unwrap().to_owned();
        let all = page["warnings"].as_array().unwrap();
        all.iter().map(|warning| (text_of(warning, "severity"), text_of(warning, "text"))).collect()
    };
    assert!(gennaker(desk.path(), &["run", "net.toml", "--out", "results"]).status.success());
    assert!(!warnings(&page("results")).iter().any(|(_, text)| text.contains("interrupted")));
    let path = desk.path().join("results/run.json");
    let mut info: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    (info["interrupted"], info["timesteps"]) = (true.into(), 40.into());
    fs::write(&path, info.to_string()).unwrap();
    let found = page("results");
    assert!(warnings(&found).iter().any(|(_, text)| text == "the run was interrupted at tick 40 of 100"));
    // A tick of a microsecond is too short for anything.
    let overloaded = ["run", "net.toml", "--out", "event", "--fidelity", "event", "--tick", "1us"];
    assert!(gennaker(desk.path(), &overloaded).status.success());
    let found = warnings(&page("event"));
    let problems =
        found.iter().filter(|(severity, text)| severity == "problem" && text.contains("longer than a tick"));
    assert_eq!(problems.count(), 1, "{found:?}");
}

/// What is not written and does not stay in memory is not shown as silence.
#[test]
fn a_watched_run_without_results_shows_what_it_has() {
    let desk = desk(80_000);
    let arguments = ["run", "net.toml", "--no-out", "--watch", "--recording-memory", "1"];
    let mut watched = Watched::start(desk.path(), &arguments);
    let data_path = format!("{}data.json", watched.path);
    let last = loop {
        let seen: Value = serde_json::from_str(&watched.get(&data_path).1).unwrap();
        if seen["live"]["is_done"] == true {
            break seen;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    };
    let start = last["activity"]["ticks"]["start"].as_u64().unwrap();
    assert!(start > 0 && last["warnings"].to_string().contains("not in memory any more"));
    let shown = last["activity"]["populations"].as_array().unwrap();
    let shown = shown.iter().find(|shown| shown["population"] == 1).unwrap();
    // However short what is left is, its rate is that of its own ticks of 1 ms.
    let neuron_seconds = 100.0 * (80_000 - start) as f64 * 1e-3;
    let rate = shown["n_spikes"].as_f64().unwrap() / neuron_seconds;
    let mean = shown["rates"]["mean"].as_f64().unwrap();
    assert!(rate > 0.0 && (mean / rate - 1.0).abs() < 1e-9, "{mean}, not {rate}");
    assert!(watched.child.wait().unwrap().success());
}

#[test]
fn mistakes_are_named() {
    let desk = desk(10);
    assert!(gennaker(desk.path(), &["run", "net.toml", "--out", "results"]).status.success());
    for (arguments, expected) in [
        (&["report", "nowhere"][..], "nowhere"),
        (&["report", "."], "run.json"),
        (&["report", "results", "--from", "10"], "between tick 10"),
        (&["report", "results", "--level", "tall"], "tall"),
        (&["report", "results", "--set", "nothing=1"], "nothing"),
        (&["report", "results", "--out", "net.toml/page.html"], "net.toml"),
        (&["run", "net.toml", "--report", "--no-out"], "--no-out"),
        (&["run", "net.toml", "--watch", "--fidelity", "event"], "leave out --watch"),
    ] {
        let found = gennaker(desk.path(), arguments);
        let message = text(&found.stderr);
        assert!(!found.status.success() && message.contains(expected), "{arguments:?}: {message}");
        assert!(!message.contains("panicked"), "{message}");
    }
}

/// A run that is watched, ended when the test is over.
struct Watched {
    child: Child,
    host: String,
    path: String,
}

impl Drop for Watched {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Watched {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gennaker"));
        let command =
            command.args(arguments).current_dir(folder).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut addresses = lines
            .map_while(Result::ok)
            .filter_map(|line| line.strip_prefix("watch at http://").map(str::to_owned));
        let address = addresses.next().expect("an address");
        let (host, path) = address.split_once('/').unwrap();
        // What else is said is read, so that nobody waits for a full pipe.
        let (host, path) = (host.to_owned(), format!("/{path}"));
        std::thread::spawn(move || addresses.for_each(drop));
        Self { child, host, path }
    }

    /// Status and content of an answer.
    fn get(&self, path: &str) -> (u32, String) {
        let mut stream = TcpStream::connect(&self.host).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.host).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }
}

#[test]
fn a_run_is_watched_until_it_is_over() {
    let desk = desk(80_000);
    let mut watched = Watched::start(desk.path(), &["run", "net.toml", "--out", "results", "--watch"]);
    assert!(
        watched.host.starts_with("127.0.0.1:") && watched.path.len() == 34,
        "{} {}",
        watched.host,
        watched.path
    );
    let (status, page) = watched.get(&watched.path);
    assert!(status == 200 && page.contains("connect-src 'self'"));
    assert_eq!(watched.get("/").0, 404);
    let data_path = format!("{}data.json", watched.path);
    let (mut last, mut n_looks) = (0, 0);
    loop {
        let (status, body) = watched.get(&data_path);
        let seen: Value = serde_json::from_str(&body).unwrap();
        let live = &seen["live"];
        let tick = live["tick"].as_u64().unwrap();
        assert!(status == 200 && tick >= last && live["of"] == 80_000);
        n_looks += 1;
        last = tick;
        if live["is_done"] == true {
            assert!(seen["energy"]["total_j"].as_f64().unwrap() > 0.0);
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert!(n_looks > 0 && last == 80_000);
    assert!(watched.child.wait().unwrap().success());
    assert!(desk.path().join("results/run.json").exists());
}
