//! Networks as text: the file that a user would have written, long lists in npz files beside it.

use std::fmt::Write;

use gennaker_network::{
    ConnectionList, Connector, Convolution, DistanceKernel, Distribution, Parameter, Population, Projection,
    Recording, Selection, SpikeTrains,
};
use toml::{Table, Value};

use crate::connector_value::Column;
use crate::network_file::{MachineChoice, NetworkFile};
use crate::npy::Elements;
use crate::npz::{self, NamedArray};

/// A file that a network file refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SideFile {
    /// Name, relative to the network file.
    pub name: String,
    /// Content.
    pub bytes: Vec<u8>,
}

impl NetworkFile {
    /// The network file's text, complete in itself. [`NetworkFile::parse`] reads it back.
    #[must_use]
    pub fn to_toml(&self) -> String {
        self.to_toml_with_files(usize::MAX).0
    }

    /// The network file's text, with lists of more than `max_inline` synapses or spikes in npz files of their own.
    #[must_use]
    pub fn to_toml_with_files(&self, max_inline: usize) -> (String, Vec<SideFile>) {
        let mut writer = Writer { text: String::new(), max_inline, files: Vec::new() };
        writer.header(self);
        self.network.populations.iter().for_each(|p| writer.population(p));
        self.network.projections.iter().for_each(|p| writer.projection(p, &self.network.populations));
        (writer.text, writer.files)
    }
}

struct Writer {
    text: String,
    max_inline: usize,
    files: Vec<SideFile>,
}

impl Writer {
    fn line(&mut self, key: &str, value: impl Into<Value>) {
        // Values are shown in their inline form, which is one line for everything but a string with line ends.
        writeln!(self.text, "{key} = {}", value.into()).expect("text takes every write");
    }

    fn header(&mut self, file: &NetworkFile) {
        let (network, settings) = (&file.network, &file.settings);
        self.line("name", network.name.as_str());
        self.line(
            "seed",
            i64::try_from(network.seed).map_or_else(|_| network.seed.to_string().into(), Value::from),
        );
        self.line("timesteps", i64::from(settings.timesteps));
        self.line("tick_ms", settings.tick_ms);
        if let Some(machine) = &settings.machine {
            self.line("machine", machine_value(machine));
        }
        self.line("numeric", word(&settings.numeric));
        self.line("out_of_range", word(&settings.out_of_range));
        if !settings.account.is_empty() {
            let options = settings.account.iter().map(|(key, value)| (key.as_str(), value.as_str().into()));
            self.line("account", table(options));
        }
        if let Ok(event) = settings.event.parse::<Table>()
            && !event.is_empty()
        {
            self.line("event", event);
        }
    }

    fn population(&mut self, population: &Population) {
        self.text.push_str("\n[[population]]\n");
        self.line("name", population.name.as_str());
        self.line("size", i64::from(population.size));
        self.line("model", population.model.name());
        if !population.shape.is_empty() {
            self.line("shape", numbers(population.shape.iter().copied()));
        }
        if let Some(limit) = population.max_atoms_per_core {
            self.line("max_atoms_per_core", i64::from(limit));
        }
        self.line("record", population.record.iter().map(recording_value).collect::<Vec<_>>());
        if !population.spikes.is_empty() {
            self.spikes(&population.spikes);
        }
        if !population.parameters.is_empty() {
            self.text.push_str("[population.parameters]\n");
        }
        for (name, value) in &population.parameters {
            self.line(&key(name), parameter_value(value));
        }
    }

    fn spikes(&mut self, spikes: &SpikeTrains) {
        if spikes.len() > self.max_inline {
            let columns = [
                NamedArray::column("i", Elements::U32(spikes.neurons()), spikes.len()),
                NamedArray::column("t", Elements::U32(spikes.ticks()), spikes.len()),
            ];
            let name = self.file("source-spikes", &columns);
            return self.line("spikes_file", name);
        }
        let mut lists = Table::new();
        let mut events: Vec<(u32, u32)> =
            spikes.neurons().iter().copied().zip(spikes.ticks().iter().copied()).collect();
        events.sort_unstable();
        for train in events.chunk_by(|a, b| a.0 == b.0) {
            lists.insert(train[0].0.to_string(), numbers(train.iter().map(|event| event.1)));
        }
        self.line("spikes", lists);
    }

