//! Events on a grid of time steps.

use crate::array::{Array, Numbers, Shaped};
use crate::data::{Events, Grid, Observable, TimeGridded};
use crate::error::NirError;

/// Values that a grid may have: 1 GiB of them.
const MAX_VALUES: f64 = (1 << 27) as f64;

impl Observable {
    /// The observable for each step of time: itself if it is on a grid, else its events as [`Events::to_grid`] and
    /// [`Events::values_to_grid`] have them.
    ///
    /// # Errors
    /// If an event is beyond the end or the grid beyond measure; if it is on another grid.
    pub fn to_grid(&self, dt_s: f64) -> Result<TimeGridded, NirError> {
        match self {
            Self::TimeGridded(grid) if grid.dt_s == dt_s => Ok(grid.clone()),
            Self::TimeGridded(grid) => {
                let reason = format!("they were recorded on one of {} s; take that", grid.dt_s);
                Err(NirError::NoGrid { dt_s, reason })
            }
            Self::Events(events) => events.to_grid(dt_s),
            Self::ValuedEvents(events) => events.values_to_grid(dt_s),
        }
    }
}

impl Events {
    /// Whether there was an event, for each step of time. An event is in step `floor(time / dt)`; there are as many whole steps as fit
    /// until the end of the recording.
    ///
    /// # Errors
    /// If an event is beyond the last step, the step is not above 0, or the grid has more than 2^27 values.
    pub fn to_grid(&self, dt_s: f64) -> Result<TimeGridded, NirError> {
        let shape = self.grid_shape(dt_s)?;
        let mut values = vec![false; shape.iter().product()];
        self.place(dt_s, &shape, |place, _| values[place] = true)?;
        Ok(TimeGridded { dt_s, grid: Grid::Flags(Shaped { shape, values }) })
    }

    /// As [`Events::to_grid`], with the events' values; of several events of a neuron in one step, the last in the sample's order.
    ///
    /// # Errors
    /// As [`Events::to_grid`].
    pub fn values_to_grid(&self, dt_s: f64) -> Result<TimeGridded, NirError> {
        let shape = self.grid_shape(dt_s)?;
        let mut values = vec![0.0; shape.iter().product()];
        self.place(dt_s, &shape, |place, value| values[place] = value)?;
        let array = Array::new(shape, Numbers::F64(values)).expect("as many values as the shape says");
        Ok(TimeGridded { dt_s, grid: Grid::Numbers(array) })
    }

    fn grid_shape(&self, dt_s: f64) -> Result<Vec<usize>, NirError> {
        let n_steps = (self.t_max_s / dt_s).trunc();
        let n_values = n_steps * self.n_neurons as f64 * self.samples.len() as f64;
        let is_sound = dt_s.is_finite()
            && dt_s > 0.0
            && n_steps >= 0.0
            && n_values <= MAX_VALUES
            && n_steps <= MAX_VALUES;
        if !is_sound {
            let (n_samples, n) = (self.samples.len(), self.n_neurons);
            let reason = format!(
                "it has {n_samples} samples of {n_steps} steps of {n} neurons, where up to {MAX_VALUES} values are allowed; take a longer step"
            );
            return Err(NirError::NoGrid { dt_s, reason });
        }
        Ok(vec![self.samples.len(), n_steps as usize, self.n_neurons])
    }

    /// Hands every event's place and value to `put`.
    fn place(&self, dt_s: f64, shape: &[usize], mut put: impl FnMut(usize, f64)) -> Result<(), NirError> {
        for (sample, events) in self.samples.iter().enumerate() {
            for event in events {
                let step = (event.time_s / dt_s).floor();
                if !(0.0..shape[1] as f64).contains(&step) || event.neuron >= shape[2] {
                    let reason = format!(
                        "sample {sample} has an event of neuron {} at {} s, but {} neurons and {} whole steps; mend `n_neurons` or `t_max_s`",
                        event.neuron, event.time_s, shape[2], shape[1]
                    );
                    return Err(NirError::NoGrid { dt_s, reason });
                }
                put((sample * shape[1] + step as usize) * shape[2] + event.neuron, event.value);
            }
        }
        Ok(())
    }
}
