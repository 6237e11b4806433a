//! From a file's tree to recordings.

use std::collections::BTreeMap;
use std::path::Path;

use crate::array::Array;
use crate::container::{Container, Item, Parts, Tree, attribute};
use crate::data::{Data, Event, Events, Grid, NodeData, Observable, TimeGridded};
use crate::error::NirError;
use crate::hdf5::Hdf5;
use crate::limits::Limits;
use crate::read::{fetch, joined, misfit, not_nir, shown, text, within};
use crate::value::Value;

/// The attribute that says what a group is.
pub(super) const TYPE: &str = "__type__";

/// Reads a file of recordings.
///
/// # Errors
/// If the file cannot be read, is no HDF5 file, is damaged, asks for more than [`Limits::default`], or holds no recordings.
pub fn read_data(path: impl AsRef<Path>) -> Result<Data, NirError> {
    read_data_within(path, &Limits::default())
}

/// Reads a file of recordings within given limits.
///
/// # Errors
/// As [`read_data`].
pub fn read_data_within(path: impl AsRef<Path>, limits: &Limits) -> Result<Data, NirError> {
    read_data_bytes(fetch(path.as_ref(), limits)?, limits)
}

/// Reads the bytes of a file of recordings.
///
/// # Errors
/// As [`read_data`].
pub fn read_data_bytes(bytes: Vec<u8>, limits: &Limits) -> Result<Data, NirError> {
    let tree = Hdf5.load(bytes, limits, Parts::MembersAndAttributes)?;
    let kind = tree.get(&attribute(TYPE)).and_then(text);
    if kind.as_deref() != Some("NIRGraphData") {
        let reason = "its attribute `__type__` is not `NIRGraphData`; files of `nir.write_data` have that, those of `nir.write` hold graphs";
        return Err(not_nir(reason));
    }
    graph(limits, "", tree)
}

fn graph(limits: &Limits, path: &str, tree: Tree) -> Result<Data, NirError> {
    let mut group = Group { path, kind: "NIRGraphData", tree };
    let members = group.group("nodes")?;
    group.finish()?;
    let mut nodes = BTreeMap::new();
    for (name, item) in members {
        let at = joined(path, &name);
        let Item::Group(tree) = item else {
            return Err(misfit(&at, "node", "a group with a node's recordings", item.describe()));
        };
        let data = match tree.get(&attribute(TYPE)).and_then(text).as_deref() {
            Some("NIRNodeData") => NodeData::Observables(observables(limits, &at, tree)?),
            Some("NIRGraphData") => NodeData::Graph(graph(limits, &at, tree)?),
            other => return Err(unknown(&at, other, "NIRNodeData, NIRGraphData")),
        };
        nodes.insert(name, data);
    }
    Ok(Data { nodes })
}

fn unknown(node: &str, found: Option<&str>, known: &str) -> NirError {
    let (node, known) = (node.to_owned(), known.to_owned());
    NirError::UnknownType { node, found: found.unwrap_or_default().to_owned(), known }
}

fn observables(limits: &Limits, path: &str, tree: Tree) -> Result<BTreeMap<String, Observable>, NirError> {
    let mut group = Group { path, kind: "NIRNodeData", tree };
    let members = group.group("observables")?;
    group.finish()?;
    let mut observables = BTreeMap::new();
    for (name, item) in members {
        let at = joined(path, &name);
        let Item::Group(tree) = item else {
            return Err(misfit(&at, "observable", "a group with data", item.describe()));
        };
        observables.insert(name, observable(limits, &at, tree)?);
    }
    Ok(observables)
}

fn observable(limits: &Limits, path: &str, tree: Tree) -> Result<Observable, NirError> {
    let kind = tree.get(&attribute(TYPE)).and_then(text);
    let group = |kind: &'static str| Group { path, kind, tree };
    Ok(match kind.as_deref() {
        Some("TimeGriddedData") => Observable::TimeGridded(time_gridded(group("TimeGriddedData"))?),
        Some("EventData") => Observable::Events(events(limits, group("EventData"), None)?),
        Some("ValuedEventData") => {
            let mut group = group("ValuedEventData");
            let values = group.array("value")?;
            Observable::ValuedEvents(events(limits, group, Some(&values))?)
        }
        other => return Err(unknown(path, other, "TimeGriddedData, EventData, ValuedEventData")),
    })
}

fn time_gridded(mut group: Group<'_>) -> Result<TimeGridded, NirError> {
    let dt_s = group.number("dt")?;
    let grid = match group.take("data")? {
        Item::Value(Value::Flag(flags)) => Grid::Flags(flags),
        Item::Value(Value::Number(array)) => Grid::Numbers(array),
        other => return Err(group.misfit("data", "numbers or flags", other.describe())),
    };
    if grid.shape().len() != 3 {
        return Err(group.misfit("data", "of axes (samples, steps, neurons)", format!("{:?}", grid.shape())));
    }
    group.finish()?;
    Ok(TimeGridded { dt_s, grid })
}