    fn projection(&mut self, projection: &Projection, populations: &[Population]) {
        let name_of = |index: usize| populations.get(index).map_or("", |p| p.name.as_str());
        self.text.push_str("\n[[projection]]\n");
        self.line("name", projection.name.as_str());
        self.line("pre", name_of(projection.pre));
        self.line("post", name_of(projection.post));
        let connector = match &projection.connector {
            Connector::List(list) => self.list_value(list),
            Connector::Conv2d(convolution) => self.convolution_value(convolution),
            rule => rule_value(rule),
        };
        self.line("connector", connector);
        self.line("weight", parameter_value(&projection.weight));
        self.line("delay", parameter_value(&projection.delay));
    }

    fn list_value(&mut self, list: &ConnectionList) -> Value {
        let columns = given_columns(list);
        let mut table = Table::new();
        table.insert("type".to_owned(), "list".into());
        if columns != Column::ALL[..columns.len()] {
            table.insert("columns".to_owned(), columns.iter().map(|c| c.name()).collect::<Vec<_>>().into());
        }
        if list.len() > self.max_inline {
            let arrays: Vec<_> = columns.iter().map(|&c| list_column(list, c)).collect();
            table.insert("file".to_owned(), self.file("connections", &arrays).into());
        } else {
            let rows: Vec<Value> = (0..list.len()).map(|row| row_value(list, &columns, row)).collect();
            table.insert("connections".to_owned(), rows.into());
        }
        table.into()
    }

    fn convolution_value(&mut self, convolution: &Convolution) -> Value {
        let Convolution { input, out_channels, kernel, stride, dilation, padding, pool, groups, weights } =
            convolution;
        let lengths = |lengths: &[u32]| numbers(lengths.iter().copied());
        let kernels = if weights.len() > self.max_inline {
            let array = NamedArray::column("weights", Elements::F64(weights), weights.len());
            ("file", self.file("kernels", &[array]).into())
        } else {
            ("weights", weights.clone().into())
        };
        table([
            ("type", "conv2d".into()),
            ("input", lengths(input)),
            ("out_channels", i64::from(*out_channels).into()),
            ("kernel", lengths(kernel)),
            ("stride", lengths(stride)),
            ("dilation", lengths(dilation)),
            ("padding", lengths(padding)),
            ("pool", lengths(pool)),
            ("groups", i64::from(*groups).into()),
            kernels,
        ])
    }

    /// Adds a file and returns its name.
    fn file(&mut self, kind: &str, arrays: &[NamedArray<'_>]) -> String {
        let name = format!("{kind}-{:03}.npz", self.files.len());
        self.files.push(SideFile { name: name.clone(), bytes: npz::to_bytes(arrays) });
        name
    }
}

/// The word that stands for a choice.
fn word(choice: &impl serde::Serialize) -> Value {
    Value::try_from(choice).expect("a name")
}

fn numbers(values: impl Iterator<Item = u32>) -> Value {
    values.map(i64::from).collect::<Vec<_>>().into()
}

fn key(name: &str) -> String {
    let is_bare =
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if is_bare { name.to_owned() } else { Value::from(name).to_string() }
}

/// A description that is not TOML stays text, which reading back then refuses by name.
fn machine_value(machine: &MachineChoice) -> Value {
    match machine {
        MachineChoice::Named(name) => name.as_str().into(),
        MachineChoice::Described(text) => {
            text.parse::<Table>().map_or_else(|_| text.as_str().into(), Value::Table)
        }
    }
}

fn parameter_value(parameter: &Parameter) -> Value {
    match parameter {
        Parameter::Number(x) => (*x).into(),
        Parameter::Array(values) => values.clone().into(),
        Parameter::Text(text) => text.as_str().into(),
        Parameter::Random(law) => distribution_value(law),
    }
}

fn distribution_value(law: &Distribution) -> Value {
    let (name, numbers): (&str, Vec<(&str, Value)>) = match *law {
        Distribution::Uniform { low, high } => ("uniform", vec![("low", low.into()), ("high", high.into())]),
        Distribution::UniformInt { low, high } => {
            ("uniform_int", vec![("low", low.into()), ("high", high.into())])
        }
        Distribution::Normal { mean, sd } => ("normal", vec![("mean", mean.into()), ("sd", sd.into())]),
        Distribution::NormalClipped { mean, sd, low, high } => (
            "normal_clipped",
            vec![("mean", mean.into()), ("sd", sd.into()), ("low", low.into()), ("high", high.into())],
        ),
    };
    table([("distribution", name.into())].into_iter().chain(numbers))
}

fn table<'a>(entries: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<Table>().into()
}

