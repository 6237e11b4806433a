//! Network files as users write them, and the messages they get.

use std::path::Path;

use gennaker_engine::Numeric;
use gennaker_formats::{FormatError, MachineChoice, NetworkFile};
use gennaker_network::{Connector, Distribution, OutOfRange, Parameter, Recording};

const SMALL: &str = r#"
name = "small"
seed = 7
timesteps = 200
tick_ms = 0.5
machine = "board"
numeric = "reference"
out_of_range = "clip"
account = { level = "auto:20", level_of = { in = "low" }, energy = { router_packet_pj = 80, cycle_low_pj = 8.5 } }
event = { drift_ppm = 20.0, links = [{ chip = [0, 0], link = "east", dies_at_ns = 5 }] }

[[population]]
name = "in"
size = 3
model = "spike_list"
spikes = { "0" = [1, 4, 9], "2" = [3] }

[[population]]
name = "exc"
size = 4
model = "lif"
shape = [2, 2]
max_atoms_per_core = 2
record = ["spikes", { variable = "v", neurons = [0, 3], start = 0, stop = 100, every = 2 }]
[population.parameters]
threshold = 10
alpha_decay = [0.9, 0.8, 0.7, 0.6]
v_init = { distribution = "uniform", low = 0, high = 5.0 }
reset = "reset_to_v_reset"

[[projection]]
pre = "in"
post = "exc"
connector = { type = "list", connections = [[0, 1, 3.0, 1], [2, 3, -2, 0]] }

[[projection]]
pre = "in"
post = "exc"
connector = "all_to_all"

[[projection]]
name = "loop"
pre = "exc"
post = "exc"
connector = { type = "fixed_probability", p = 0.5 }
weight = { distribution = "normal", mean = 3, sd = 1 }
delay = { distribution = "uniform_int", low = 0, high = 7 }
"#;

fn parse(text: &str) -> Result<NetworkFile, FormatError> {
    NetworkFile::parse(text, "net.toml", Path::new(""))
}

fn message(text: &str) -> String {
    parse(text).expect_err("refused").to_string()
}

#[test]
fn a_small_file_means_what_it_says() {
    let NetworkFile { network, settings } = parse(SMALL).unwrap();
    assert_eq!((network.name.as_str(), network.seed), ("small", 7));
    assert_eq!((settings.timesteps, settings.tick_ms), (200, 0.5));
    assert_eq!(settings.machine, Some(MachineChoice::Named("board".into())));
    assert_eq!((settings.numeric, settings.out_of_range), (Numeric::Reference, OutOfRange::Clip));

    let [input, exc] = &network.populations[..] else { panic!("two populations") };
    assert_eq!(input.spikes.ticks(), [1, 3, 4, 9]);
    assert_eq!(input.spikes.neurons(), [0, 2, 0, 0]);
    assert_eq!(input.record, [Recording::all("spikes")]);
    assert_eq!((exc.shape.as_slice(), exc.max_atoms_per_core), (&[2, 2][..], Some(2)));
    assert_eq!(exc.record[1], Recording { stop: Some(100), every: 2, ..Recording::of("v", vec![0, 3]) });
    assert_eq!(exc.parameters["threshold"], Parameter::Number(10.0));
    assert_eq!(exc.parameters["alpha_decay"], Parameter::Array(vec![0.9, 0.8, 0.7, 0.6]));
    assert_eq!(exc.parameters["v_init"], Parameter::Random(Distribution::Uniform { low: 0.0, high: 5.0 }));

    let names: Vec<&str> = network.projections.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names, ["in_to_exc", "in_to_exc_2", "loop"]);
    let Connector::List(list) = &network.projections[0].connector else { panic!("a list") };
    assert_eq!((list.weight.as_slice(), list.delay.as_slice()), (&[3.0, -2.0][..], &[1, 0][..]));
    assert_eq!(network.projections[1].weight, Parameter::Number(1.0));
    assert_eq!(network.projections[1].delay, Parameter::Number(0.0));
}

#[test]
fn defaults_need_not_be_written() {
    let file = parse("[[population]]\nname = \"a\"\nsize = 1\nmodel = \"lif\"\n").unwrap();
    assert_eq!(file.settings, gennaker_formats::RunSettings::default());
    assert_eq!(file.network.populations[0].record, [Recording::all("spikes")]);
    assert_eq!(parse("").unwrap().network.name, "network");
}

#[test]
fn seeds_beyond_toml_integers_are_text() {
    assert_eq!(parse("seed = \"18446744073709551615\"").unwrap().network.seed, u64::MAX);
    assert!(message("seed = -1").contains("a whole number from 0"), "{}", message("seed = -1"));
}

#[test]
fn a_machine_may_be_a_table() {
    let file = parse("[machine]\npreset = \"board\"\n[machine.chip]\napplication_pes = 100\n").unwrap();
    let Some(MachineChoice::Described(text)) = &file.settings.machine else { panic!("a table") };
    assert!(text.contains("preset = \"board\"") && text.contains("application_pes = 100"), "{text}");
}

