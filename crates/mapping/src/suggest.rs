//! Which machine would have been large enough.

use gennaker_machine::{Generation, Machine, MachineSpec};

/// Name of the smallest preset with at least this many cores for applications, on chips like those of `machine`.
pub(crate) fn smallest_machine_with(n_cores: usize, machine: &Machine) -> String {
    let cores_per_chip = usize::from(machine.spec().chip.application_pes).max(1);
    let chips = n_cores.div_ceil(cores_per_chip);
    let n_boards = (chips.div_ceil(48 * 3) * 3) as u32;
    if machine.spec().generation == Generation::Spinnaker1 {
        let boards = if chips <= 48 { 1 } else { n_boards };
        return format!("preset = \"spinn5\", layout = {{ boards = {boards} }}");
    }
    match chips {
        0..=1 => "chip".into(),
        2..=48 => "board".into(),
        _ => match MachineSpec::boards(n_boards) {
            Ok(spec) => spec.name,
            Err(_) => "larger than any that can be built".into(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggestions_are_large_enough_and_known() {
        let machine = Machine::new(MachineSpec::single_chip()).unwrap();
        for n_cores in [1, 148, 149, 7_104, 7_105, 30_000, 1_000_000] {
            let name = smallest_machine_with(n_cores, &machine);
            let larger = Machine::new(MachineSpec::parse(&name).unwrap()).unwrap();
            assert!(
                larger.chips().map(|c| larger.n_application_cores(c)).sum::<usize>() >= n_cores,
                "{name}"
            );
        }
        assert_eq!(smallest_machine_with(7_105, &machine), "boards:3");
    }
}
