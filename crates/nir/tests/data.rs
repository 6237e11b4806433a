//! Recordings beside a graph: read as the reference package wrote them, written so that it reads them, refused by name.

mod common;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use common::{data, npz};
use gennaker_nir::*;
use proptest::prelude::*;

fn observable<'a>(data: &'a Data, node: &str, name: &str) -> &'a Observable {
    let NodeData::Observables(observables) = &data.nodes[node] else { panic!("{node} is a graph") };
    &observables[name]
}

#[test]
fn the_packages_file_yields_its_arrays() {
    let Some(folder) = data() else { return };
    let file = folder.join("conformance/data_events_and_grid.nir");
    let (found, arrays) = (read_data(&file).unwrap(), npz::read(&file.with_extension("npz")));
    assert_eq!(found.nodes.len(), 1);
    let Observable::Events(events) = observable(&found, "lif", "events") else { panic!("no events") };
    assert_eq!((events.n_neurons, events.t_max_s, events.samples.len()), (5, 0.05, 2));
    let (idx, time) = (&arrays["lif.events.idx"], &arrays["lif.events.time"]);
    for (sample, found) in events.samples.iter().enumerate() {
        let row = sample * idx.shape[1]..(sample + 1) * idx.shape[1];
        let padded = row.clone().skip(found.len());
        assert!(padded.clone().all(|at| idx.values[at] == -1.0 && time.values[at] == f64::INFINITY));
        for (event, at) in found.iter().zip(row) {
            assert_eq!(
                (event.neuron as f64, event.time_s, event.value),
                (idx.values[at], time.values[at], 1.0)
            );
        }
    }
    let Observable::TimeGridded(v) = observable(&found, "lif", "v") else { panic!("no grid") };
    let expected = &arrays["lif.v.data"];
    assert_eq!((v.dt_s, v.grid.shape()), (0.0025, &expected.shape[..]));
    let Grid::Numbers(numbers) = &v.grid else { panic!("no numbers") };
    assert_eq!(numbers.iter().collect::<Vec<f64>>(), expected.values);

    let Grid::Flags(flags) = events.to_grid(0.0025).unwrap().grid else { panic!("no flags") };
    let expected = &arrays["lif.events.as_grid_2.5ms"];
    assert_eq!(flags.shape, expected.shape);
    assert!(
        flags.values.iter().zip(&expected.values).all(|(flag, value)| f64::from(u8::from(*flag)) == *value)
    );
}

fn events(valued: bool) -> impl Strategy<Value = Events> {
    let event = (0_usize..7, 0.0_f64..0.1, -2.0_f64..2.0).prop_map(move |(neuron, time_s, value)| Event {
        neuron,
        time_s,
        value: if valued { value } else { 1.0 },
    });
    prop::collection::vec(prop::collection::vec(event, 0..6), 0..4).prop_map(|samples| Events {
        n_neurons: 7,
        t_max_s: 0.1,
        samples,
    })
}

fn grid() -> impl Strategy<Value = TimeGridded> {
    let shape = prop::collection::vec(0_usize..5, 3);
    (shape, any::<bool>(), 1e-4_f64..1.0).prop_map(|(shape, is_flags, dt_s)| {
        let n: usize = shape.iter().product();
        let grid = if is_flags {
            Grid::Flags(Shaped { shape, values: (0..n).map(|k| k % 3 == 0).collect() })
        } else {
            Grid::Numbers(Array::new(shape, Numbers::F64((0..n).map(|k| k as f64 / 7.0).collect())).unwrap())
        };
        TimeGridded { dt_s, grid }
    })
}

