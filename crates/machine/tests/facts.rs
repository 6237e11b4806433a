//! The table of numbers agrees with the defaults, and with itself.

use std::collections::BTreeSet;

use gennaker_machine::{Generation, MachineSpec, facts, spinnaker2 as s2};
use toml::{Table, Value};

/// Dotted keys and values of everything below `chip`, lists as one value.
fn leaves(spec: &MachineSpec) -> Vec<(String, Value)> {
    fn collect(table: &Table, path: &str, leaves: &mut Vec<(String, Value)>) {
        for (key, value) in table {
            let key = format!("{path}.{key}");
            match value {
                Value::Table(table) => collect(table, &key, leaves),
                value => leaves.push((key, value.clone())),
            }
        }
    }
    let mut found = Vec::new();
    collect(&Table::try_from(&spec.chip).unwrap(), "chip", &mut found);
    found
}

fn check_defaults(generation: Generation, spec: &MachineSpec) {
    let rows = facts();
    let rows: Vec<_> = rows.iter().filter(|row| row.generation == generation).collect();
    let leaves = leaves(spec);
    for (key, value) in &leaves {
        // All links of SpiNNaker1 have the same numbers, listed once.
        let key = match generation {
            Generation::Spinnaker1 => key.replace("links.long", "links.short"),
            Generation::Spinnaker2 => key.clone(),
        };
        let found: Vec<_> = rows.iter().filter(|row| row.key == key).collect();
        match value {
            Value::Array(levels) => assert_eq!(found.len(), levels.len(), "{key}"),
            Value::Float(number) => assert_eq!(found[0].value.parse::<f64>().unwrap(), *number, "{key}"),
            other => assert_eq!(found[0].value, other.to_string(), "{key}"),
        }
    }
    let known: BTreeSet<_> = leaves.iter().map(|(key, _)| key.as_str()).collect();
    for row in rows.iter().filter(|row| row.key.starts_with("chip.")) {
        assert!(known.contains(row.key), "{} is no field of a machine file", row.key);
    }
}

#[test]
fn every_default_is_a_fact_and_every_chip_fact_is_a_default() {
    check_defaults(Generation::Spinnaker2, &MachineSpec::board());
    check_defaults(Generation::Spinnaker1, &MachineSpec::spinn5());
}

#[test]
fn every_fact_says_what_it_is_and_where_it_comes_from() {
    let mut seen = BTreeSet::new();
    for row in facts() {
        assert!(row.meaning.ends_with('.') && !row.source.is_empty(), "{row:?}");
        let repeated = !seen.insert((row.generation, row.key));
        assert!(!repeated || row.key == "chip.pe.performance_levels", "{} twice", row.key);
    }
}

#[track_caller]
fn check_close(value: f64, expected: f64) {
    assert!((value / expected - 1.0).abs() < 0.002, "{value} is not {expected}");
}

#[test]
fn derived_energies_follow_from_the_measured_powers() {
    let pes = f64::from(s2::N_PES.value);
    let (off, low, high) =
        (s2::POWER_ALL_OFF_MW.value, s2::POWER_SLEEP_LOW_MW.value, s2::POWER_SLEEP_HIGH_MW.value);
    check_close(s2::PE_SLEEP_LOW_MW.value, (low - off) / pes);
    check_close(s2::PE_SLEEP_HIGH_MW.value, (high - off) / pes);
    let cycle_pj = |busy_mw: f64, sleep_mw: f64, mhz: f64| (busy_mw - sleep_mw) / pes / mhz * 1e3;
    check_close(s2::CYCLE_LOW_PJ.value, cycle_pj(s2::POWER_COREMARK_LOW_MW.value, low, 150.0));
    check_close(s2::CYCLE_HIGH_PJ.value, cycle_pj(s2::POWER_COREMARK_HIGH_MW.value, high, 300.0));
    let mac_pj = |busy_mw: f64, sleep_mw: f64, tops: f64| 2.0 * (busy_mw - sleep_mw) / tops / 1e3;
    check_close(s2::MAC_LOW_PJ.value, mac_pj(s2::POWER_MATMUL_LOW_MW.value, low, s2::MATMUL_LOW_TOPS.value));
    check_close(
        s2::MAC_HIGH_PJ.value,
        mac_pj(s2::POWER_MATMUL_HIGH_MW.value, high, s2::MATMUL_HIGH_TOPS.value),
    );
}

#[test]
fn derived_rates_follow_from_the_published_ones() {
    let spec = MachineSpec::board();
    let links = &spec.chip.links;
    assert_eq!(links.short.packets_per_s, links.short.bits_per_s / u64::from(links.short.packet_bits));
    assert_eq!(links.long.packets_per_s, links.long.bits_per_s / u64::from(links.long.packet_bits));
    assert_eq!(s2::QUADS_PER_CHIP.value * s2::PES_PER_QUAD.value, s2::N_PES.value);
    assert_eq!(s2::MAC_ROWS.value * s2::MAC_COLUMNS.value, s2::MACS_PER_CYCLE.value);
}

#[test]
fn the_default_costs_reproduce_the_published_synaptic_rate() {
    let (neurons, packets, events) = (1_024, 117, 12_000);
    let cycles = s2::CYCLES_PER_TICK.value
        + packets * s2::CYCLES_PER_PACKET.value
        + events * s2::CYCLES_PER_SYNAPTIC_EVENT.value
        + neurons * s2::CYCLES_PER_NEURON_LIF.value;
    assert!((150_000..=300_000).contains(&cycles), "{cycles}");
}
