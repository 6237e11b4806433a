//! Rows of few synapses with many different delays: a spike's synapses are entered in a calendar, each on the day on which
//! it is due, because looking every recent spike up in every tick would cost more than it finds.

use crate::arithmetic::Sum;
use crate::history::History;
use crate::sums::REACH;

use super::drawn::Drawn;
use super::lists::open;

/// Rows, and what of them is under way.
pub(crate) struct Calendar<S> {
    /// Row of sender `i`: `starts[i]..starts[i + 1]` of the three arrays.
    starts: Vec<u32>,
    targets: Vec<u16>,
    delays: Vec<u16>,
    /// Of at least 0.
    weights: Vec<S>,
    first_delay: u32,
    last_delay: u32,
    /// What is due, by tick (modulo their number, a power of two).
    days: Vec<Vec<(u16, S)>>,
}

impl<S: Sum> Calendar<S> {
    /// Draws twice: to count, then to place. Rows of positive, then of negative weights. `Err(n)` if `n` synapses are too many
    /// to number.
    pub(crate) fn build(parts: &mut [Drawn<'_>], (low, high): (u32, u32)) -> Result<[Option<Self>; 2], u64> {
        let n_senders = parts.iter().map(Drawn::n_senders).max().unwrap_or(0);
        let n_days = (high - low + 1).next_power_of_two() as usize;
        let mut rows = [false, true].map(|_| Self {
            starts: vec![0; n_senders + 1],
            targets: Vec::new(),
            delays: Vec::new(),
            weights: Vec::new(),
            first_delay: low,
            last_delay: high,
            days: vec![Vec::new(); n_days],
        });
        for part in parts.iter_mut() {
            part.synapses(|s| {
                let n = &mut rows[usize::from(s.weight < 0.0)].starts[s.pre as usize + 1];
                *n = n.saturating_add(1);
            });
            part.discard_account();
        }
        for rows in &mut rows {
            open(&mut rows.starts)?;
            let n = rows.starts[n_senders] as usize;
            (rows.targets, rows.delays, rows.weights) = (vec![0; n], vec![0; n], vec![S::default(); n]);
        }
        let mut next = rows.each_ref().map(|rows| rows.starts.clone());
        for part in parts {
            part.synapses(|s| {
                let sign = usize::from(s.weight < 0.0);
                let (rows, at) = (&mut rows[sign], &mut next[sign][s.pre as usize]);
                rows.targets[*at as usize] = s.target;
                rows.delays[*at as usize] = s.delay as u16;
                rows.weights[*at as usize] = S::from_weight(s.weight.abs());
                *at += 1;
            });
        }
        Ok(rows.map(|rows| (rows.len() > 0).then_some(rows)))
    }

    /// Enters the spikes that can now matter first, then adds what is due in `tick`; returns the number of synapses.
    pub(crate) fn deliver(
        &mut self,
        (pre, tick): (usize, u32),
        history: &History,
        sums: &mut [S; REACH],
        add: impl Fn(S, S) -> S + Copy,
    ) -> u64 {
        if let Some(sent) = tick.checked_sub(1 + self.first_delay) {
            self.enter(pre, sent, history, tick);
        }
        let day = tick as usize & (self.days.len() - 1);
        for &(target, weight) in &self.days[day] {
            let sum = &mut sums[usize::from(target)];
            *sum = add(*sum, weight);
        }
        let n_synapses = self.days[day].len() as u64;
        self.days[day].clear();
        n_synapses
    }

    /// Enters the synapses of all spikes of tick `sent` that are due in tick `from` or later.
    fn enter(&mut self, pre: usize, sent: u32, history: &History, from: u32) {
        let mask = self.days.len() - 1;
        for &sender in history.sent(pre, sent) {
            for i in self.starts[sender as usize] as usize..self.starts[sender as usize + 1] as usize {
                // What is due after the last tick that there can be never arrives.
                let due = (sent + 1).checked_add(self.delays[i].into());
                if let Some(due) = due.filter(|&due| due >= from) {
                    self.days[due as usize & mask].push((self.targets[i], self.weights[i]));
                }
            }
        }
    }

    /// Puts the calendar into the state in which it is before `tick`, from what was sent.
    pub(crate) fn resume(&mut self, pre: usize, tick: u32, history: &History) {
        self.days.iter_mut().for_each(Vec::clear);
        let oldest = tick.saturating_sub(1 + self.last_delay);
        let entered = tick.saturating_sub(1 + self.first_delay);
        for sent in oldest..entered {
            self.enter(pre, sent, history, tick);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.targets.len()
    }

    pub(crate) fn n_bytes(&self) -> u64 {
        let starts = size_of_val(self.starts.as_slice());
        let rows = size_of_val(self.targets.as_slice()) + size_of_val(self.delays.as_slice());
        (starts + rows + size_of_val(self.weights.as_slice())) as u64
    }
}