fn events(limits: &Limits, mut group: Group<'_>, values: Option<&Array>) -> Result<Events, NirError> {
    let (idx, time) = (group.array("idx")?, group.array("time")?);
    let n_neurons = group.number("n_neurons")?;
    if n_neurons.fract() != 0.0 || !(0.0..=1e15).contains(&n_neurons) {
        return Err(group.misfit("n_neurons", "a whole number of 0 or more", n_neurons.to_string()));
    }
    let (n_neurons, t_max_s) = (n_neurons as usize, group.number("t_max")?);
    for (name, array) in [("time", Some(&time)), ("value", values)] {
        if let Some(array) = array.filter(|array| array.shape() != idx.shape()) {
            return Err(group.misfit(name, "of the shape of `idx`", format!("{:?}", array.shape())));
        }
    }
    let &[n_samples, n_events] = idx.shape() else {
        return Err(group.misfit("idx", "of axes (samples, events)", format!("{:?}", idx.shape())));
    };
    // Samples without events take no bytes of the file, so that their number is not bounded by its length.
    within(group.path, "samples", n_samples, limits.max_objects, "max_objects")?;
    let Some(neurons) = idx.to_integers() else {
        return Err(group.misfit("idx", "whole numbers", "fractions".to_owned()));
    };
    let event = |place: usize| {
        let neuron = usize::try_from(neurons[place]).ok().filter(|&neuron| neuron < n_neurons);
        let time_s = time.get(place).filter(|time_s| time_s.is_finite());
        let value = values.and_then(|values| values.get(place)).unwrap_or(1.0);
        let event = neuron.zip(time_s).map(|(neuron, time_s)| Event { neuron, time_s, value });
        event.ok_or_else(|| {
            let found = format!("neuron {} at {:?} s", neurons[place], time.get(place).unwrap_or(f64::NAN));
            group.misfit("idx", "neurons below `n_neurons`, with finite times", found)
        })
    };
    let mut samples = Vec::new();
    for sample in 0..n_samples {
        // What is not there is padded with -1.
        let places = (sample * n_events..(sample + 1) * n_events).filter(|&place| neurons[place] != -1);
        samples.push(places.map(event).collect::<Result<Vec<Event>, NirError>>()?);
    }
    group.finish()?;
    Ok(Events { n_neurons, t_max_s, samples })
}

/// A group that is being taken apart.
struct Group<'a> {
    path: &'a str,
    kind: &'static str,
    tree: Tree,
}

impl Group<'_> {
    fn misfit(&self, field: &str, needed: &'static str, found: String) -> NirError {
        misfit(self.path, field, needed, found)
    }

    fn take(&mut self, field: &'static str) -> Result<Item, NirError> {
        let (node, kind) = (shown(self.path), self.kind.to_owned());
        let missing = || NirError::Missing { node, kind, field, needed: fields(self.kind).join(", ") };
        self.tree.remove(field).ok_or_else(missing)
    }

    fn group(&mut self, field: &'static str) -> Result<Tree, NirError> {
        match self.take(field)? {
            Item::Group(tree) => Ok(tree),
            other => Err(self.misfit(field, "a group", other.describe())),
        }
    }

    fn array(&mut self, field: &'static str) -> Result<Array, NirError> {
        match self.take(field)? {
            Item::Value(Value::Number(array)) => Ok(array),
            other => Err(self.misfit(field, "numbers", other.describe())),
        }
    }

    /// An attribute that is one finite number.
    fn number(&mut self, field: &'static str) -> Result<f64, NirError> {
        let (node, kind) = (shown(self.path), self.kind.to_owned());
        let missing = || NirError::Missing { node, kind, field, needed: fields(self.kind).join(", ") };
        let item = self.tree.remove(&attribute(field)).ok_or_else(missing)?;
        let number = match &item {
            Item::Value(Value::Number(array)) => array.get(0).filter(|number| number.is_finite()),
            _ => None,
        };
        number.ok_or_else(|| self.misfit(field, "a finite number", item.describe()))
    }

    /// Looks that no member is left over. Attributes may be.
    fn finish(&self) -> Result<(), NirError> {
        let Some(field) = self.tree.keys().find(|name| !name.starts_with('/')) else { return Ok(()) };
        let (node, kind) = (shown(self.path), self.kind.to_owned());
        Err(NirError::UnknownField { node, kind, field: field.clone(), known: fields(self.kind).join(", ") })
    }
}

/// Members and attributes of a group of this type.
fn fields(kind: &str) -> &'static [&'static str] {
    match kind {
        "NIRGraphData" => &["nodes"],
        "NIRNodeData" => &["observables"],
        "TimeGriddedData" => &["data", "dt"],
        "EventData" => &["idx", "time", "n_neurons", "t_max"],
        _ => &["idx", "time", "value", "n_neurons", "t_max"],
    }
}
