//! Threads that take stage after stage of short work: every item once per stage.
//!
//! A stage is over when all items are done, not when all threads have come: a thread that the system keeps waiting delays
//! nothing but the item that it has in hand, because the others take the rest. Threads that have nothing to do look for the
//! next stage for some microseconds and then sleep; so a stage can follow the last at once, and a busy machine loses little.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};

/// Looks before a thread goes to sleep: some tens of microseconds.
const LOOKS: u32 = 1_500;
/// The stage after the last.
const STOP: u64 = u64::MAX;

/// Threads that [`run`] keeps busy: more than items are no use.
pub(crate) fn n_busy<T>(items: &[T], n_threads: usize) -> usize {
    n_threads.min(items.len()).max(1)
}

/// Runs stages on items with the threads of the current pool, or, where one is enough, on the calling thread, which need not be
/// one of a pool then. `stages` is called once, on the calling thread, with a function
/// that runs `work` on all items and returns when that is done; between the calls, items can be looked at through `items`.
///
/// `work` must not panic; if it does, the panic reaches the caller once all threads have stopped.
pub(crate) fn run<T: Send, R>(
    items: &[Mutex<T>],
    n_threads: usize,
    work: impl Fn(&mut T) + Sync,
    stages: impl FnOnce(&mut dyn FnMut()) -> R + Send,
) -> R
where
    R: Send,
{
    let gang = Gang {
        items,
        taken: items.iter().map(|_| AtomicU64::new(0)).collect(),
        n_threads: n_busy(items, n_threads),
        stage: AtomicU64::new(0),
        n_done: AtomicUsize::new(0),
        begun: Signal::default(),
        done: Signal::default(),
    };
    if gang.n_threads == 1 {
        return stages(&mut || gang.lead(&work));
    }
    rayon::scope(|scope| {
        let _stop = StopOnDrop(&gang);
        let leader = rayon::current_thread_index();
        for thread in 1..gang.n_threads {
            let (gang, work) = (&gang, &work);
            scope.spawn(move |_| {
                // If the leader has to wait for something else in a stage, as for another pool, it takes up waiting jobs; it
                // must not wait for itself to begin the next stage.
                if rayon::current_thread_index() != leader {
                    gang.follow(thread, work);
                }
            });
        }
        stages(&mut || gang.lead(&work))
    })
}

struct Gang<'a, T> {
    items: &'a [Mutex<T>],
    /// The last stage in which each item was taken.
    taken: Vec<AtomicU64>,
    n_threads: usize,
    stage: AtomicU64,
    n_done: AtomicUsize,
    begun: Signal,
    done: Signal,
}

impl<T: Send> Gang<'_, T> {
    /// One stage, as the thread that began it.
    fn lead(&self, work: &impl Fn(&mut T)) {
        self.n_done.store(0, Ordering::Relaxed);
        let stage = self.stage.load(Ordering::Relaxed) + 1;
        self.stage.store(stage, Ordering::SeqCst);
        self.begun.wake();
        self.take_items(0, stage, work);
        self.done.wait(|| self.n_done.load(Ordering::SeqCst) == self.items.len());
    }

    /// All stages, as one of the other threads.
    fn follow(&self, thread: usize, work: &impl Fn(&mut T)) {
        let mut seen = 0;
        loop {
            self.begun.wait(|| self.stage.load(Ordering::SeqCst) != seen);
            seen = self.stage.load(Ordering::SeqCst);
            if seen == STOP {
                return;
            }
            self.take_items(thread, seen, work);
        }
    }

    /// Takes the own items first, which may still be in this processor's cache, then what nobody has taken.
    fn take_items(&self, thread: usize, stage: u64, work: &impl Fn(&mut T)) {
        let own = (thread..self.items.len()).step_by(self.n_threads);
        for at in own.chain(0..self.items.len()) {
            let is_free = self.taken[at]
                .compare_exchange(stage - 1, stage, Ordering::SeqCst, Ordering::Relaxed)
                .is_ok();
            if is_free {
                let _done = DoneOnDrop(self);
                work(&mut self.items[at].lock().unwrap_or_else(PoisonError::into_inner));
            }
        }
    }
}

