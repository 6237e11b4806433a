//! Runs whose recordings do not stay in memory.

use std::ops::ControlFlow;

use gennaker_engine::{Recordings, Simulation};
use gennaker_network::{Model, Network, Population};

/// Most bytes of recordings that a run keeps in memory before it writes them, unless told otherwise: 256 MiB.
pub const RECORDING_LIMIT_BYTES: u64 = 256 << 20;

/// Runs up to `ticks` ticks as [`Simulation::run_observed`] does, and hands recordings over whenever they reach half of
/// `limit_bytes`, so that they never take more (one tick's if even they do; while a piece is put together, twice as much).
/// What is left at the end stays in the simulation. Returns the number of ticks run.
///
/// ```
/// use gennaker::{Model, Network, Options, Population, Simulation, run_in_pieces};
/// use std::ops::ControlFlow;
///
/// let mut network = Network::new("relays");
/// network.add_population(Population::new("source", 1000, Model::PoissonProcess).with("p", 0.1).recording("spikes"));
/// let mut simulation = Simulation::new(&network, &Options::default())?;
/// let mut n_spikes = 0;
/// let done = run_in_pieces(&mut simulation, 500, 100_000, &mut |_, _| (), &mut |_| ControlFlow::Continue(()), &mut |piece| {
///     n_spikes += piece.populations[0].spikes.as_ref().map_or(0, |spikes| spikes.ticks.len());
///     Ok::<(), std::convert::Infallible>(())
/// });
/// let Ok(500) = done else { panic!("nothing stopped it") };
/// assert!(n_spikes > 30_000 && simulation.recorded_bytes() < 100_000);
/// # Ok::<(), gennaker::engine::EngineError>(())
/// ```
///
/// # Errors
/// What `flush` returns; the run stops there.
pub fn run_in_pieces<E>(
    simulation: &mut Simulation,
    ticks: u32,
    limit_bytes: u64,
    observe: &mut (dyn FnMut(u32, &[Vec<u32>]) + Send),
    each: &mut (dyn FnMut(u32) -> ControlFlow<()> + Send),
    flush: &mut dyn FnMut(Recordings) -> Result<(), E>,
) -> Result<u32, E> {
    let most_per_tick = most_bytes_per_tick(simulation.network()).max(1);
    let stretch = u32::try_from(limit_bytes / 2 / most_per_tick).unwrap_or(u32::MAX).max(1);
    let mut done = 0;
    loop {
        let recorded_bytes = simulation.recorded_bytes();
        if recorded_bytes > 0 && recorded_bytes >= limit_bytes / 2 {
            flush(simulation.take_recordings())?;
        }
        let mut is_stopped = false;
        let asked = stretch.min(ticks - done);
        let run = simulation.run_observed(asked, observe, &mut |tick| {
            let next = each(tick);
            is_stopped = next.is_break();
            next
        });
        done += run;
        if is_stopped || run < asked || done == ticks {
            return Ok(done);
        }
    }
}

/// No tick records more: every recorded neuron spikes (a Poisson input many times), every state is sampled in double precision.
fn most_bytes_per_tick(network: &Network) -> u64 {
    let of = |population: &Population| {
        let most_spikes = if population.model == Model::PoissonInput { u64::from(u8::MAX) } else { 1 };
        let neurons = population.record.iter().map(|r| u64::from(r.n_neurons(population.size)));
        // Beside its values a sample has a tick, once for every block of neurons; there are fewer blocks than neurons.
        neurons.map(|n| 12 * n * most_spikes).sum::<u64>()
    };
    network.populations.iter().map(of).sum()
}

#[cfg(test)]
mod tests {
    use gennaker_engine::Options;

    use super::*;

    fn simulation() -> Simulation {
        let mut network = Network::new("pieces");
        let source = Population::new("source", 500, Model::PoissonProcess).with("p", 0.2);
        network.add_population(source.recording("spikes"));
        network.add_population(Population::new("cells", 200, Model::Lif).recording("v"));
        Simulation::new(&network, &Options::default()).unwrap()
    }

    /// Ticks run, pieces handed over, and the largest of them in bytes.
    fn run(limit_bytes: u64, stop_at: u32) -> (u32, usize, u64) {
        let (mut simulation, mut sizes) = (simulation(), Vec::new());
        let each = &mut |tick| {
            if (1..=tick).contains(&stop_at) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let done = run_in_pieces(&mut simulation, 300, limit_bytes, &mut |_, _| (), each, &mut |piece| {
            let spikes = piece.populations[0].spikes.as_ref().unwrap();
            sizes
                .push(8 * spikes.ticks.len() as u64 + 4 * piece.populations[1].states[0].values.len() as u64);
            Ok::<(), ()>(())
        });
        (done.unwrap(), sizes.len(), sizes.into_iter().max().unwrap_or(0))
    }

    #[test]
    fn pieces_keep_to_the_limit() {
        assert_eq!(run(u64::MAX, 0), (300, 0, 0));
        let (done, n, largest) = run(100_000, 0);
        assert!(done == 300 && n > 4 && largest <= 100_000, "{n} pieces, up to {largest} B");
        let (done, n, _) = run(0, 0);
        assert_eq!((done, n), (300, 299), "every tick alone, the last stays");
    }

    #[test]
    fn a_stop_is_a_stop_wherever_it_comes() {
        for stop_at in 1..20 {
            let (done, ..) = run(100_000, stop_at);
            assert!((stop_at..300).contains(&done), "asked to stop at {stop_at}, stopped at {done}");
        }
        assert_eq!(run(0, 7), (7, 6, run(0, 7).2));
    }

    /// Calls that are cut short again and again keep to the limit, too.
    #[test]
    fn many_short_runs_hand_over_as_much() {
        let (mut simulation, mut n) = (simulation(), 0);
        while simulation.tick() < 300 {
            run_in_pieces(
                &mut simulation,
                300,
                100_000,
                &mut |_, _| (),
                &mut |_| ControlFlow::Break(()),
                &mut |_| {
                    n += 1;
                    Ok::<(), ()>(())
                },
            )
            .unwrap();
            assert!(simulation.recorded_bytes() < 100_000);
        }
        assert!(n > 4);
    }

    #[test]
    fn a_failed_flush_ends_the_run() {
        let mut simulation = simulation();
        let mut fail = |_| Err("disk full");
        let each = &mut |_| ControlFlow::Continue(());
        assert_eq!(
            run_in_pieces(&mut simulation, 300, 1000, &mut |_, _| (), each, &mut fail),
            Err("disk full")
        );
        assert!(simulation.tick() < 300);
    }
}
