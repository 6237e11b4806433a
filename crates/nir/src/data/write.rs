//! From recordings to a file.

use std::path::Path;

use crate::array::{Array, Numbers};
use crate::container::{Container, Item, Tree, attribute};
use crate::data::read::TYPE;
use crate::data::{Data, Event, Events, Grid, NodeData, Observable, TimeGridded};
use crate::error::NirError;
use crate::hdf5::Hdf5;
use crate::value::Value;
use crate::write::{checked, text, write_whole};

/// Writes a file of recordings, whole or not at all.
///
/// # Errors
/// If a name cannot be stored, or the file cannot be written.
pub fn write_data(path: impl AsRef<Path>, data: &Data) -> Result<(), NirError> {
    write_whole(path.as_ref(), &write_data_bytes(data)?)
}

/// The bytes of a file of recordings. The same recordings give the same bytes.
///
/// # Errors
/// If a name cannot be stored.
pub fn write_data_bytes(data: &Data) -> Result<Vec<u8>, NirError> {
    Hdf5.save(&graph(data)?)
}

fn typed(kind: &str) -> Tree {
    Tree::from([(attribute(TYPE), text(kind))])
}

fn number(value: f64) -> Item {
    Item::Value(Value::Number(Array::scalar(value)))
}

fn graph(data: &Data) -> Result<Tree, NirError> {
    let mut nodes = Tree::new();
    for (name, node) in &data.nodes {
        let group = match node {
            NodeData::Graph(inner) => graph(inner)?,
            NodeData::Observables(observables) => {
                let all = observables.iter().map(|(name, observed)| {
                    Ok((checked(name, "observable")?, Item::Group(observable(observed))))
                });
                let mut group = typed("NIRNodeData");
                group.insert("observables".to_owned(), Item::Group(all.collect::<Result<Tree, NirError>>()?));
                group
            }
        };
        nodes.insert(checked(name, "node")?, Item::Group(group));
    }
    let mut group = typed("NIRGraphData");
    group.insert("nodes".to_owned(), Item::Group(nodes));
    Ok(group)
}

fn observable(observed: &Observable) -> Tree {
    match observed {
        Observable::TimeGridded(grid) => time_gridded(grid),
        Observable::Events(given) => events(typed("EventData"), given),
        Observable::ValuedEvents(given) => {
            let mut group = typed("ValuedEventData");
            group.insert("value".to_owned(), padded(given, |event| event.value, 0.0));
            events(group, given)
        }
    }
}

fn time_gridded(given: &TimeGridded) -> Tree {
    let mut group = typed("TimeGriddedData");
    let value = match &given.grid {
        Grid::Flags(flags) => Value::Flag(flags.clone()),
        Grid::Numbers(array) => Value::Number(array.clone()),
    };
    group.insert("data".to_owned(), Item::Value(value));
    group.insert(attribute("dt"), number(given.dt_s));
    group
}

fn events(mut group: Tree, given: &Events) -> Tree {
    let shape = padded_shape(given);
    let rows = given.samples.iter().flat_map(|events| {
        let neurons = events.iter().map(|event| i64::try_from(event.neuron).unwrap_or(i64::MAX));
        neurons.chain(std::iter::repeat(-1)).take(shape[1])
    });
    let idx =
        Array::new(shape.to_vec(), Numbers::I64(rows.collect())).expect("rows are padded to one length");
    let n_neurons = i64::try_from(given.n_neurons).unwrap_or(i64::MAX);
    group.insert("idx".to_owned(), Item::Value(Value::Number(idx)));
    group.insert("time".to_owned(), padded(given, |event| event.time_s, f64::INFINITY));
    group.insert(attribute("n_neurons"), Item::Value(Value::integer(n_neurons)));
    group.insert(attribute("t_max"), number(given.t_max_s));
    group
}

/// Samples, and as many events as the longest has.
fn padded_shape(given: &Events) -> [usize; 2] {
    [given.samples.len(), given.samples.iter().map(Vec::len).max().unwrap_or(0)]
}

/// One number of each event, with `padding` behind the last of a sample.
fn padded(given: &Events, number: fn(&Event) -> f64, padding: f64) -> Item {
    let shape = padded_shape(given);
    let rows = given
        .samples
        .iter()
        .flat_map(|events| events.iter().map(number).chain(std::iter::repeat(padding)).take(shape[1]));
    let array = Array::new(shape.to_vec(), Numbers::F64(rows.collect()));
    Item::Value(Value::Number(array.expect("rows are padded to one length")))
}