/// Counts an item as done, however its work ends.
struct DoneOnDrop<'a, T>(&'a Gang<'a, T>);

impl<T> Drop for DoneOnDrop<'_, T> {
    fn drop(&mut self) {
        let n_done = self.0.n_done.fetch_add(1, Ordering::SeqCst) + 1;
        if n_done == self.0.items.len() {
            self.0.done.wake();
        }
    }
}

/// Lets the other threads go, however the stages end.
struct StopOnDrop<'a, T>(&'a Gang<'a, T>);

impl<T> Drop for StopOnDrop<'_, T> {
    fn drop(&mut self) {
        self.0.stage.store(STOP, Ordering::SeqCst);
        self.0.begun.wake();
    }
}

/// A place to wait for a condition that another thread makes true.
#[derive(Default)]
struct Signal {
    n_asleep: AtomicUsize,
    lock: Mutex<()>,
    condition: Condvar,
}

impl Signal {
    /// To be called after the condition was made true.
    fn wake(&self) {
        if self.n_asleep.load(Ordering::SeqCst) > 0 {
            let _guard = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
            self.condition.notify_all();
        }
    }

    /// Returns when the condition holds.
    fn wait(&self, holds: impl Fn() -> bool) {
        for _ in 0..LOOKS {
            if holds() {
                return;
            }
            std::hint::spin_loop();
        }
        // Announced before the condition is looked at again: whoever makes it true later sees that somebody sleeps.
        self.n_asleep.fetch_add(1, Ordering::SeqCst);
        let mut guard = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        while !holds() {
            guard = self.condition.wait(guard).unwrap_or_else(PoisonError::into_inner);
        }
        drop(guard);
        self.n_asleep.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(n_threads: usize) -> rayon::ThreadPool {
        rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().expect("threads")
    }

    #[test]
    fn every_item_is_worked_on_once_per_stage() {
        for (n_threads, n_items) in [(1, 1), (2, 2), (2, 5), (3, 3), (8, 3), (8, 20)] {
            let items: Vec<Mutex<u64>> = (0..n_items).map(|_| Mutex::new(0)).collect();
            let n_stages = pool(n_threads).install(|| {
                run(
                    &items,
                    n_threads,
                    |item| *item += 1,
                    |stage| {
                        for done in 1..=2_000 {
                            stage();
                            assert!(items.iter().all(|item| *item.lock().expect("no panic") == done));
                        }
                        2_000
                    },
                )
            });
            assert_eq!(n_stages, 2_000);
        }
    }

    /// The other thread is late, and the leader waits for another pool in the meantime.
    #[test]
    fn a_leader_that_waits_does_not_follow_itself() {
        let (items, other) = ([0, 0].map(Mutex::new), pool(1));
        let (own, is_over) = (pool(2), std::sync::atomic::AtomicBool::new(false));
        own.in_place_scope(|scope| {
            scope.spawn(|_| {
                while !is_over.load(Ordering::SeqCst) {
                    std::hint::spin_loop();
                }
            });
            let pause = || (0..20_000).for_each(|_| std::thread::yield_now());
            own.install(|| {
                run(
                    &items,
                    2,
                    |item| *item += 1,
                    |stage| {
                        other.install(pause);
                        stage();
                        is_over.store(true, Ordering::SeqCst);
                    },
                );
            });
        });
        assert!(items.iter().all(|item| *item.lock().expect("no panic") == 1));
    }

    #[test]
    fn a_panic_comes_through() {
        let items: Vec<Mutex<u64>> = (0..4).map(Mutex::new).collect();
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            pool(2).install(|| run(&items, 2, |item| assert!(*item != 3, "three"), |stage| stage()));
        }));
        assert!(result.is_err());
    }
}
