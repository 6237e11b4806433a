//! The counts of every tick as a file of arrays.

use std::path::Path;

use gennaker_energy::{Counters, Counting, Replay, Traffic};
use gennaker_formats::write_npz;
use gennaker_network::SpikeRecording;

use crate::account::Accounted;
use crate::error::Error;

impl Accounted {
    /// Counts the run tick by tick and writes everything to an `.npz` file: `packets`, `events` and `sent` (ticks in rows, PEs in
    /// columns), `links` and `routers` (ticks in rows); and what the columns are: `pe_chip`, `pe_core`, `pe_population`, `pe_lo`, `pe_hi`,
    /// `link_chip`, `link_index` (0 to 5 from east anticlockwise) and `router_chip`.
    ///
    /// # Errors
    /// [`Error::Energy`] for runs that are too long to keep, or [`Error::Format`].
    pub fn write_counters(&self, path: &Path) -> Result<(), Error> {
        let (network, mapping) = (&self.experiment.file.network, &self.mapped.mapping);
        let traffic = Traffic::new(network, mapping, &self.mapped.machine)?;
        let mut counters = Counters::new(&traffic, self.timesteps)?;
        let spikes: Vec<Option<&SpikeRecording>> = self.spikes.iter().map(Some).collect();
        let mut replay = Replay::new(network, &spikes, self.timesteps)?;
        let mut counting = Counting::new(&traffic);
        for tick in 0..self.timesteps {
            replay.tick(&mut counting, tick).iter().for_each(|counts| counters.take(counts));
        }
        let ticks = counters.ticks as usize;
        let slices = &mapping.slices;
        let column = |of: fn(&gennaker_mapping::Slice) -> u32| slices.iter().map(of).collect::<Vec<u32>>();
        let xy = |chip: gennaker_machine::ChipXy| [u32::from(chip.x), u32::from(chip.y)];
        let pe_chip: Vec<u32> = slices.iter().flat_map(|slice| xy(slice.chip)).collect();
        let (core, population) = (column(|s| s.core.into()), column(|s| s.population));
        let (lo, hi) = (column(|s| s.lo), column(|s| s.hi));
        let link_chip: Vec<u32> = traffic.links.iter().flat_map(|link| xy(link.chip)).collect();
        let link_index: Vec<u32> = traffic.links.iter().map(|link| link.link.index().into()).collect();
        let router_chip: Vec<u32> = traffic.routers.iter().flat_map(|&chip| xy(chip)).collect();
        let (n, l, r) = (slices.len(), traffic.links.len(), traffic.routers.len());
        let arrays: [(&str, &[usize], &[u32]); 13] = [
            ("packets", &[ticks, n], &counters.packets),
            ("events", &[ticks, n], &counters.events),
            ("sent", &[ticks, n], &counters.sent),
            ("links", &[ticks, l], &counters.links),
            ("routers", &[ticks, r], &counters.routers),
            ("pe_chip", &[n, 2], &pe_chip),
            ("pe_core", &[n], &core),
            ("pe_population", &[n], &population),
            ("pe_lo", &[n], &lo),
            ("pe_hi", &[n], &hi),
            ("link_chip", &[l, 2], &link_chip),
            ("link_index", &[l], &link_index),
            ("router_chip", &[r, 2], &router_chip),
        ];
        Ok(write_npz(path, &arrays)?)
    }
}
