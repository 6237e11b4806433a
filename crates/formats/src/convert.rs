//! From the tables of a network file to a network: names become positions, defaults are filled in, files are read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use gennaker_network::{
    ConnectionList, Connector, Convolution, Model, Network, Parameter, Population, Projection, SpikeTrains,
};
use toml::Spanned;

use crate::connector_value::{Column, ConnectorValue, ListTable};
use crate::entries::{FileEntry, MachineEntry, PopulationEntry, ProjectionEntry};
use crate::error::FormatError;
use crate::network_file::{MachineChoice, NetworkFile, RunSettings};
use crate::npz::read_npz;
use crate::source::Source;
use crate::suggest::hint;
use crate::table::Table;
use crate::values::ParameterValue;

/// Longest tick that is accepted: an hour. Beyond it a unit was mistaken.
const MAX_TICK_MS: f64 = 3.6e6;

/// Gives the tables their meaning. Ranges of the network's own numbers are left to its validation.
pub(crate) fn convert(file: FileEntry, source: &Source<'_>) -> Result<NetworkFile, FormatError> {
    let settings = settings(&file, source)?;
    let populations: Vec<Population> =
        file.populations.into_iter().map(|entry| population(entry, source)).collect::<Result<_, _>>()?;
    let mut names = ProjectionNames::new(&file.projections);
    let projections =
        file.projections.into_iter().map(|entry| projection(entry, &populations, &mut names, source));
    let projections = projections.collect::<Result<_, _>>()?;
    Ok(NetworkFile {
        network: Network { name: file.name, seed: file.seed.0, populations, projections },
        settings,
    })
}

fn settings(file: &FileEntry, source: &Source<'_>) -> Result<RunSettings, FormatError> {
    if !(file.tick_ms > 0.0 && file.tick_ms <= MAX_TICK_MS) {
        let message = format!("tick_ms is {}; it must be above 0 and at most {MAX_TICK_MS} ms", file.tick_ms);
        return Err(source.error(message));
    }
    Ok(RunSettings {
        timesteps: file.timesteps,
        tick_ms: file.tick_ms,
        machine: file.machine.as_ref().map(machine),
        numeric: file.numeric,
        out_of_range: file.out_of_range,
        account: account_options(&file.account, "", source)?,
        event: file.event.to_string(),
    })
}

/// Tables within tables as dotted names, and every value as text: what it means is not for this crate to say.
fn account_options(
    table: &toml::Table,
    path: &str,
    source: &Source<'_>,
) -> Result<BTreeMap<String, String>, FormatError> {
    let mut options = BTreeMap::new();
    for (key, value) in table {
        let key = format!("{path}{key}");
        let text = match value {
            toml::Value::Table(inner) => {
                for (key, text) in account_options(inner, &format!("{key}."), source)? {
                    if options.insert(key.clone(), text).is_some() {
                        return Err(source.error(format!("account: `{key}` is given twice")));
                    }
                }
                continue;
            }
            toml::Value::String(text) => text.clone(),
            toml::Value::Integer(number) => number.to_string(),
            toml::Value::Float(number) => number.to_string(),
            _ => return Err(source.error(format!("account: `{key}` must be a number or text"))),
        };
        if options.insert(key.clone(), text).is_some() {
            return Err(source.error(format!("account: `{key}` is given twice")));
        }
    }
    Ok(options)
}

fn machine(entry: &MachineEntry) -> MachineChoice {
    match entry {
        MachineEntry::Name(name) => MachineChoice::Named(name.clone()),
        MachineEntry::Table(table) => MachineChoice::Described(table.to_string()),
    }
}

fn population(entry: PopulationEntry, source: &Source<'_>) -> Result<Population, FormatError> {
    let model = Model::parse(entry.model.get_ref())
        .map_err(|error| source.error_at(entry.model.span(), &error.to_string()))?;
    Ok(Population {
        spikes: spikes(&entry, source)?,
        name: entry.name,
        size: entry.size,
        shape: entry.shape,
        model,
        parameters: entry.parameters.into_iter().map(|(name, value)| (name, value.0)).collect(),
        record: entry.record.into_iter().map(|value| value.0).collect(),
        max_atoms_per_core: entry.max_atoms_per_core,
    })
}

fn spikes(entry: &PopulationEntry, source: &Source<'_>) -> Result<SpikeTrains, FormatError> {
    let Some(file) = &entry.spikes_file else { return spikes_by_neuron(&entry.spikes, source) };
    if !entry.spikes.is_empty() {
        let message = "give either `spikes` or `spikes_file`, not both";
        return Err(source.error_at(file.span(), message));
    }
    let path = source.folder.join(file.get_ref());
    read_spikes(&path)
}

fn spikes_by_neuron(
    lists: &BTreeMap<Spanned<String>, Vec<u32>>,
    source: &Source<'_>,
) -> Result<SpikeTrains, FormatError> {
    let index = |key: &Spanned<String>| {
        let message = format!("`{}` is not a neuron's index; write \"0\", \"1\", ...", key.get_ref());
        key.get_ref().parse().map_err(|_| source.error_at(key.span(), &message))
    };
    let lists: Vec<(u32, Vec<u32>)> = lists
        .iter()
        .map(|(key, ticks)| Ok((index(key)?, ticks.clone())))
        .collect::<Result<_, FormatError>>()?;
    Ok(SpikeTrains::from_lists(lists))
}