fn recording_value(recording: &Recording) -> Value {
    let Recording { variable, neurons, start, stop, every } = recording;
    if *recording == Recording::all(variable) {
        return variable.as_str().into();
    }
    let mut entries = vec![("variable", variable.as_str().into())];
    if let Selection::Only(list) = neurons {
        entries.push(("neurons", numbers(list.iter().copied())));
    }
    entries.push(("start", i64::from(*start).into()));
    entries.extend(stop.map(|stop| ("stop", i64::from(stop).into())));
    entries.push(("every", i64::from(*every).into()));
    table(entries)
}

fn given_columns(list: &ConnectionList) -> Vec<Column> {
    let is_given = |column: &Column| match column {
        Column::Pre | Column::Post => true,
        Column::Weight => !list.weight.is_empty(),
        Column::Delay => !list.delay.is_empty(),
    };
    Column::ALL.into_iter().filter(is_given).collect()
}

fn list_column(list: &ConnectionList, column: Column) -> NamedArray<'_> {
    let elements = match column {
        Column::Pre => Elements::U32(&list.pre),
        Column::Post => Elements::U32(&list.post),
        Column::Weight => Elements::F64(&list.weight),
        Column::Delay => Elements::U32(&list.delay),
    };
    NamedArray::column(column.name(), elements, list.len())
}

fn row_value(list: &ConnectionList, columns: &[Column], row: usize) -> Value {
    let value = |column: &Column| match column {
        Column::Pre => i64::from(list.pre[row]).into(),
        Column::Post => i64::from(list.post[row]).into(),
        Column::Weight => list.weight[row].into(),
        Column::Delay => i64::from(list.delay[row]).into(),
    };
    columns.iter().map(value).collect::<Vec<Value>>().into()
}

fn rule_value(rule: &Connector) -> Value {
    let mut entries = vec![("type", rule.name().into())];
    let mut add = |key, value: Value| entries.push((key, value));
    match *rule {
        Connector::List(_) | Connector::Conv2d(_) | Connector::OneToOne => {}
        Connector::AllToAll { allow_self_connections } => {
            add("allow_self_connections", allow_self_connections.into())
        }
        Connector::FixedProbability { p, allow_self_connections } => {
            add("p", p.into());
            add("allow_self_connections", allow_self_connections.into());
        }
        Connector::FixedInDegree { n, allow_self_connections, with_replacement }
        | Connector::FixedOutDegree { n, allow_self_connections, with_replacement } => {
            add("n", i64::from(n).into());
            add("allow_self_connections", allow_self_connections.into());
            add("with_replacement", with_replacement.into());
        }
        Connector::FixedTotalNumber { n, allow_self_connections, with_replacement } => {
            // No machine holds 2^63 synapses; the largest TOML integer is refused just as well.
            add("n", i64::try_from(n).unwrap_or(i64::MAX).into());
            add("allow_self_connections", allow_self_connections.into());
            add("with_replacement", with_replacement.into());
        }
        Connector::DistanceDependent {
            kernel,
            p_max,
            scale,
            max_distance,
            periodic,
            allow_self_connections,
        } => {
            add("kernel", kernel_name(kernel).into());
            add("p_max", p_max.into());
            add("scale", scale.into());
            if let Some(distance) = max_distance {
                add("max_distance", distance.into());
            }
            add("periodic", periodic.into());
            add("allow_self_connections", allow_self_connections.into());
        }
    }
    table(entries)
}

fn kernel_name(kernel: DistanceKernel) -> &'static str {
    match kernel {
        DistanceKernel::Gaussian => "gaussian",
        DistanceKernel::Exponential => "exponential",
        DistanceKernel::Disc => "disc",
    }
}
