//! From whole networks to mappings: slices, memory, nets, notes and errors.

use gennaker_machine::{Machine, MachineSpec};
use gennaker_mapping::{
    KeyAllocator, MappingError, MappingOptions, MemoryBlock, Placer, RecordingPlace, Router, RowLayout, map,
    verify,
};
use gennaker_network::{
    ConnectionList, Connector, Model, Network, Parameter, Population, Projection, Recording, for_each_synapse,
};
use proptest::prelude::*;

fn board() -> Machine {
    Machine::new(MachineSpec::board()).unwrap()
}

fn dense() -> Connector {
    Connector::AllToAll { allow_self_connections: true }
}

/// A source and a target of the given sizes.
fn pair(n_pre: u32, n_post: u32, connector: Connector) -> Network {
    let mut network = Network::new("pair");
    let pre = network.add_population(Population::new("pre", n_pre, Model::SpikeList));
    let post = network.add_population(Population::new("post", n_post, Model::Lif));
    network.add_projection(Projection::new("pre to post", pre, post, connector));
    network
}

fn connector() -> impl Strategy<Value = Connector> {
    let flags = (any::<bool>(), any::<bool>());
    prop_oneof![
        (0.0..1.0_f64).prop_map(|p| Connector::FixedProbability { p, allow_self_connections: true }),
        (1_u32..20, flags).prop_map(|(n, (allow_self_connections, with_replacement))| {
            Connector::FixedInDegree { n, allow_self_connections, with_replacement }
        }),
        (1_u32..20, flags).prop_map(|(n, (allow_self_connections, with_replacement))| {
            Connector::FixedOutDegree { n, allow_self_connections, with_replacement }
        }),
        Just(dense()),
        proptest::collection::vec((0_u32..25, 0_u32..25), 0..200).prop_map(|pairs| {
            Connector::List(ConnectionList::from_rows(
                pairs.into_iter().map(|(pre, post)| (pre, post, 1.0, 0)),
            ))
        }),
    ]
}

