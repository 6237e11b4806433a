//! The hot loop against the plainest program that says the same: no potentials, every energy change from scratch.

use proptest::prelude::*;

use crate::Ising;

use super::chance::{BATCH, Chance, Law};
use super::discipline::{Discipline, Rule};
use super::plan::{BLOCK, Class, Place, Plan, Potential, Seats};
use super::tick::{Clock, State};

/// A state and what a tick does to it.
struct Plain<'a> {
    ising: &'a Ising,
    seats: &'a Seats,
    spins: Vec<i8>,
    ready: Vec<u32>,
}

impl Plain<'_> {
    fn wants(&self, variable: usize, threshold: f32) -> bool {
        (self.ising.flip_delta(&self.spins, variable) / 2) as f64 <= f64::from(threshold)
    }

    fn step(&mut self, clock: Clock<'_>) {
        let class = match clock.discipline {
            Discipline::Colour => clock.tick as usize % self.seats.classes.len(),
            _ => 0,
        };
        let Class { blocks: range, lanes } = self.seats.classes[class].clone();
        let mut asked = Vec::new();
        for first in range.clone().step_by(BATCH / BLOCK) {
            let mut thresholds = [0.0; BATCH];
            clock.chance.thresholds(clock.law, clock.tick, first, &mut thresholds);
            let places = first as usize * BLOCK..range.end as usize * BLOCK;
            let seated = self.seats.variables[places].iter().zip(thresholds).enumerate();
            let theirs = seated.filter(|(i, (v, _))| **v != u32::MAX && lanes >> (i % BLOCK) & 1 == 1);
            asked.extend(theirs.map(|(_, (&v, t))| (v as usize, t)));
        }
        match clock.discipline {
            Discipline::Sequential | Discipline::Colour => {
                asked.iter().for_each(|&(i, t)| self.propose(i, t))
            }
            Discipline::Random => self.random(&asked, clock),
            _ => self.parallel(&asked, clock),
        }
    }

    fn propose(&mut self, i: usize, threshold: f32) {
        if self.wants(i, threshold) {
            self.spins[i] = -self.spins[i];
        }
    }

    fn random(&mut self, asked: &[(usize, f32)], clock: Clock<'_>) {
        for (batch, asked) in asked.chunks(BATCH).enumerate() {
            let mut picks = [0; BATCH];
            clock.chance.picks(clock.tick, batch as u32, self.spins.len() as u32, &mut picks);
            asked.iter().zip(picks).for_each(|(&(_, t), i)| self.propose(i as usize, t));
        }
    }

    fn parallel(&mut self, asked: &[(usize, f32)], clock: Clock<'_>) {
        let mut wishes: Vec<usize> =
            asked.iter().filter(|&&(i, t)| self.wants(i, t)).map(|&(i, _)| i).collect();
        if clock.discipline == Discipline::One && !wishes.is_empty() {
            wishes = vec![wishes[clock.chance.pick(clock.tick, wishes.len() as u32) as usize]];
        }
        if let Discipline::Refractory(shift) = clock.discipline {
            wishes.retain(|&i| self.ready[i] <= clock.tick);
            for &i in &wishes {
                self.ready[i] = clock.tick + 1 + clock.chance.rest(clock.tick, self.seats.places[i], shift);
            }
        }
        wishes.iter().for_each(|&i| self.spins[i] = -self.spins[i]);
    }
}

fn compare<V: Potential, P: Place>(ising: &Ising, discipline: Discipline, rule: Rule, temperature: f64) {
    let plan = Plan::<V, P>::new(ising, Seats::new(ising, discipline));
    let chance = Chance::new(3, 1);
    let spins: Vec<i8> = (0..ising.n() as u32).map(|i| chance.first_spin(i)).collect();
    let mut state = State::new(ising, &plan, &spins, ising.energy(&spins).unwrap());
    let mut plain = Plain { ising, seats: &plan.seats, spins, ready: vec![0; ising.n()] };
    let law = Law::new(rule, discipline.gate()).at(temperature);
    for tick in 0..40 {
        let clock = Clock { law: &law, chance, tick, discipline };
        state.step(&plan, clock);
        plain.step(clock);
        let found: Vec<i8> = plan
            .seats
            .places
            .iter()
            .map(|&p| if state.signs()[p as usize].wide() == 0 { -1 } else { 1 })
            .collect();
        assert_eq!(found, plain.spins, "{discipline} {rule:?}, tick {tick}");
        assert_eq!(state.energy, ising.energy(&found).unwrap(), "{discipline} {rule:?}, tick {tick}");
    }
}

const ALL: [Discipline; 7] = [
    Discipline::Sequential,
    Discipline::Random,
    Discipline::One,
    Discipline::Gate(0.2),
    Discipline::Refractory(5),
    Discipline::Colour,
    Discipline::UnguardedParallel,
];

/// Problems of 0 to 150 spins: sparse and dense, with equal couplings and others.
fn problem() -> impl Strategy<Value = Ising> {
    let coupling = prop_oneof![Just(1i64..2), Just(-1..0), Just(-9i64..10)];
    (0usize..150, 0usize..600, coupling, any::<bool>()).prop_flat_map(|(n, m, coupling, has_fields)| {
        let m = if n < 2 { 0 } else { m };
        let field = if has_fields { -5i64..6 } else { 0..1 };
        let fields = prop::collection::vec(field, n);
        let pairs = prop::collection::vec((0..n.max(1), 0..n.max(1), coupling), m);
        (fields, pairs).prop_map(|(fields, pairs)| Ising::new(fields, pairs).unwrap())
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_layout_does_what_the_plain_program_does(
        ising in problem(),
        which in 0..ALL.len(),
        is_heat_bath: bool,
        temperature in prop_oneof![Just(0.0), 0.1..20.0f64],
    ) {
        let rule = if is_heat_bath { Rule::HeatBath } else { Rule::Metropolis };
        if ising.max_local_field() <= <i8 as Potential>::MAX_FIELD {
            compare::<i8, u16>(&ising, ALL[which], rule, temperature);
        }
        compare::<i16, u16>(&ising, ALL[which], rule, temperature);
        compare::<i32, u32>(&ising, ALL[which], rule, temperature);
        compare::<i64, u32>(&ising, ALL[which], rule, temperature);
    }
}
