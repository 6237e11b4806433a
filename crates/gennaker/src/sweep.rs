//! The same run under many assumptions: level policies, tick lengths, neurons per PE, placements.

use std::collections::BTreeSet;

use gennaker_energy::{Account, AccountOptions, Traffic};
use gennaker_mapping::Placer;
use serde::Serialize;

use crate::account::Accounted;
use crate::error::Error;
use crate::experiment::{Experiment, Mapped};

/// Rows that a sweep may have.
const MAX_ROWS: usize = 10_000;
/// PEs that are accounted for at the same time, each row with its own; at 400 bytes each, 800 MB.
const MAX_PES: usize = 2_000_000;

/// What is varied: names with their values. `atoms` (neurons per PE, for populations of neurons) and `placer` (`radial`,
/// `application_grouped`) lay the network out anew; all others are options of the account ([`AccountOptions::set`]).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sweep {
    dimensions: Vec<(String, Vec<String>)>,
}

/// One combination and what it comes to.
#[derive(Debug)]
pub struct SweepRow {
    /// The values, in the order of the dimensions.
    pub values: Vec<String>,
    /// PEs in use; 0 where nothing fits.
    pub n_pes: u32,
    /// The figures of its account, or why there is none.
    pub figures: Result<Figures, String>,
}

/// The figures of an account by which assumptions are compared.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Figures {
    /// Whether every PE was done in every tick.
    pub in_time: bool,
    /// PE-ticks whose work was not done in time.
    pub n_overruns: u64,
    /// Shortest tick in ns that would do.
    pub shortest_tick_ns: f64,
    /// Time that the run takes on the hardware, in s.
    pub duration_s: f64,
    /// Energy of the PEs in use, in J.
    pub pe_j: f64,
    /// All energy, in J.
    pub total_j: f64,
    /// Mean power in W.
    pub power_w: f64,
    /// Energy that activity adds per synaptic event, in pJ.
    pub dynamic_pj_per_event: f64,
    /// All energy per synaptic event, in pJ.
    pub all_in_pj_per_event: f64,
}

impl Figures {
    /// The figures of an account.
    #[must_use]
    pub fn of(account: &Account) -> Self {
        let energy = &account.energy;
        Self {
            in_time: account.in_time,
            n_overruns: account.n_overruns,
            shortest_tick_ns: account.shortest_tick_ns,
            duration_s: account.duration_s,
            pe_j: energy.pe_sleep_j + energy.pe_cycles_j + energy.pe_switch_j,
            total_j: account.total_j,
            power_w: account.power_w,
            dynamic_pj_per_event: account.dynamic_pj_per_event,
            all_in_pj_per_event: account.all_in_pj_per_event,
        }
    }
}

impl Sweep {
    /// Adds a dimension written as `name=value,value,...`.
    ///
    /// # Errors
    /// [`Error::Sweep`].
    pub fn add(&mut self, text: &str) -> Result<(), Error> {
        let wrong = |problem: &str| Error::Sweep { given: shortened(text), problem: problem.to_owned() };
        let (name, values) = text.split_once('=').ok_or_else(|| wrong("write it as name=value,value,..."))?;
        let values: Vec<String> = values.split(',').map(|value| value.trim().to_owned()).collect();
        if values.iter().any(String::is_empty) {
            return Err(wrong("a value is empty"));
        }
        if self.dimensions.iter().any(|(known, _)| known == name) {
            return Err(wrong("this name is varied already"));
        }
        let mut seen = BTreeSet::new();
        if let Some(twice) = values.iter().find(|value| !seen.insert(*value)) {
            return Err(wrong(&format!("the value `{twice}` is given twice")));
        }
        check_values(text, name, &values)?;
        self.dimensions.push((name.to_owned(), values));
        let n_rows = self.dimensions.iter().map(|(_, values)| values.len()).fold(1, usize::saturating_mul);
        if n_rows > MAX_ROWS {
            return Err(wrong(&format!("makes {n_rows} rows, at most {MAX_ROWS} are made")));
        }
        Ok(())
    }

    /// The names of what is varied.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.dimensions.iter().map(|(name, _)| name.as_str())
    }

    /// All combinations of the dimensions of one kind, the last varying fastest.
    fn combinations(&self, lays_out: bool) -> Vec<Vec<(&str, &str)>> {
        let mut all = vec![Vec::new()];
        for (name, values) in self.dimensions.iter().filter(|(name, _)| is_layout(name) == lays_out) {
            let extended = all.iter().flat_map(|row: &Vec<(&str, &str)>| {
                values.iter().map(move |value| [&row[..], &[(name.as_str(), value.as_str())]].concat())
            });
            all = extended.collect();
        }
        all
    }
}