fn any_data() -> impl Strategy<Value = Data> {
    let observable = prop_oneof![
        events(false).prop_map(Observable::Events),
        events(true).prop_map(Observable::ValuedEvents),
        grid().prop_map(Observable::TimeGridded),
    ];
    let named = prop::collection::btree_map("[a-z.ä ]{1,5}x", observable, 0..3);
    let node = named.prop_map(NodeData::Observables);
    let flat = prop::collection::btree_map("[a-z]{1,4}", node, 0..3).prop_map(|nodes| Data { nodes }).boxed();
    (flat.clone(), prop::option::of(flat)).prop_map(|(mut data, inner)| {
        data.nodes.extend(inner.map(|inner| ("inner".to_owned(), NodeData::Graph(inner))));
        data
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn what_is_written_is_read(data in any_data()) {
        let bytes = write_data_bytes(&data).unwrap();
        prop_assert_eq!(read_data_bytes(bytes, &Limits::default()).unwrap(), data);
    }

    /// An event is found in the step of its time, and nowhere else.
    #[test]
    fn grids_hold_every_event(given in events(true), n_steps in 1_usize..50) {
        let dt_s = given.t_max_s / n_steps as f64;
        let on_last_edge = |event: &Event| (event.time_s / dt_s).floor() >= (given.t_max_s / dt_s).trunc();
        prop_assume!(!given.samples.iter().flatten().any(on_last_edge));
        let Grid::Flags(flags) = given.to_grid(dt_s).unwrap().grid else { panic!("no flags") };
        let Grid::Numbers(values) = given.values_to_grid(dt_s).unwrap().grid else { panic!("no numbers") };
        let mut expected = BTreeMap::new();
        for (sample, events) in given.samples.iter().enumerate() {
            for event in events {
                let step = (event.time_s / dt_s).floor() as usize;
                expected.insert((sample * flags.shape[1] + step) * 7 + event.neuron, event.value);
            }
        }
        for (at, flag) in flags.values.iter().enumerate() {
            prop_assert_eq!(*flag, expected.contains_key(&at));
            prop_assert_eq!(values.get(at), Some(expected.get(&at).copied().unwrap_or(0.0)));
        }
    }
}

fn says<T: std::fmt::Debug>(result: Result<T, NirError>, words: &[&str]) {
    let message = result.unwrap_err().to_string();
    for word in words {
        assert!(message.contains(word), "`{word}` is not in: {message}");
    }
}

fn one(observable: Observable) -> Data {
    let observables = BTreeMap::from([("seen".to_owned(), observable)]);
    Data { nodes: BTreeMap::from([("cells".to_owned(), NodeData::Observables(observables))]) }
}

#[test]
fn what_does_not_fit_is_refused_by_name() {
    let event = |neuron, time_s| Event { neuron, time_s, value: 1.0 };
    let events = |event| Events { n_neurons: 3, t_max_s: 0.01, samples: vec![vec![event]] };
    let back = |data: &Data| read_data_bytes(write_data_bytes(data).unwrap(), &Limits::default());
    says(back(&one(Observable::Events(events(event(3, 0.0))))), &["cells|seen", "idx", "neuron 3 at 0.0 s"]);
    says(back(&one(Observable::Events(events(event(0, f64::NAN))))), &["cells|seen", "NaN"]);
    let flat = Grid::Numbers(Array::vector(vec![1.0]));
    let grid = TimeGridded { dt_s: 1.0, grid: flat };
    says(
        back(&one(Observable::TimeGridded(grid))),
        &["cells|seen", "data", "[1]", "(samples, steps, neurons)"],
    );
    let many = Events { n_neurons: 1, t_max_s: 1.0, samples: vec![Vec::new(); 3] };
    let limits = Limits { max_objects: 20, ..Limits::default() };
    let bytes = write_data_bytes(&one(Observable::Events(many.clone()))).unwrap();
    assert!(read_data_bytes(bytes.clone(), &limits).is_ok());
    says(read_data_bytes(bytes, &Limits { max_objects: 2, ..limits }), &["max_objects"]);
    says(many.to_grid(1e-12), &["1000000000000 steps", "longer step"]);
    says(many.to_grid(0.0), &["0 s"]);
    says(events(event(1, 0.01)).to_grid(0.001), &["sample 0", "neuron 1", "0.01 s", "`t_max_s`"]);
    says(Observable::Events(events(event(1, -1e-9))).to_grid(0.001), &["neuron 1"]);
    let named = Data { nodes: BTreeMap::from([("a/b".to_owned(), NodeData::Graph(Data::default()))]) };
    says(write_data_bytes(&named), &["a/b", "name"]);
    says(
        read_data_bytes(write_bytes(&Graph::default()).unwrap(), &Limits::default()),
        &["NIRGraphData", "nir.write"],
    );
}

#[test]
fn the_package_reads_what_is_written() {
    let python = std::env::var_os("GENNAKER_PYTHON").unwrap_or_else(|| "python3".into());
    if !Command::new(&python)
        .args(["-c", "import nir; nir.read_data"])
        .output()
        .is_ok_and(|o| o.status.success())
    {
        println!("skipped: no Python package nir with recordings (set GENNAKER_PYTHON)");
        return;
    }
    let event = |neuron, time_s, value| Event { neuron, time_s, value };
    let given = |second: f64| Events {
        n_neurons: 4,
        t_max_s: 0.25,
        samples: vec![vec![event(3, 0.125, second), event(0, 0.0625, 1.0)], vec![], vec![event(1, 0.2, 1.0)]],
    };
    let flags = Shaped { shape: vec![1, 2, 2], values: vec![true, false, false, true] };
    let numbers = Array::new(vec![1, 3, 1], Numbers::F32(vec![0.5, -1.5, 2.0])).unwrap();
    let observables = BTreeMap::from([
        ("events".to_owned(), Observable::Events(given(1.0))),
        ("valued".to_owned(), Observable::ValuedEvents(given(-2.5))),
        ("flags".to_owned(), Observable::TimeGridded(TimeGridded { dt_s: 0.5, grid: Grid::Flags(flags) })),
        ("v".to_owned(), Observable::TimeGridded(TimeGridded { dt_s: 0.001, grid: Grid::Numbers(numbers) })),
    ]);
    let data = Data { nodes: BTreeMap::from([("cells".to_owned(), NodeData::Observables(observables))]) };
    let folder = tempfile::tempdir().unwrap();
    let (ours, theirs) = (folder.path().join("ours.nir"), folder.path().join("theirs.nir"));
    write_data(&ours, &data).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/data_through_package.py");
    let output = Command::new(&python).arg(script).args([&ours, &theirs]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(read_data(&theirs).unwrap(), data);
}
