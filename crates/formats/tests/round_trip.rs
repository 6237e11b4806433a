//! Every network survives being written and read; no text makes the reader panic.

use std::path::Path;

use gennaker_engine::Numeric;
use gennaker_formats::{NetworkFile, RunSettings};
use gennaker_network::*;
use proptest::prelude::*;

fn law() -> impl Strategy<Value = Distribution> {
    let x = || -100.0..100.0f64;
    prop_oneof![
        (x(), 0.0..50.0).prop_map(|(low, d)| Distribution::Uniform { low, high: low + d }),
        (-100i64..100, 0i64..9).prop_map(|(low, d)| Distribution::UniformInt { low, high: low + d }),
        (x(), 0.0..9.0).prop_map(|(mean, sd)| Distribution::Normal { mean, sd }),
        (x(), 0.0..9.0, x(), 0.0..50.0).prop_map(|(mean, sd, low, d)| Distribution::NormalClipped {
            mean,
            sd,
            low,
            high: low + d
        }),
    ]
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z]{1,6}", any::<String>()]
}

fn population(index: usize, size: u32) -> impl Strategy<Value = Population> {
    let value = prop_oneof![
        any::<f64>().prop_filter("finite", |x| x.is_finite()).prop_map(|x| Parameter::Number(x % 1e9)),
        prop::collection::vec(-1e9..1e9f64, size as usize).prop_map(Parameter::Array),
        law().prop_map(Parameter::Random),
    ];
    let record = prop_oneof![
        Just(vec![]),
        Just(vec![Recording::all("spikes")]),
        (0u32..9, 1u32..9).prop_map(|(start, every)| vec![Recording {
            start,
            every,
            ..Recording::of("v", vec![0])
        }]),
        (0u32..9, 1u32..9).prop_map(|(start, n)| vec![Recording {
            start,
            stop: Some(start + n),
            ..Recording::all("v")
        }]),
    ];
    let limit = prop::option::of(1u32..300);
    (name(), value, record, limit).prop_map(move |(name, value, record, limit)| {
        let mut population = Population::new(&format!("{name}{index}"), size, Model::LifCurrExp)
            .with("i_offset", value)
            .with("reset", "reset_to_v_reset");
        population.record = record;
        population.max_atoms_per_core = limit;
        population
    })
}

fn source(size: u32) -> impl Strategy<Value = Population> {
    prop::collection::btree_set((any::<u32>(), 0..size), 0..20).prop_map(move |events| {
        Population::new("source \"quoted\"\n", size, Model::SpikeList)
            .with_spikes(SpikeTrains::from_events(events))
    })
}

fn connector(size: u32) -> impl Strategy<Value = Connector> {
    let flags = || (any::<bool>(), any::<bool>());
    let list = (0usize..9, flags()).prop_flat_map(move |(n, (weights, delays))| {
        let column = move |given: bool| if given { n } else { 0 };
        (
            prop::collection::vec(0..size, n),
            prop::collection::vec(0..size, n),
            prop::collection::vec(-15.0..15.0f64, column(weights)),
            prop::collection::vec(0u32..8, column(delays)),
        )
    });
    prop_oneof![
        list.prop_map(|(pre, post, weight, delay)| Connector::List(ConnectionList {
            pre,
            post,
            weight,
            delay
        })),
        Just(Connector::OneToOne),
        any::<bool>().prop_map(|allow_self_connections| Connector::AllToAll { allow_self_connections }),
        (0.0..1.0f64, any::<bool>()).prop_map(|(p, allow_self_connections)| Connector::FixedProbability {
            p,
            allow_self_connections
        }),
        (1..size, flags()).prop_map(|(n, (allow_self_connections, with_replacement))| {
            Connector::FixedInDegree { n, allow_self_connections, with_replacement }
        }),
        (1..size, flags()).prop_map(|(n, (allow_self_connections, with_replacement))| {
            Connector::FixedOutDegree { n, allow_self_connections, with_replacement }
        }),
        (0..u64::from(size), flags()).prop_map(|(n, (allow_self_connections, with_replacement))| {
            Connector::FixedTotalNumber { n, allow_self_connections, with_replacement }
        }),
        (0.0..1.0f64, 0.1..9.0f64, prop::option::of(0.0..9.0f64), flags()).prop_map(
            |(p_max, scale, max_distance, (periodic, allow_self_connections))| Connector::DistanceDependent {
                kernel: DistanceKernel::Exponential,
                p_max,
                scale,
                max_distance,
                periodic,
                allow_self_connections
            }
        ),
    ]
}