/// A dimension as messages show it: thousands of values would hide what is wrong.
fn shortened(text: &str) -> String {
    const MOST: usize = 60;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

fn is_layout(name: &str) -> bool {
    matches!(name, "atoms" | "placer")
}

fn check_values(text: &str, name: &str, values: &[String]) -> Result<(), Error> {
    for value in values {
        if is_layout(name) {
            apply_layout(&mut Experiment::new(gennaker_network::Network::new("")), name, value)?;
        } else {
            let checked = AccountOptions::default().set(name, value);
            checked.map_err(|error| Error::Sweep { given: shortened(text), problem: error.to_string() })?;
        }
    }
    Ok(())
}

/// Accounts for a run under every combination; the first dimension varies slowest. Combinations that cannot be laid out are rows
/// with an error.
///
/// # Errors
/// [`Error::Energy`] for assumptions that are impossible on this machine.
pub fn sweep(run: &Accounted, base: &AccountOptions, sweep: &Sweep) -> Result<Vec<SweepRow>, Error> {
    let assumptions = sweep.combinations(false);
    let mut options = Vec::new();
    for assumption in &assumptions {
        let mut own = base.clone();
        assumption.iter().try_for_each(|(name, value)| own.set(name, value))?;
        own.check(&run.experiment.file.network, &run.mapped.machine)?;
        options.push(own);
    }
    let mut rows = Vec::new();
    for layout in sweep.combinations(true) {
        let named = |at: usize| [&layout[..], &assumptions[at][..]].concat();
        match laid_out(run, &layout).and_then(|mapped| figures(run, &mapped, &options)) {
            Ok((n_pes, all)) => {
                rows.extend(all.into_iter().enumerate().map(|(at, figures)| (named(at), n_pes, Ok(figures))));
            }
            Err(error) => {
                let problem = error.to_string();
                rows.extend((0..assumptions.len()).map(|at| (named(at), 0, Err(problem.clone()))));
            }
        }
    }
    Ok(in_order(sweep, rows))
}

/// PEs and figures under each of the options, as many at a time as memory should take.
fn figures(
    run: &Accounted,
    mapped: &Mapped,
    options: &[AccountOptions],
) -> Result<(u32, Vec<Figures>), Error> {
    let traffic = Traffic::new(&run.experiment.file.network, &mapped.mapping, &mapped.machine)?;
    let at_once = (MAX_PES / mapped.mapping.slices.len().max(1)).max(1);
    let mut all = Vec::with_capacity(options.len());
    for options in options.chunks(at_once) {
        let accountants = run.counted(&traffic, mapped, options)?;
        all.extend(accountants.into_iter().map(|accountant| Figures::of(&accountant.account())));
    }
    Ok((mapped.mapping.stats.n_pes, all))
}

type Named<'a> = (Vec<(&'a str, &'a str)>, u32, Result<Figures, String>);

/// Rows with their values in the order of the dimensions, sorted by the place of each value.
fn in_order(sweep: &Sweep, rows: Vec<Named<'_>>) -> Vec<SweepRow> {
    let value = |row: &Named<'_>, name: &str| {
        row.0.iter().find(|(own, _)| *own == name).map_or("", |(_, value)| value).to_owned()
    };
    let mut keyed: Vec<(Vec<usize>, SweepRow)> = rows
        .into_iter()
        .map(|row| {
            let values: Vec<String> = sweep.names().map(|name| value(&row, name)).collect();
            let place = |(own, (_, all)): (&String, &(String, Vec<String>))| {
                all.iter().position(|v| v == own).unwrap_or(0)
            };
            let places = values.iter().zip(&sweep.dimensions).map(place).collect();
            (places, SweepRow { values, n_pes: row.1, figures: row.2 })
        })
        .collect();
    keyed.sort_by(|a, b| a.0.cmp(&b.0));
    keyed.into_iter().map(|(_, row)| row).collect()
}

/// The run's own mapping, or another one.
fn laid_out(run: &Accounted, layout: &[(&str, &str)]) -> Result<Mapped, Error> {
    if layout.is_empty() {
        return Ok(run.mapped.clone());
    }
    let mut experiment = run.experiment.clone();
    experiment.mapping = run.mapped.mapping.options.clone();
    layout.iter().try_for_each(|(name, value)| apply_layout(&mut experiment, name, value))?;
    experiment.map()
}

fn apply_layout(experiment: &mut Experiment, name: &str, value: &str) -> Result<(), Error> {
    let wrong =
        |problem: &str| Error::Sweep { given: format!("{name}={value}"), problem: problem.to_owned() };
    match name {
        "atoms" => {
            let atoms: u32 =
                value.parse().ok().filter(|&n| n > 0).ok_or_else(|| wrong("give whole numbers from 1 on"))?;
            let cells = experiment.file.network.populations.iter_mut().filter(|p| !p.model.is_source());
            cells.for_each(|population| population.max_atoms_per_core = Some(atoms));
        }
        _ => {
            experiment.mapping.placer = match value {
                "radial" => Placer::Radial,
                "application_grouped" => Placer::ApplicationGrouped,
                _ => return Err(wrong("the placers are `radial` and `application_grouped`")),
            }
        }
    }
    Ok(())
}
