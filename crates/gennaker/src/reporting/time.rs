//! Time per tick and energy, from an account.

use gennaker_energy::{Account, Trace};
use gennaker_report::page::{EnergyPart, EnergyUse, Packed, TimeUse};

/// Bins over time, at most.
const MAX_BINS: usize = 1_500;

/// What was kept tick by tick, binned; none if nothing was.
pub(super) fn time_use(account: &Account, trace: &Trace) -> Option<TimeUse> {
    let overview = &trace.overview;
    let n_ticks = overview.latest.len();
    if n_ticks == 0 {
        return None;
    }
    let bin = n_ticks.div_ceil(MAX_BINS);
    let means = |values: &[f32]| Packed::F32(values.chunks(bin).map(mean).collect());
    let at_level = |level: usize| {
        let rows = overview.n_at_level.chunks(overview.n_levels * bin);
        let part = |rows: &[u32]| {
            let all: u64 = rows.iter().map(|&n| u64::from(n)).sum();
            let own: u64 = rows.iter().skip(level).step_by(overview.n_levels).map(|&n| u64::from(n)).sum();
            ratio(own, all)
        };
        Packed::F32(rows.map(part).collect())
    };
    Some(TimeUse {
        tick_ns: account.tick_ns,
        ticks: 0..n_ticks as u32,
        bin_ticks: bin as u32,
        latest: Packed::F32(
            overview.latest.chunks(bin).map(|x| x.iter().copied().fold(0.0, f32::max)).collect(),
        ),
        mean: means(&overview.mean),
        n_late: Packed::U32(overview.n_late.chunks(bin).map(|x| x.iter().sum()).collect()),
        levels: account.levels.clone(),
        level_parts: (0..overview.n_levels).map(at_level).collect(),
        power_w: means(&trace.power_w),
        n_pes_left_out: 0,
    })
}

#[expect(clippy::cast_precision_loss, reason = "a mean")]
fn mean(values: &[f32]) -> f32 {
    values.iter().sum::<f32>() / values.len() as f32
}

#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "a ratio to look at")]
fn ratio(part: u64, all: u64) -> f32 {
    (part as f64 / all.max(1) as f64) as f32
}

/// What stands beside every modelled number.
const CAVEAT: &str = "Modelled, not measured: powers of PEs and chip are published, counts are exact, cycles are a fit to one published rate; energies of \
    packets, links and boards are assumed. `gennaker machine --facts` has every number's source.";

pub(super) fn energy_use(account: &Account) -> EnergyUse {
    let part = |(group, (label, joule)): (&str, (&str, f64))| EnergyPart {
        key: label.to_owned(),
        label: label.to_owned(),
        group: group.to_owned(),
        joule,
    };
    EnergyUse {
        parts: GROUPS.into_iter().zip(account.energy.parts()).map(part).collect(),
        total_j: account.total_j,
        power_w: account.power_w,
        caveat: CAVEAT.to_owned(),
    }
}

/// Groups of [`gennaker_energy::Energy::parts`], in that order.
const GROUPS: [&str; 14] = [
    "PEs in use",
    "PEs in use",
    "PEs in use",
    "idle chips",
    "traffic",
    "traffic",
    "traffic",
    "idle chips",
    "DRAM",
    "DRAM",
    "idle chips",
    "boards",
    "boards",
    "boards",
];