fn network() -> impl Strategy<Value = Network> {
    let population = (25_u32..400, prop_oneof![Just(None), (1_u32..100).prop_map(Some)], any::<bool>());
    let projection = (0_usize..5, 0_usize..5, connector());
    (proptest::collection::vec(population, 1..5), proptest::collection::vec(projection, 0..6), any::<u64>())
        .prop_map(|(populations, projections, seed)| {
            let mut network = Network::new("random").with_seed(seed);
            for (i, (size, max_atoms, records)) in populations.into_iter().enumerate() {
                let mut population = Population::new(&format!("p{i}"), size, Model::Lif);
                population.max_atoms_per_core = max_atoms;
                network.add_population(if records { population.recording("v") } else { population });
            }
            let n = network.populations.len();
            for (i, (pre, post, connector)) in projections.into_iter().enumerate() {
                network.add_projection(Projection::new(&format!("j{i}"), pre % n, post % n, connector));
            }
            network
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn slices_cover_each_neuron_once_within_all_limits(network in network()) {
        let machine = board();
        let mapping = map(&network, &machine, &MappingOptions::default()).unwrap();
        for (index, population) in network.populations.iter().enumerate() {
            let slices = &mapping.slices[mapping.slices_of(index)];
            let mut next = 0;
            for slice in slices {
                prop_assert_eq!((slice.population as usize, slice.lo), (index, next));
                prop_assert!(slice.n_neurons() <= population.max_atoms_per_core.unwrap_or(250).min(250));
                prop_assert!(slice.n_neurons() == slices[0].n_neurons() || slice.hi == population.size);
                prop_assert!(slice.memory.used_bytes() <= 131_072);
                next = slice.hi;
            }
            prop_assert_eq!(next, population.size);
        }
    }

    #[test]
    fn nets_are_exactly_the_pairs_with_synapses(network in network()) {
        let machine = board();
        let mapping = map(&network, &machine, &MappingOptions::default()).unwrap();
        let n = mapping.slices.len();
        let mut expected = vec![vec![false; n]; n];
        let mut n_synapses = 0;
        for (index, projection) in network.projections.iter().enumerate() {
            for_each_synapse(&network, index, 0..network.populations[projection.post].size, |synapse| {
                let pre = mapping.slice_of(projection.pre, synapse.pre).unwrap();
                expected[pre][mapping.slice_of(projection.post, synapse.post).unwrap()] = true;
                n_synapses += 1;
            });
        }
        for (source, expected) in expected.iter().enumerate() {
            let wanted: Vec<u32> = (0..n as u32).filter(|&t| expected[t as usize]).collect();
            let found = mapping.net_of(source).map(|net| mapping.targets(net).to_vec()).unwrap_or_default();
            prop_assert_eq!(found, wanted);
        }
        prop_assert_eq!(mapping.stats.n_synapses, n_synapses);
        prop_assert!(verify(&mapping, &machine).is_ok());
    }

    #[test]
    fn mapping_is_a_pure_function_on_any_number_of_threads(network in network()) {
        let machine = board();
        for (placer, router, keys) in [
            (Placer::Radial, Router::Ner, KeyAllocator::Zoned),
            (Placer::ApplicationGrouped, Router::Dijkstra, KeyAllocator::Malloc),
        ] {
            let options = MappingOptions { placer, router, keys, ..MappingOptions::default() };
            let on = |n_threads| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
                pool.install(|| map(&network, &machine, &options).unwrap())
            };
            prop_assert_eq!(on(1), on(3));
        }
    }
}

#[test]
fn all_to_all_rows_have_one_length_and_need_no_pointers() {
    let mapping = map(&pair(300, 100, dense()), &board(), &MappingOptions::default()).unwrap();
    let slice = &mapping.slices[mapping.slice_of(1, 0).unwrap()];
    assert_eq!(slice.inputs[0].layout, RowLayout::Fixed { row_words: slice.n_neurons() });
    assert_eq!(slice.memory.bytes(MemoryBlock::SynapseWords), 300 * 2 * slice.n_neurons());
    assert_eq!(slice.memory.bytes(MemoryBlock::RowPointers), 0);
    assert_eq!(slice.memory.bytes(MemoryBlock::PopulationTable), 16);
    assert_eq!(slice.memory.bytes(MemoryBlock::EventFifo), 4 * 1_024);
}

#[test]
fn many_sources_get_the_large_fifo_and_options_override_it() {
    let network = pair(
        2_000,
        10,
        Connector::FixedInDegree { n: 3, allow_self_connections: true, with_replacement: false },
    );
    let fifo = |options: &MappingOptions| {
        let mapping = map(&network, &board(), options).unwrap();
        mapping.slices.last().unwrap().memory.bytes(MemoryBlock::EventFifo)
    };
    assert_eq!(fifo(&MappingOptions::default()), 16_384);
    assert_eq!(fifo(&MappingOptions { event_fifo_words: Some(64), ..MappingOptions::default() }), 256);
}

#[test]
fn wide_words_take_four_bytes_and_a_ring_of_128_slots() {
    let mut network = pair(300, 100, dense());
    network.populations[1].model = Model::LifCurrExpWide;
    network.projections[0].weight = Parameter::Number(-65_535.0);
    network.projections[0].delay = Parameter::Number(127.0);
    let mapping = map(&network, &board(), &MappingOptions::default()).unwrap();
    let slices = &mapping.slices[mapping.slices_of(1)];
    assert_eq!(slices.iter().map(|slice| slice.n_neurons()).sum::<u32>(), 100);
    for slice in slices {
        assert_eq!(slice.memory.bytes(MemoryBlock::SynapseWords), 300 * 4 * slice.n_neurons());
        assert_eq!(slice.memory.bytes(MemoryBlock::RingBuffer), 1_024 * slice.n_neurons());
    }
    assert!(slices[0].n_neurons() < 100, "rings and rows of 100 neurons need more than a PE's memory");
}

#[test]
fn sources_with_many_spikes_per_tick_get_the_large_fifo_and_bytes_to_record() {
    let mut network = pair(100, 10, dense());
    network.populations[0].model = Model::PoissonInput;
    network.populations[0].record = vec![Recording::all("spikes")];
    for (mean, fifo_words) in [(0.01, 1_024), (2.0, 4_096)] {
        network.populations[0].parameters.insert("mean".into(), Parameter::Number(mean));
        let options = MappingOptions { timesteps: 50, ..MappingOptions::default() };
        let mapping = map(&network, &board(), &options).unwrap();
        assert_eq!(mapping.slices[1].memory.bytes(MemoryBlock::EventFifo), 4 * fifo_words);
        assert_eq!(mapping.slices[0].memory.bytes(MemoryBlock::SpikeRecording), 50 * 100);
    }
}

#[test]
fn too_large_a_fan_in_names_the_numbers_and_the_remedy() {
    let list = ConnectionList::from_rows((0..50_000).map(|pre| (pre, 0, 1.0, 0)));
    let error =
        map(&pair(50_000, 1, Connector::List(list)), &board(), &MappingOptions::default()).unwrap_err();
    let MappingError::NeuronTooLarge { synapses, needed_bytes, sram_bytes, block, .. } = &error else {
        panic!("{error}");
    };
    assert_eq!((*synapses, *sram_bytes), (50_000, 131_072));
    assert!(*needed_bytes > *sram_bytes && *block == MemoryBlock::RowPointers);
    let text = error.to_string();
    assert!(
        text.contains("`post`") && text.contains("50000 incoming") && text.contains("reduce the fan-in"),
        "{text}"
    );
}

#[test]
fn recordings_stay_in_sram_only_where_that_costs_no_neurons() {
    let mut network = Network::new("recording");
    network.add_population(Population::new("all", 500, Model::Lif).recording("v"));
    network.add_population(Population::new("few", 500, Model::Lif).recording("spikes"));
    let mapped = |recording| {
        map(&network, &board(), &MappingOptions { recording, ..MappingOptions::default() }).unwrap()
    };
    let auto = mapped(RecordingPlace::Auto);
    assert_eq!(auto.slices_of(0).len(), 2);
    assert_eq!(auto.slices[0].dram_bytes, 4 * 250 * 1_000);
    assert_eq!(auto.slices[0].memory.bytes(MemoryBlock::StateRecording), 2 * 4 * 250);
    assert_eq!(auto.slices[2].memory.bytes(MemoryBlock::SpikeRecording), 4 * 8 * 1_000);
    assert_eq!(auto.notes.len(), 1, "{:?}", auto.notes);
    assert!(auto.notes[0].contains("`all`"));

    let sram = mapped(RecordingPlace::Sram);
    assert!(sram.slices_of(0).len() > 10 && sram.notes.is_empty());
    assert_eq!(sram.stats.dram_bytes, 0);
}

#[test]
fn bad_input_is_an_error() {
    let mut network = pair(10, 10, dense());
    network.populations[1].max_atoms_per_core = Some(0);
    assert!(map(&network, &board(), &MappingOptions::default()).is_err());
    network.populations[1].max_atoms_per_core = None;
    network.projections[0].post = 7;
    let error = map(&network, &board(), &MappingOptions::default()).unwrap_err();
    assert!(matches!(error, MappingError::Network(_)), "{error}");
}

#[test]
fn the_older_generation_is_mapped_by_the_same_rules() {
    let machine = Machine::new(MachineSpec::spinn5()).unwrap();
    let sparse = Connector::FixedProbability { p: 0.05, allow_self_connections: true };
    let mapping = map(&pair(500, 2_000, sparse), &machine, &MappingOptions::default()).unwrap();
    let sram_bytes = machine.spec().chip.pe.sram_bytes;
    assert!(mapping.slices.iter().all(|slice| slice.memory.used_bytes() <= sram_bytes));
    assert!(mapping.slices.iter().all(|slice| (1..=17).contains(&slice.core)));
    verify(&mapping, &machine).unwrap();
}

#[test]
fn random_rows_fill_the_memory_that_their_likely_number_leaves() {
    let sparse = Connector::FixedProbability { p: 0.1, allow_self_connections: true };
    let mapping = map(&pair(12_500, 400, sparse), &board(), &MappingOptions::default()).unwrap();
    let fullest = mapping.stats.max_memory_bytes;
    assert!((118_000..=131_072).contains(&fullest), "{fullest}");
}

#[test]
fn a_machine_that_is_too_small_is_named_with_one_that_is_not() {
    let mut network = pair(10, 2_000, dense());
    network.populations[1].max_atoms_per_core = Some(1);
    let chip = Machine::new(MachineSpec::single_chip()).unwrap();
    let error = map(&network, &chip, &MappingOptions::default()).unwrap_err().to_string();
    assert!(error.contains("2001 PEs") && error.contains("148") && error.contains("`board`"), "{error}");
}

/// Hopeless networks are refused before anything is drawn or allocated for them.
#[test]
fn hopeless_sizes_are_refused_at_once() {
    let dresden = Machine::new(MachineSpec::dresden()).unwrap();
    let mut crowd = Network::new("crowd");
    crowd.add_population(Population::new("crowd", 2_000_000_000, Model::PoissonProcess));
    let error = map(&crowd, &dresden, &MappingOptions::default()).unwrap_err().to_string();
    assert!(error.contains("at least 8000000 PEs"), "{error}");

    let chip = Machine::new(MachineSpec::single_chip()).unwrap();
    let mut dense = Network::new("dense");
    let cells = dense.add_population(Population::new("cells", 30_000, Model::Lif));
    let all = Connector::AllToAll { allow_self_connections: true };
    dense.add_projection(Projection::new("all", cells, cells, all));
    let error = map(&dense, &chip, &MappingOptions::default()).unwrap_err().to_string();
    assert!(error.contains("at least 13732 PEs") && error.contains("use machine `boards:3`"), "{error}");
}

/// A recording that no chip can hold is the population's problem, by name.
#[test]
fn recordings_beyond_dram_name_their_population() {
    let machine = Machine::new(MachineSpec::single_chip()).unwrap();
    let mut network = Network::new("long");
    network.add_population(Population::new("watched", 250, Model::Lif).recording("v"));
    let options = MappingOptions { timesteps: 100_000_000, ..MappingOptions::default() };
    let error = map(&network, &machine, &options).unwrap_err().to_string();
    assert!(error.contains("population `watched`") && error.contains("DRAM"), "{error}");
}
