//! Pictures of machines, energy and weights are honest about what they show, and drawn from any data.

mod common;

use gennaker_report::page::{Chips, EnergyPart, EnergyUse, Fold, MachineMap, Metric, Packed, Pes, Shading};
use gennaker_report::*;
use proptest::prelude::*;

const HOSTILE: &str = "</text><script>alert(1)</script>&\u{0}\u{202e}";

/// A machine of some chips with a grid of 4 x 4 PEs around a gap, and some PEs in use: chip, core, population, value.
fn map(width: u16, height: u16, pes: &[(u32, u8, u32, f32)]) -> MachineMap {
    let chips = || (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let places = (0..6).flat_map(|y| (0..6).map(move |x| [x, y]));
    let metric = |key: &str, values| Metric {
        key: key.to_owned(),
        label: format!("label of {key}"),
        unit: "B".to_owned(),
        values: Packed::F32(values),
        limit: Some(131_072.0),
        ..Metric::default()
    };
    let values: Vec<f32> = pes.iter().map(|pe| pe.3).collect();
    MachineMap {
        width,
        height,
        chips: Chips {
            x: Packed::U16(chips().map(|chip| chip.0).collect()),
            y: Packed::U16(chips().map(|chip| chip.1).collect()),
            ..Chips::default()
        },
        core_grid: [6, 6],
        core_places: places.filter(|at| !(2..4).contains(&at[0]) || !(2..4).contains(&at[1])).collect(),
        pes: Pes {
            chip: Packed::U32(pes.iter().map(|pe| pe.0).collect()),
            core: Packed::U8(pes.iter().map(|pe| pe.1).collect()),
            population: Packed::U32(pes.iter().map(|pe| pe.2).collect()),
            ..Pes::default()
        },
        pe_metrics: vec![
            Metric { fold: Fold::Max, ..metric("memory", values.clone()) },
            Metric { shading: Shading::Logarithmic, limit: None, ..metric("spikes", values) },
        ],
        chip_metrics: vec![metric(
            "table",
            (0..u32::from(width) * u32::from(height)).map(|i| i as f32).collect(),
        )],
        ..MachineMap::default()
    }
}

fn draw(map: &MachineMap, metric: &str) -> Result<Picture, ReportError> {
    MachinePicture { title: "net", map, metric, populations: &["exc", HOSTILE], note: "" }.draw()
}

#[test]
fn one_chip_shows_its_pes_and_what_is_left_out() {
    let picture = draw(&map(4, 4, &[(5, 0, 0, 100.0), (5, 1, 1, 131_072.0)]), "memory").unwrap();
    for text in [
        "label of memory: up to 131,072 of 131,072 B · 2 PEs",
        "chip (1, 1) of 16; the others are not in use and not shown",
        ">router<",
        ">0 exc<",
        ">50,000<",
        "label of memory (B)",
        "not in use",
    ] {
        assert!(picture.svg().contains(text), "{text}");
    }
    assert!(!picture.svg().contains("<script"));
    // The fuller PE has the darkest colour, the other one the lightest.
    assert_eq!([picture.svg().matches("#440154").count(), picture.svg().matches("#fde725").count()], [2, 2]);
    picture.to_png(1.0).unwrap();
    let alone = draw(&map(1, 1, &[(0, 0, 0, 1.0)]), "memory").unwrap();
    assert!(!alone.svg().contains("not shown"));
}

#[test]
fn some_chips_show_pes_and_many_are_tiles() {
    let pes = |n: u32| -> Vec<(u32, u8, u32, f32)> {
        (0..n).flat_map(|chip| (0..3).map(move |core| (chip, core, 0, 10.0 * (chip + 1) as f32))).collect()
    };
    let some = draw(&map(20, 20, &pes(3)), "memory").unwrap();
    assert!(some.svg().contains("up to 30 of 131,072 B · 9 PEs"));
    assert!(some.svg().contains("392 more chips of the machine, none of them in use, not shown"));
    assert!(some.svg().contains("chip x"));
    let tiles = |metric| draw(&map(20, 20, &pes(390)), metric).unwrap();
    assert!(tiles("memory").svg().contains("highest PE of each chip: up to 3,900 of"));
    assert!(tiles("spikes").svg().contains("sum of each chip: up to 11,700 B"));
    assert!(!tiles("spikes").svg().contains("not shown"));
    let table = draw(&map(3, 1, &[(0, 0, 0, 1.0)]), "table").unwrap();
    assert!(table.svg().contains("label of table: up to 2 of"), "chips that pass packets on are shown");
}

#[test]
fn metrics_are_named_and_an_empty_machine_is_an_error() {
    let error = draw(&map(1, 1, &[(0, 0, 0, 1.0)]), "temperature").unwrap_err();
    assert_eq!(error.to_string(), "`temperature` is no metric of this run; there are: memory, spikes, table");
    assert!(matches!(draw(&map(1, 1, &[]), "memory"), Err(ReportError::Nothing { .. })));
    assert!(matches!(draw(&MachineMap::default(), "memory"), Err(ReportError::Metric { .. })));
}

#[test]
fn a_tiny_machine_is_drawn_as_stored() {
    let picture = draw(&map(1, 1, &[(0, 0, 0, 0.0), (0, 7, 0, 3.0), (0, 31, 1, 900.0)]), "spikes").unwrap();
    common::assert_as_stored("machine.svg", picture.svg());
}

fn part(label: &str, group: &str, joule: f64) -> EnergyPart {
    EnergyPart { key: label.to_owned(), label: label.to_owned(), group: group.to_owned(), joule }
}

fn energy(parts: Vec<EnergyPart>) -> EnergyUse {
    let total_j = parts.iter().map(|part| part.joule).sum();
    EnergyUse { parts, total_j, power_w: 0.3, caveat: "Modelled, not measured.".to_owned() }
}

#[test]
fn energy_is_in_the_order_of_size_and_called_modelled() {
    let energy = energy(vec![
        part("small", "PEs in use", 1e-6),
        part("boards", "boards", 0.0),
        part(HOSTILE, "traffic", 0.25),
        part("large", "PEs in use", 0.75),
    ]);
    let picture = EnergyPicture { title: "net", energy: &energy }.draw().unwrap();
    let svg = picture.svg();
    for text in [
        "modelled: 1 J in all · mean power 300 mW · 1 part without energy",
        ">750 mJ · 75 %<",
        ">1 µJ · &lt; 0.1 %<",
        ">energy (mJ)<",
        ">Modelled, not measured.<",
    ] {
        assert!(svg.contains(text), "{text}");
    }
    let at = |text: &str| svg.find(text).unwrap();
    assert!(at(">large<") < at("250 mJ · 25 %") && at("250 mJ · 25 %") < at(">small<"));
    assert!(!svg.contains("<script"));
    picture.to_png(1.0).unwrap();
    let nothing = EnergyPicture { title: "net", energy: &self::energy(vec![part("a", "b", 0.0)]) }.draw();
    assert!(matches!(nothing, Err(ReportError::Nothing { .. })));
}

fn histogram(weights: &[(&str, &[(f64, u64)])], are_whole: bool) -> Result<Picture, ReportError> {
    let walks: Vec<_> = weights
        .iter()
        .map(|(_, own)| move |each: &mut dyn FnMut(f64, u64)| own.iter().for_each(|&(w, n)| each(w, n)))
        .collect();
    let projections: Vec<WeightProjection<'_>> = weights
        .iter()
        .zip(&walks)
        .map(|((name, _), walk)| WeightProjection { name, noun: "synapse", weights: Weights::Walked(walk) })
        .collect();
    WeightHistogram { title: "net", projections: &projections, are_whole }.draw()
}

#[test]
fn weights_have_means_a_common_axis_and_one_bar_each() {
    let picture = histogram(&[("exc", &[(3.0, 10), (5.0, 10)]), (HOSTILE, &[(-15.0, 7)])], true).unwrap();
    for text in [
        "27 weights in bins of 1",
        ">20 synapses<",
        ">mean 4<",
        ">sd 1<",
        ">mean -15<",
        "weight, as the chip keeps it",
        ">-15<",
        ">5<",
    ] {
        assert!(picture.svg().contains(text), "{text}");
    }
    assert!(!picture.svg().contains("<script") && !picture.svg().contains("logarithmic"));
    let bars = |line: &&str| line.contains("fill-opacity=\"0.85\"");
    let bars: Vec<usize> = picture.svg().lines().filter(bars).map(|line| line.matches('M').count()).collect();
    assert_eq!(bars, [2, 1]);
}

#[test]
fn rare_weights_are_seen_and_projections_left_out_are_counted() {
    let steep: Vec<(f64, u64)> =
        (0..20).map(|w| (f64::from(w), if w == 0 { 1_000_000 } else { 3 })).collect();
    let picture = histogram(&[("a", &steep)], true).unwrap();
    assert!(picture.svg().contains("number, logarithmic") && picture.svg().contains(">1,000,000<"));
    let many: Vec<(&str, &[(f64, u64)])> = vec![("p", &[(1.5, 2)]); 30];
    assert!(
        histogram(&many, false)
            .unwrap()
            .svg()
            .contains("48 weights in bins of 0.05 · 6 more projections not shown")
    );
    assert!(matches!(histogram(&[], true), Err(ReportError::Nothing { .. })));
    histogram(&[("none", &[])], true).unwrap().to_png(1.0).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_machine_makes_a_picture(
        width in 1u16..12,
        height in 1u16..12,
        grid: [u8; 2],
        pes in prop::collection::vec((0u32..150, any::<u8>(), any::<u32>(), any::<f32>()), 0..40),
        metric in prop::sample::select(vec!["memory", "spikes", "table"]),
    ) {
        let map = MachineMap { core_grid: grid, ..map(width, height, &pes) };
        match draw(&map, metric) {
            Ok(picture) => prop_assert!(picture.to_png(0.2).is_ok() && !picture.svg().contains("NaN")),
            Err(error) => {
                let nothing = matches!(error, ReportError::Nothing { .. });
                prop_assert!(nothing, "{}", error);
            }
        }
    }

    #[test]
    fn any_energies_make_bars(joules in prop::collection::vec(any::<f64>(), 1..40), total_j: f64) {
        let parts: Vec<EnergyPart> = joules.iter().map(|&joule| part("a", "b", joule)).collect();
        let has_some = joules.iter().any(|j| j.is_finite() && *j > 0.0);
        let energy = EnergyUse { total_j, ..energy(parts) };
        let picture = EnergyPicture { title: "t", energy: &energy }.draw();
        prop_assert_eq!(picture.is_ok(), has_some);
        if let Ok(picture) = picture {
            prop_assert!(picture.to_png(0.2).is_ok());
        }
    }

    #[test]
    fn any_weights_make_a_histogram(
        weights in prop::collection::vec((any::<f64>(), 0..1_000_000u64), 0..40),
        near in prop::collection::vec((-200..200i32, 1..9u64), 0..40),
        are_whole: bool,
    ) {
        let near: Vec<(f64, u64)> = near.into_iter().map(|(w, n)| (f64::from(w), n)).collect();
        for projections in [vec![("a", &weights[..]), ("b", &near[..])], vec![("b", &near[..])]] {
            let picture = histogram(&projections, are_whole).unwrap();
            prop_assert!(picture.to_png(0.2).is_ok() && !picture.svg().contains("NaN"));
        }
    }
}
