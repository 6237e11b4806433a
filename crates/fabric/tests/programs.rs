//! What a program can do on its PE, one thing at a time: time, levels, timers, transfers, interrupts.

use gennaker_fabric::{
    ChipDrift, Fabric, FabricError, FabricOptions, Interrupt, Memory, Payload, Pe, PeSetup, Program,
    TickSource,
};
use gennaker_machine::{ChipXy, Machine, MachineSpec};
use gennaker_mapping::Place;

/// A program that is a closure, with a log of what it was told.
struct Script<F> {
    log: Vec<(Interrupt, u64)>,
    script: F,
}

impl<F: FnMut(Interrupt, &mut Pe<'_>)> Program for Script<F> {
    fn interrupt(&mut self, why: Interrupt, pe: &mut Pe<'_>) {
        self.log.push((why, pe.now_ps()));
        (self.script)(why, pe);
    }
}

type Boxed = Script<Box<dyn FnMut(Interrupt, &mut Pe<'_>)>>;

fn script(script: impl FnMut(Interrupt, &mut Pe<'_>) + 'static) -> Boxed {
    Script { log: Vec::new(), script: Box::new(script) }
}

fn place(core: u8) -> Place {
    Place { chip: ChipXy::new(0, 0), core }
}

/// Runs programs on cores 1, 2, ... of a chip.
fn run(options: &FabricOptions, scripts: Vec<Boxed>, end_ns: u64) -> Fabric<Boxed> {
    let machine = Machine::new(MachineSpec::single_chip()).unwrap();
    let mut fabric = Fabric::new(&machine, &[], options).unwrap();
    for (core, script) in (1..).zip(scripts) {
        fabric.load(place(core), script, PeSetup::default()).unwrap();
    }
    fabric.run_until(end_ns);
    fabric
}

#[test]
fn cycles_take_time_at_the_clock_of_the_level_and_changes_take_some_too() {
    let fabric = run(
        &FabricOptions::default(),
        vec![script(|_, pe| {
            pe.charge(300);
            assert_eq!(pe.now_ps(), 1_000_000);
            pe.set_level(1);
            assert_eq!(pe.now_ps(), 1_100_000);
            pe.charge(300);
            assert_eq!(pe.now_ps(), 3_100_000);
            pe.set_level(1);
            pe.set_level(200);
            assert_eq!((pe.level(), pe.now_ps()), (1, 3_100_000));
        })],
        10_000,
    );
    let pe = &fabric.report().pes[0];
    assert_eq!((pe.busy_ps, pe.n_level_changes, pe.cycles[1], pe.cycles[3]), (3_100_000, 1, 300, 300));
}

#[test]
fn ticks_that_come_too_early_wait_one_by_one() {
    // The second tick takes 3.5 us of a period of 1 us; all others take 0.1 us.
    let program = script(|why, pe| match why {
        Interrupt::Timer { number: 6, .. } => pe.finish(),
        Interrupt::Timer { number: 1, .. } => {
            pe.charge(1_050);
            assert_eq!(pe.next_tick_ps(), Some(3_000_000));
        }
        Interrupt::Timer { .. } => pe.charge(30),
        _ => pe.start_timer(1_000, 1_000),
    });
    let fabric = run(&FabricOptions::default(), vec![program], 100_000);
    let times: Vec<u64> = fabric.programs()[0].log.iter().map(|(_, at_ps)| at_ps / 1_000).collect();
    assert_eq!(times, [0, 1_000, 2_000, 5_500, 5_600, 5_700, 6_000, 7_000]);
    let report = fabric.report();
    assert_eq!((report.pes[0].max_lag_ps, report.pes[0].is_finished), (2_500_000, true));
}

#[test]
fn timers_drift_with_their_chip_and_start_with_a_phase_of_their_own() {
    let ticks = |options: FabricOptions| {
        let timer = || {
            script(|why, pe| {
                if why == Interrupt::Start {
                    pe.start_timer(0, 1_000);
                }
            })
        };
        let fabric = run(&options, vec![timer(), timer()], 10_000_000);
        let of = |program: &Boxed| (program.log.len() - 1, program.log[1].1);
        (of(&fabric.programs()[0]), of(&fabric.programs()[1]))
    };
    let default = FabricOptions::default;
    assert_eq!(ticks(default()), ((10_000, 0), (10_000, 0)));
    let slow = ChipDrift { chip: ChipXy::new(0, 0), ppm: 1_000.0 };
    assert_eq!(ticks(FabricOptions { drift_of: vec![slow], ..default() }), ((9_991, 0), (9_991, 0)));
    let own = FabricOptions { tick_source: TickSource::Timer, ..default() };
    let ((_, first), (_, second)) = ticks(own.clone());
    assert!(first != second && first < 1_000_000 && second < 1_000_000, "{first} {second}");
    assert_eq!(ticks(own.clone()), ticks(own));
}

#[test]
fn transfers_copy_words_and_share_the_dram() {
    // Two PEs write 3,200 bytes each at once: 1 us each at 3.2 GB/s, one after the other, and 0.2 us to begin.
    let writer = |at: u32| {
        script(move |why, pe| match why {
            Interrupt::Start => {
                pe.memory()[..800].fill(at + 1);
                pe.dma(Memory::Own(0), Memory::Dram(at), 800, 7).unwrap();
            }
            Interrupt::DmaDone { tag: 7 } => pe.dma(Memory::Dram(400), Memory::Own(4_000), 800, 8).unwrap(),
            _ => {
                let words = &pe.memory()[4_000..4_800];
                assert!(words[..400].iter().all(|&word| word == 1));
                assert!(words[400..].iter().all(|&word| word == 801 || word == 0));
            }
        })
    };
    let fabric = run(&FabricOptions::default(), vec![writer(0), writer(800)], 100_000);
    let done: Vec<u64> = fabric.programs().iter().map(|program| program.log[1].1).collect();
    assert_eq!(done, [1_200_000, 2_200_000]);
    assert!(fabric.programs().iter().all(|program| program.log.len() == 3));
}

#[test]
fn transfers_between_pes_go_over_the_mesh() {
    let sender = script(|why, pe| {
        if why == Interrupt::Start {
            pe.memory()[..4].copy_from_slice(&[1, 2, 3, 4]);
            pe.dma(Memory::Own(0), Memory::Pe { core: 2, word: 8 }, 4, 0).unwrap();
        } else {
            assert!(pe.interrupt(2) && !pe.interrupt(9));
        }
    });
    let receiver = script(|why, pe| {
        if why == (Interrupt::Software { from: 1 }) {
            assert_eq!(pe.memory()[8..12], [1, 2, 3, 4]);
            pe.finish();
        }
    });
    let fabric = run(&FabricOptions::default(), vec![sender, receiver], 100_000);
    assert_eq!(fabric.programs()[1].log.len(), 2);
}

#[test]
fn impossible_transfers_are_refused_with_a_reason() {
    let program = script(|_, pe| {
        let mut refuse = |from, to, n_words, reason: &str| {
            let error = pe.dma(from, to, n_words, 0).unwrap_err();
            assert!(
                matches!(error, FabricError::Dma { .. }) && error.to_string().contains(reason),
                "{error}"
            );
        };
        refuse(Memory::Dram(0), Memory::Dram(8), 4, "own SRAM");
        refuse(Memory::Own(2), Memory::Dram(0), 4, "multiples of 4");
        refuse(Memory::Own(0), Memory::Dram(0), 3, "multiples of 4");
        refuse(Memory::Own(32_764), Memory::Dram(0), 8, "beyond the end");
        refuse(Memory::Own(0), Memory::Pe { core: 5, word: 0 }, 4, "no program");
    });
    run(&FabricOptions::default(), vec![program], 10);
}

#[test]
fn the_accelerator_works_while_the_core_sleeps() {
    let program = script(|why, pe| {
        if why == Interrupt::Start {
            pe.charge(30);
            pe.start_accelerator(600);
        }
    });
    let fabric = run(&FabricOptions::default(), vec![program], 10_000);
    assert_eq!(fabric.programs()[0].log[1], (Interrupt::AcceleratorDone, 2_100_000));
    assert_eq!(fabric.report().pes[0].busy_ps, 100_000);
}

#[test]
fn programs_go_only_where_applications_may() {
    let machine = Machine::new(MachineSpec::single_chip()).unwrap();
    let mut fabric = Fabric::new(&machine, &[], &FabricOptions::default()).unwrap();
    let mut load =
        |core, setup| fabric.load(place(core), script(|_, _| {}), setup).map_err(|e| e.to_string());
    assert_eq!(load(1, PeSetup::default()), Ok(()));
    assert!(load(1, PeSetup::default()).unwrap_err().contains("has a program already"));
    assert!(load(0, PeSetup::default()).unwrap_err().contains("system software"));
    assert!(load(152, PeSetup::default()).unwrap_err().contains("system software"));
    assert!(load(2, PeSetup { level: Some(4), ..PeSetup::default() }).unwrap_err().contains("0 to 3"));
    fabric.run_until(1);
    assert!(fabric.load(place(3), script(|_, _| {}), PeSetup::default()).is_err());
}

#[test]
fn a_local_packet_without_an_entry_is_lost_and_counted() {
    let program = script(|_, pe| pe.send(5, Payload::Two([1, 2])));
    let fabric = run(&FabricOptions::default(), vec![program], 10_000);
    let totals = fabric.totals();
    assert!(totals.no_route == 1 && totals.is_balanced(), "{totals:?}");
    assert_eq!(fabric.report().incidents[0].key, 5);
}

#[test]
fn a_pe_sends_one_packet_per_cycle_of_the_data_network() {
    let program = script(|_, pe| (0..10).for_each(|key| pe.send(key, Payload::None)));
    let fabric = run(&FabricOptions::default(), vec![program], 10_000);
    let lost: Vec<(u32, u64)> = fabric.report().incidents.iter().map(|at| (at.key, at.time_ps)).collect();
    let expected = (0..10).map(|i| (i, lost[0].1 + u64::from(i) * 3_334)).collect::<Vec<_>>();
    assert_eq!(lost, expected);
}

#[test]
fn absurd_efforts_end_the_run_of_their_pe_and_nothing_else() {
    let busy = script(|why, pe| match why {
        Interrupt::Start => pe.start_timer(0, 1_000),
        _ => {
            pe.charge(u64::MAX);
            pe.set_level(0);
            pe.charge(u64::MAX);
            pe.start_accelerator(u64::MAX);
            pe.start_timer(u64::MAX, u64::MAX);
            pe.send(5, Payload::None);
        }
    });
    let idle = script(|why, pe| match why {
        Interrupt::Start => pe.start_timer(0, 1_000),
        _ => pe.charge(30),
    });
    let fabric = run(&FabricOptions::default(), vec![busy, idle], 100_000);
    let handled: Vec<u64> = fabric.report().pes.iter().map(|pe| pe.handled).collect();
    assert_eq!(handled, [2, 101]);
    assert!(fabric.totals().is_balanced() && fabric.totals().under_way == 1);
}
