//! The checks that turn a description into a machine.

use std::fmt::Display;

use crate::chip::{ChipSpec, Generation, LinkSpec, PeSpec};
use crate::error::MachineError;
use crate::facts::spinnaker2 as s2;
use crate::geometry::ChipXy;
use crate::spec::MachineSpec;
use crate::topology::Topology;

/// Checks every field of a description against its range and against the topology.
pub(crate) fn check(spec: &MachineSpec, topology: &Topology) -> Result<(), MachineError> {
    let checker = Checker { spec, topology };
    checker.cores(&spec.chip)?;
    checker.pe(&spec.chip.pe)?;
    checker.network(&spec.chip)?;
    checker.dram(&spec.chip)?;
    checker.faults()?;
    checker.boot_chip()
}

struct Checker<'a> {
    spec: &'a MachineSpec,
    topology: &'a Topology,
}

impl Checker<'_> {
    fn cores(&self, chip: &ChipSpec) -> Result<(), MachineError> {
        let most = match self.spec.generation {
            Generation::Spinnaker1 => u8::MAX,
            Generation::Spinnaker2 => s2::N_PES.value,
        };
        self.within("chip.n_pes", chip.n_pes, 1, most, "a chip has this many places for PEs")?;
        let most = chip.n_pes;
        self.within("chip.application_pes", chip.application_pes, 1, most, "it cannot exceed chip.n_pes")
    }

    fn pe(&self, pe: &PeSpec) -> Result<(), MachineError> {
        let shared = "code and stack must leave room for data in chip.pe.sram_bytes";
        self.positive("chip.pe.sram_bytes", u64::from(pe.sram_bytes))?;
        self.within("chip.pe.code_bytes", pe.code_bytes, 0, pe.sram_bytes - 1, shared)?;
        self.within("chip.pe.stack_bytes", pe.stack_bytes, 0, pe.sram_bytes - pe.code_bytes - 1, shared)?;
        self.within(
            "chip.pe.event_fifo_words",
            pe.event_fifo_words,
            1,
            pe.data_bytes() / 4,
            "it lives in the SRAM",
        )?;
        self.positive("chip.pe.timer_hz", pe.timer_hz)?;
        self.positive("chip.pe.dma_bytes_per_cycle", u64::from(pe.dma_bytes_per_cycle))?;
        self.positive("chip.pe.dma_alignment_bytes", u64::from(pe.dma_alignment_bytes))?;
        let levels = &pe.performance_levels;
        self.within("number of chip.pe.performance_levels", levels.len(), 1, 16, "list the clocks of a PE")?;
        levels
            .iter()
            .try_for_each(|level| self.positive("chip.pe.performance_levels.clock_hz", level.clock_hz))?;
        let descents = levels.windows(2).filter(|pair| pair[0].clock_hz > pair[1].clock_hz).count();
        self.within(
            "number of descending chip.pe.performance_levels",
            descents,
            0,
            0,
            "list the slowest first",
        )
    }

    fn network(&self, chip: &ChipSpec) -> Result<(), MachineError> {
        self.positive("chip.router.table_entries", u64::from(chip.router.table_entries))?;
        self.positive("chip.router.clock_hz", chip.router.clock_hz)?;
        self.positive("chip.router.lookups_per_cycle", u64::from(chip.router.lookups_per_cycle))?;
        self.positive("chip.noc.clock_hz", chip.noc.clock_hz)?;
        self.positive("chip.noc.flit_payload_bits", u64::from(chip.noc.flit_payload_bits))?;
        self.link(&chip.links.short)?;
        self.link(&chip.links.long)
    }

    fn link(&self, link: &LinkSpec) -> Result<(), MachineError> {
        self.positive("chip.links.*.bits_per_s", link.bits_per_s)?;
        self.positive("chip.links.*.packet_bits", u64::from(link.packet_bits))?;
        self.positive("chip.links.*.packets_per_s", link.packets_per_s)
    }

    fn dram(&self, chip: &ChipSpec) -> Result<(), MachineError> {
        self.positive("chip.dram.raw_bytes_per_s", chip.dram.raw_bytes_per_s)?;
        self.within("chip.dram.efficiency", chip.dram.efficiency, 1e-6, 1.0, "it is a part of the raw rate")
    }

    fn faults(&self) -> Result<(), MachineError> {
        let faults = &self.spec.faults;
        let probability = |key, value| self.within(key, value, 0.0, 1.0, "it is a probability");
        probability("faults.drawn.chip_probability", faults.drawn.chip_probability)?;
        probability("faults.drawn.link_probability", faults.drawn.link_probability)?;
        probability("faults.drawn.core_probability", faults.drawn.core_probability)?;
        for &chip in &faults.chips {
            self.on_machine("faults.chips", chip)?;
        }
        for fault in &faults.links {
            self.on_machine("faults.links", fault.chip)?;
            if self.topology.neighbour(fault.chip, fault.link).is_none() {
                let machine = self.spec.name.clone();
                return Err(MachineError::NoSuchLink { machine, chip: fault.chip, link: fault.link });
            }
        }
        let n_pes = self.spec.chip.n_pes;
        for fault in &faults.cores {
            self.on_machine("faults.cores", fault.chip)?;
            if !(1..=n_pes).contains(&fault.core) {
                let machine = self.spec.name.clone();
                return Err(MachineError::NoSuchCore { machine, chip: fault.chip, core: fault.core, n_pes });
            }
        }
        Ok(())
    }

    fn boot_chip(&self) -> Result<(), MachineError> {
        let chip = self.spec.boot_chip;
        self.on_machine("boot_chip", chip)?;
        if self.spec.faults.chips.contains(&chip) {
            return Err(MachineError::BootChipDead { machine: self.spec.name.clone(), chip });
        }
        Ok(())
    }

    fn on_machine(&self, key: &'static str, chip: ChipXy) -> Result<(), MachineError> {
        if self.topology.contains(chip) {
            return Ok(());
        }
        let (width, height) = (self.topology.width, self.topology.height);
        Err(MachineError::NoSuchChip { machine: self.spec.name.clone(), key, chip, width, height })
    }

    fn positive(&self, key: &'static str, value: u64) -> Result<(), MachineError> {
        self.within(key, value, 1, u64::MAX, "give a positive number")
    }

    fn within<T: PartialOrd + Display + Copy>(
        &self,
        key: &'static str,
        value: T,
        min: T,
        max: T,
        remedy: &'static str,
    ) -> Result<(), MachineError> {
        // Written so that a value which is not a number is refused too.
        if value >= min && value <= max {
            return Ok(());
        }
        let machine = self.spec.name.clone();
        let range = format!("{min} to {max}");
        Err(MachineError::OutOfRange { machine, key, value: value.to_string(), range, remedy })
    }
}