fn network_file() -> impl Strategy<Value = NetworkFile> {
    let parts = (2u32..9).prop_flat_map(|size| {
        let projections =
            prop::collection::vec((name(), connector(size), -15.0..15.0f64, 0u32..8, any::<bool>()), 0..4);
        (source(size), population(1, size), population(2, size), projections)
    });
    let settings = (any::<u32>(), 1e-3..1e3f64, any::<bool>(), any::<bool>());
    let settings = (settings, prop::collection::btree_map(name(), name(), 0..3));
    (name(), any::<u64>(), parts, settings).prop_map(|(name, seed, (source, a, b, projections), settings)| {
        let mut network = Network::new(&name).with_seed(seed);
        network.populations = vec![source, a, b];
        for (index, (name, connector, weight, delay, from_source)) in projections.into_iter().enumerate() {
            let pre = if from_source { 0 } else { 1 };
            let delay = Parameter::Number(delay.into());
            let projection = Projection::new(&format!("{name}{index}"), pre, 2, connector);
            network.add_projection(projection.with_weight(weight).with_delay(delay));
        }
        let ((timesteps, tick_ms, is_reference, is_clipped), account) = settings;
        let numeric = if is_reference { Numeric::Reference } else { Numeric::Chip };
        let out_of_range = if is_clipped { OutOfRange::Clip } else { OutOfRange::Error };
        NetworkFile {
            network,
            settings: RunSettings {
                timesteps,
                tick_ms,
                machine: None,
                numeric,
                out_of_range,
                account,
                event: String::new(),
            },
        }
    })
}

fn parse(text: &str, folder: &Path) -> NetworkFile {
    NetworkFile::parse(text, "net.toml", folder).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn written_networks_come_back(file in network_file()) {
        prop_assert_eq!(&parse(&file.to_toml(), Path::new("")), &file);
    }

    #[test]
    fn long_lists_come_back_from_their_files(file in network_file()) {
        let folder = tempfile::tempdir().unwrap();
        let (text, side_files) = file.to_toml_with_files(3);
        for side in &side_files {
            std::fs::write(folder.path().join(&side.name), &side.bytes).unwrap();
        }
        prop_assert_eq!(&parse(&text, folder.path()), &file);
    }

    #[test]
    fn mutated_files_never_panic(file in network_file(), edits in prop::collection::vec((any::<prop::sample::Index>(), any::<char>()), 1..6)) {
        let mut letters: Vec<char> = file.to_toml().chars().collect();
        for (place, letter) in edits {
            let place = place.index(letters.len());
            letters[place] = letter;
        }
        let text: String = letters.iter().collect();
        let _ = NetworkFile::parse(&text, "net.toml", Path::new(""));
    }

    #[test]
    fn truncated_files_never_panic(file in network_file(), end in any::<prop::sample::Index>()) {
        let letters: Vec<char> = file.to_toml().chars().collect();
        let text: String = letters[..end.index(letters.len())].iter().collect();
        let _ = NetworkFile::parse(&text, "net.toml", Path::new(""));
    }

    #[test]
    fn arbitrary_text_never_panics(text in any::<String>()) {
        let _ = NetworkFile::parse(&text, "net.toml", Path::new(""));
    }
}

#[test]
fn convolutions_come_back() {
    let weights: Vec<f64> = (0..24).map(|i| f64::from(i) / 3.0 - 2.0).collect();
    let layer = Convolution {
        stride: [2, 1],
        dilation: [1, 2],
        padding: [1, 0, 2, 1],
        pool: [2, 1],
        groups: 2,
        ..Convolution::new([4, 9, 5], 2, [3, 2], weights)
    };
    let size = layer.output().expect("fits").iter().product();
    let mut network = Network::new("images");
    network.add_population(Population::new("in", 180, Model::SpikeList));
    network.add_population(Population::new("out", size, Model::LifConv2d).with_shape(&[2, 2, 6]));
    network.add_projection(Projection::new("kernels", 0, 1, Connector::Conv2d(layer)));
    let file = NetworkFile::new(network);
    assert_eq!(parse(&file.to_toml(), Path::new("")), file);

    let folder = tempfile::tempdir().unwrap();
    let (text, side_files) = file.to_toml_with_files(3);
    assert_eq!(side_files.len(), 1);
    std::fs::write(folder.path().join(&side_files[0].name), &side_files[0].bytes).unwrap();
    assert_eq!(parse(&text, folder.path()), file);
    let both = text.replace("file = ", "weights = [1.0], file = ");
    let error = NetworkFile::parse(&both, "net.toml", folder.path()).expect_err("both").to_string();
    assert!(error.contains("either `weights` or `file`"), "{error}");
}
