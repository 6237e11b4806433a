//! Verification finds every kind of damage done to a correct mapping.

use gennaker_machine::{Link, Machine, MachineSpec};
use gennaker_mapping::{
    CompressWhen, Compressor, Mapping, MappingError, MappingOptions, Placer, Route, map, verify,
};
use gennaker_network::{Connector, Model, Network, Population, Projection};

fn network() -> Network {
    let mut network = Network::new("ring of layers").with_seed(3);
    for i in 0..6 {
        let population =
            Population::new(&format!("layer {i}"), 200, Model::Lif).with_max_atoms_per_core(10 + 7 * i);
        network.add_population(population);
    }
    for i in 0..6 {
        let rule = Connector::FixedProbability { p: 0.01, allow_self_connections: true };
        network.add_projection(Projection::new(&format!("from {i}"), i, (i + 1) % 6, rule));
    }
    network
}

fn board() -> Machine {
    let mut spec = MachineSpec::board();
    spec.chip.application_pes = 3;
    Machine::new(spec).unwrap()
}

fn mapped() -> (Mapping, Machine) {
    let machine = board();
    (map(&network(), &machine, &MappingOptions::default()).unwrap(), machine)
}

#[test]
fn a_correct_mapping_passes() {
    let (mapping, machine) = mapped();
    assert_eq!(verify(&mapping, &machine).unwrap().nets as usize, mapping.nets.len());
}

#[test]
fn every_removed_entry_is_missed() {
    let (mapping, machine) = mapped();
    for table in 0..mapping.tables.len() {
        for entry in 0..mapping.tables[table].table.entries.len() {
            let mut broken = mapping.clone();
            broken.tables[table].table.entries.remove(entry);
            assert!(verify(&broken, &machine).is_err(), "entry {entry} of table {table}");
        }
    }
}

#[test]
fn every_added_output_is_noticed() {
    let (mapping, machine) = mapped();
    let mut kinds = [0; 3];
    for table in 0..mapping.tables.len() {
        for entry in 0..mapping.tables[table].table.entries.len() {
            for extra in Link::ALL.map(Route::to_link).into_iter().chain([Route::to_core(3)]) {
                let mut broken = mapping.clone();
                let route = &mut broken.tables[table].table.entries[entry].route;
                if route.union(extra) == *route {
                    continue;
                }
                *route = route.union(extra);
                match verify(&broken, &machine).unwrap_err() {
                    MappingError::VisitedTwice { .. } => kinds[0] += 1,
                    MappingError::Dropped { .. } => kinds[1] += 1,
                    MappingError::WrongCores { extra: 1.., .. } => kinds[2] += 1,
                    other => panic!("{other}"),
                }
            }
        }
    }
    assert!(kinds.iter().all(|&n| n > 0), "{kinds:?}");
}

#[test]
fn shared_keys_and_shared_cores_are_found() {
    let (mapping, machine) = mapped();
    let mut broken = mapping.clone();
    broken.slices[5].key = broken.slices[9].key;
    assert!(matches!(verify(&broken, &machine), Err(MappingError::KeysOverlap { first: 5, second: 9 })));
    let mut broken = mapping;
    (broken.slices[5].chip, broken.slices[5].core) = (broken.slices[4].chip, broken.slices[4].core);
    assert!(matches!(verify(&broken, &machine), Err(MappingError::BadCore { slice: 5, .. })));
}

#[test]
fn a_link_that_dies_after_mapping_is_found() {
    let (mapping, _) = mapped();
    let mut spec = MachineSpec::board();
    spec.chip.application_pes = 3;
    let used = mapping.trees.iter().find(|tree| tree.nodes.len() > 1).unwrap();
    let (_, link) = used.nodes[1].from.unwrap();
    spec.faults.links = vec![gennaker_machine::LinkFault { chip: used.nodes[0].chip, link }];
    let machine = Machine::new(spec).unwrap();
    let error = verify(&mapping, &machine).unwrap_err().to_string();
    assert!(error.contains("dead link"), "{error}");
    let mapping = map(&network(), &machine, &MappingOptions::default()).unwrap();
    verify(&mapping, &machine).unwrap();
}

#[test]
fn a_router_without_default_routes_gets_all_entries() {
    let mut spec = board().spec().clone();
    spec.chip.router.default_route = false;
    let machine = Machine::new(spec).unwrap();
    let mapping = map(&network(), &machine, &MappingOptions::default()).unwrap();
    verify(&mapping, &machine).unwrap();
    let (with_defaults, usual) = mapped();
    assert!(mapping.stats.entries > with_defaults.stats.entries);
    verify(&mapping, &usual).unwrap();
    assert!(matches!(verify(&with_defaults, &machine), Err(MappingError::Dropped { .. })));
}

#[test]
fn small_tables_are_compressed_only_when_needed_or_refused() {
    let machine = board();
    let options = |max_entries, compressor| MappingOptions {
        max_entries: Some(max_entries),
        compressor,
        placer: Placer::ApplicationGrouped,
        ..MappingOptions::default()
    };
    let most = |mapping: &Mapping| mapping.stats.max_entries;
    let loose = map(&network(), &machine, &options(10_000, Compressor::Smaller)).unwrap();
    assert_eq!(loose.stats.entries, loose.stats.entries_uncompressed);
    let limit = most(&loose) - most(&loose) / 8;
    let tight = map(&network(), &machine, &options(limit, Compressor::Smaller)).unwrap();
    assert!(most(&tight) <= limit && tight.stats.entries < tight.stats.entries_uncompressed);
    verify(&tight, &machine).unwrap();
    let always = MappingOptions { compress: CompressWhen::Always, ..options(limit, Compressor::Smaller) };
    let smallest = map(&network(), &machine, &always).unwrap();
    assert!(smallest.stats.entries < tight.stats.entries);
    verify(&smallest, &machine).unwrap();

    let error = map(&network(), &machine, &options(limit, Compressor::None)).unwrap_err().to_string();
    assert!(error.contains(&format!("holds {limit}")) && error.contains("`smaller`"), "{error}");
}

#[test]
fn mappings_and_options_are_plain_data() {
    let (mapping, machine) = mapped();
    let text = serde_json::to_string(&mapping).unwrap();
    let read: Mapping = serde_json::from_str(&text).unwrap();
    assert_eq!(read, mapping);
    verify(&read, &machine).unwrap();

    let options: MappingOptions =
        serde_json::from_str(r#"{"placer": "application_grouped", "seed": 4}"#).unwrap();
    let wanted = MappingOptions { placer: Placer::ApplicationGrouped, seed: 4, ..MappingOptions::default() };
    assert_eq!(options, wanted);
    let error = serde_json::from_str::<MappingOptions>(r#"{"plaser": "radial"}"#).unwrap_err().to_string();
    assert!(error.contains("plaser") && error.contains("placer"), "{error}");
}