#[test]
fn a_misspelt_population_is_shown_with_a_caret() {
    let text = SMALL.replacen("post = \"exc\"", "post = \"exx\"", 1);
    let expected = "net.toml: error at line 33, column 8\n   |\n33 | post = \"exx\"\n   |        ^^^^^\n\
                    there is no population `exx` (did you mean `exc`?)";
    assert_eq!(message(&text), expected);
}

#[test]
fn every_refusal_says_where_and_what() {
    let cases = [
        ("seed = 7", "sed = 7", "line 3, column 1", "unknown field `sed`"),
        ("timesteps = 200", "timesteps = \"x\"", "line 4, column 13", "invalid type: string"),
        ("timesteps = 200", "timesteps = -1", "line 4, column 13", "expected u32"),
        ("tick_ms = 0.5", "tick_ms = 0", "net.toml", "tick_ms is 0; it must be above 0"),
        ("\"lif\"", "\"liff\"", "line 21, column 9", "did you mean `lif`?"),
        ("threshold", "treshold", "population `exc`", "did you mean `threshold`?"),
        ("size = 3", "size = 0", "population `in`", "between 1 and 2^31"),
        ("\"0\" = [", "\"x\" = [", "line 16, column 12", "`x` is not a neuron's index"),
        ("low = 0, high = 5.0", "low = 0, hihg = 5.0", "line 28", "hihg"),
        ("p = 0.5", "q = 0.5", "line 45, column 13", "unknown field `q`"),
        ("p = 0.5", "p = 1.5", "projection `loop`", "a probability lies between 0 and 1"),
        ("\"all_to_all\"", "\"all2all\"", "line 39, column 13", "\"one_to_one\", \"all_to_all\", or a table"),
        ("[2, 3, -2, 0]", "[2, 3, -2]", "line 34, column 13", "connection 1 has 3 numbers, expected 4"),
        ("[2, 3, -2, 0]", "[2, -3, -2, 0]", "line 34", "-3 as `post` in row 1"),
        ("[2, 3, -2, 0]", "[2, 4, -2, 0]", "projection `in_to_exc`", "outside population `exc`"),
        ("machine = \"board\"", "machine = 4", "line 6, column 11", "expected a preset such as"),
        ("numeric = \"reference\"", "numeric = \"float\"", "line 7, column 11", "`chip`, `reference`"),
        ("seed = 7", "seed = 7 7", "line 3, column 8", "7 7"),
    ];
    for (from, to, place, what) in cases {
        assert!(SMALL.contains(from), "{from}");
        let message = message(&SMALL.replacen(from, to, 1));
        assert!(
            message.contains(place) && message.contains(what),
            "{to}: wanted {place:?} and {what:?}, got\n{message}"
        );
    }
}

#[test]
fn depth_and_length_do_not_break_the_reader() {
    for open in ["x = ", "[[population]]\nparameters.v_init = ", "machine = ", "machine.a = "] {
        assert!(message(&format!("{open}{}", "[".repeat(100_000))).starts_with("net.toml: "));
        assert!(message(&format!("{open}{}", "{a = ".repeat(100_000))).starts_with("net.toml: "));
    }
    let long = "x".repeat(1_000_000);
    let text = SMALL.replacen("post = \"exc\"", &format!("post = \"{long}\""), 1);
    assert!(message(&text).contains("there is no population `xxx"));
}

#[test]
fn lists_and_spikes_come_from_files() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("spikes.csv"), "neuron,timestep\n1,5\n0,2\n").unwrap();
    std::fs::write(folder.path().join("net.csv"), "0 1 2.5\n1 0 -3\n").unwrap();
    let text = "
        [[population]]
        name = \"in\"
        size = 2
        model = \"spike_list\"
        spikes_file = \"spikes.csv\"
        [[population]]
        name = \"out\"
        size = 2
        model = \"lif\"
        [[projection]]
        pre = \"in\"
        post = \"out\"
        connector = { type = \"list\", file = \"net.csv\" }
        delay = 3";
    let file = NetworkFile::parse(text, "net.toml", folder.path()).unwrap();
    assert_eq!(file.network.populations[0].spikes.ticks(), [2, 5]);
    let Connector::List(list) = &file.network.projections[0].connector else { panic!("a list") };
    assert_eq!(
        (list.post.as_slice(), list.weight.as_slice(), list.delay.len()),
        (&[1, 0][..], &[2.5, -3.0][..], 0)
    );

    let missing = NetworkFile::parse(&text.replace("net.csv", "none.csv"), "net.toml", folder.path());
    let message = missing.unwrap_err().to_string();
    assert!(message.starts_with("cannot read `") && message.contains("none.csv"), "{message}");
}

#[test]
fn the_schema_on_disk_is_the_one_that_the_reader_follows() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/network.schema.json");
    let schema = gennaker_formats::network_schema();
    if std::env::var_os("GENNAKER_BLESS").is_some() {
        std::fs::write(&path, &schema).unwrap();
    }
    let on_disk = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        on_disk == schema,
        "docs/network.schema.json is out of date; run this test with GENNAKER_BLESS=1"
    );
}
