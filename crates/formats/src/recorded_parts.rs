//! Recordings on their way to disk, piece by piece.

use gennaker_engine::{PopulationRecording, StateRecording, Values};

use crate::draft::Draft;
use crate::error::FormatError;
use crate::npy::{ElementType, Elements};
use crate::npz::{NamedArray, Source};
use crate::part::Part;

/// The one variable of which only the latest sample counts.
const ONLY_LAST: &str = "v_last";

/// What has been recorded of one population so far.
pub(crate) struct PopulationParts {
    /// Ticks and neurons.
    spikes: Option<[Part; 2]>,
    states: Vec<StateParts>,
}

struct StateParts {
    variable: String,
    neurons: Vec<u32>,
    ticks: Part,
    values: Part,
}

impl PopulationParts {
    /// Empty arrays for what is recorded of a population, number `index` of its network.
    pub(crate) fn create(
        draft: &Draft,
        index: usize,
        recording: &PopulationRecording,
    ) -> Result<Self, FormatError> {
        let part = |name: &str, element_type| {
            Part::create(draft.file(&format!("part-{index:03}-{name}")), element_type)
        };
        let column = |name: &str| part(name, ElementType::U32);
        let spikes = match recording.spikes {
            Some(_) => Some([column("t")?, column("i")?]),
            None => None,
        };
        let state = |(at, state): (usize, &StateRecording)| {
            Ok(StateParts {
                variable: state.variable.clone(),
                neurons: state.neurons.clone(),
                ticks: column(&format!("{at}-t"))?,
                values: part(&format!("{at}-v"), elements(&state.values).element_type())?,
            })
        };
        let states = recording.states.iter().enumerate().map(state).collect::<Result<_, FormatError>>()?;
        Ok(Self { spikes, states })
    }

    /// Appends what was recorded later.
    pub(crate) fn append(&mut self, recording: &PopulationRecording) -> Result<(), FormatError> {
        if let (Some([ticks, neurons]), Some(spikes)) = (&mut self.spikes, &recording.spikes) {
            ticks.append(Elements::U32(&spikes.ticks))?;
            neurons.append(Elements::U32(&spikes.neurons))?;
        }
        for (parts, state) in self.states.iter_mut().zip(&recording.states) {
            if state.variable == ONLY_LAST && !state.ticks.is_empty() {
                parts.ticks.clear()?;
                parts.values.clear()?;
            }
            parts.ticks.append(Elements::U32(&state.ticks))?;
            parts.values.append(elements(&state.values))?;
        }
        Ok(())
    }

    pub(crate) fn n_spikes(&self) -> Option<u64> {
        self.spikes.as_ref().map(|[ticks, _]| ticks.len())
    }

    pub(crate) fn spike_arrays(&self) -> Option<Vec<NamedArray<'_>>> {
        self.spikes
            .as_ref()
            .map(|[ticks, neurons]| vec![column("t".into(), ticks), column("i".into(), neurons)])
    }

    pub(crate) fn state_arrays(&self) -> Vec<NamedArray<'_>> {
        let arrays = |state| {
            let StateParts { variable, neurons, ticks, values }: &StateParts = state;
            [
                NamedArray {
                    name: variable.clone(),
                    source: Source::File(values),
                    shape: vec![ticks.len() as usize, neurons.len()],
                },
                column(format!("{variable}_t"), ticks),
                NamedArray::column(&format!("{variable}_i"), Elements::U32(neurons), neurons.len()),
            ]
        };
        self.states.iter().flat_map(arrays).collect()
    }

    /// Removes the files.
    pub(crate) fn remove(self) -> Result<(), FormatError> {
        let states = self.states.into_iter().flat_map(|state| [state.ticks, state.values]);
        self.spikes.into_iter().flatten().chain(states).try_for_each(Part::remove)
    }
}

fn column(name: String, part: &Part) -> NamedArray<'_> {
    NamedArray { name, source: Source::File(part), shape: vec![part.len() as usize] }
}

pub(crate) fn elements(values: &Values) -> Elements<'_> {
    match values {
        Values::F32(values) => Elements::F32(values),
        Values::F64(values) => Elements::F64(values),
    }
}