/// Reads the spikes of a source from a csv, npy or npz file with the columns neuron (or `i`) and timestep (or `t`).
///
/// # Errors
/// [`FormatError::Io`], [`FormatError::TooLarge`] or [`FormatError::Table`].
pub fn read_spikes(path: &Path) -> Result<SpikeTrains, FormatError> {
    let table = Table::read(path, &["neuron", "timestep"])?;
    let neurons = table.whole_numbers(&["neuron", "neurons", "i"])?;
    let ticks = table.whole_numbers(&["timestep", "timesteps", "tick", "ticks", "t"])?;
    Ok(SpikeTrains::from_events(ticks.into_iter().zip(neurons)))
}

fn projection(
    entry: ProjectionEntry,
    populations: &[Population],
    names: &mut ProjectionNames,
    source: &Source<'_>,
) -> Result<Projection, FormatError> {
    let position = |name: &Spanned<String>| {
        let names = || populations.iter().map(|p| p.name.as_str());
        let unknown =
            || format!("there is no population `{}`{}", name.get_ref(), hint(name.get_ref(), names()));
        let found = names().position(|known| known == name.get_ref());
        found.ok_or_else(|| source.error_at(name.span(), &unknown()))
    };
    let number = |value: Option<ParameterValue>, default| value.map_or(Parameter::Number(default), |v| v.0);
    Ok(Projection {
        pre: position(&entry.pre)?,
        post: position(&entry.post)?,
        connector: connector(entry.connector, source)?,
        weight: number(entry.weight, 1.0),
        delay: number(entry.delay, 0.0),
        name: entry.name.unwrap_or_else(|| names.invent(entry.pre.get_ref(), entry.post.get_ref())),
    })
}

/// Gives names to projections that have none.
struct ProjectionNames {
    taken: BTreeSet<String>,
}

impl ProjectionNames {
    fn new(entries: &[ProjectionEntry]) -> Self {
        Self { taken: entries.iter().filter_map(|entry| entry.name.clone()).collect() }
    }

    /// `pre_to_post`, or `pre_to_post_2` and so on where that is taken.
    fn invent(&mut self, pre: &str, post: &str) -> String {
        let base = format!("{pre}_to_{post}");
        let numbered = (2..).map(|n: u64| format!("{base}_{n}"));
        let name = std::iter::once(base.clone()).chain(numbered).find(|name| !self.taken.contains(name));
        let name = name.expect("numbers do not end");
        self.taken.insert(name.clone());
        name
    }
}

fn connector(entry: Spanned<ConnectorValue>, source: &Source<'_>) -> Result<Connector, FormatError> {
    let span = entry.span();
    let at_entry = |problem: &str| source.error_at(span.clone(), problem);
    match entry.into_inner() {
        ConnectorValue::Rule(rule) => Ok(rule),
        ConnectorValue::List(ListTable { connections: Some(rows), file: None, columns }) => {
            let columns = columns.unwrap_or_else(|| Column::ALL[..width(&rows).min(4)].to_vec());
            list_of_rows(&rows, &columns).map(Connector::List).map_err(|problem| at_entry(&problem))
        }
        ConnectorValue::List(ListTable { connections: None, file: Some(file), columns }) => {
            let columns = columns.unwrap_or_else(|| Column::ALL.to_vec());
            read_connections(&source.folder.join(file), &columns).map(Connector::List)
        }
        ConnectorValue::Conv2d(table) => {
            let weights = match (table.weights, table.file) {
                (Some(weights), None) => weights,
                (None, Some(file)) => read_kernels(&source.folder.join(file))?,
                _ => return Err(at_entry("a convolution needs either `weights` or `file`")),
            };
            Ok(Connector::Conv2d(Convolution { weights, ..table.lengths }))
        }
        ConnectorValue::List(_) => Err(at_entry("a list needs either `connections` or `file`")),
    }
}

/// The array `weights` of an npz file, whatever its axes: the lengths are in the network file.
fn read_kernels(path: &Path) -> Result<Vec<f64>, FormatError> {
    let mut arrays = read_npz(path)?;
    let missing = || FormatError::table(path, "there is no array `weights`".to_owned());
    Ok(arrays.remove("weights").ok_or_else(missing)?.to_f64())
}

fn width(rows: &[Vec<f64>]) -> usize {
    rows.first().map_or(2, Vec::len)
}

fn list_of_rows(rows: &[Vec<f64>], columns: &[Column]) -> Result<ConnectionList, String> {
    let names: Vec<&str> = columns.iter().map(|c| c.name()).collect();
    let mut values = vec![Vec::with_capacity(rows.len()); columns.len()];
    for (index, row) in rows.iter().enumerate() {
        if row.len() != columns.len() {
            return Err(format!(
                "connection {index} has {} numbers, expected {}: {}",
                row.len(),
                columns.len(),
                names.join(", ")
            ));
        }
        values.iter_mut().zip(row).for_each(|(column, &x)| column.push(x));
    }
    list_of_table(&Table::from_columns(&names, values))
}

fn list_of_table(table: &Table) -> Result<ConnectionList, String> {
    let optional = |name| if table.has(name) { table.indices(&[name]) } else { Ok(Vec::new()) };
    Ok(ConnectionList {
        pre: table.indices(&["pre", "source", "i"])?,
        post: table.indices(&["post", "target", "j"])?,
        weight: table.column(&["weight"]).map(<[f64]>::to_vec).unwrap_or_default(),
        delay: optional("delay")?,
    })
}

fn read_connections(path: &Path, columns: &[Column]) -> Result<ConnectionList, FormatError> {
    let names: Vec<&str> = columns.iter().map(|c| c.name()).collect();
    let table = Table::read(path, &names)?;
    list_of_table(&table).map_err(|problem| FormatError::table(path, problem))
}
