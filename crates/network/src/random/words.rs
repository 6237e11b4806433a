//! Whole streams at a time: the same words as [`Stream`](super::Stream) gives, many at once.

use crate::simd;

use super::{Purpose, key_of, philox_run};

/// Philox blocks per batch.
const BLOCKS: usize = 16;
/// Words per batch.
const WORDS: usize = 4 * BLOCKS;

/// The words of the streams of one object's entities: those of [`Stream`](super::Stream), in its order.
#[derive(Debug, Clone)]
pub(crate) struct Words {
    key: [u32; 2],
    counter: [u32; 4],
    buffer: [u32; WORDS],
    next: usize,
}

impl Words {
    /// For the entities of an object; [`Self::begin`] must come before the first word.
    pub(crate) fn new(seed: u64, purpose: Purpose, object: u32) -> Self {
        let counter = [0, 0, object, purpose.word()];
        Self { key: key_of(seed), counter, buffer: [0; WORDS], next: WORDS }
    }

    /// Starts the stream of an entity.
    pub(crate) fn begin(&mut self, entity: u32) {
        self.counter[0] = 0;
        self.counter[1] = entity;
        self.next = WORDS;
    }

    /// The next 32 random bits.
    #[inline]
    pub(crate) fn next_u32(&mut self) -> u32 {
        if self.next == WORDS {
            simd::run(Raw { key: self.key, counter: self.counter, out: &mut self.buffer });
            self.counter[0] = self.counter[0].wrapping_add(BLOCKS as u32);
            self.next = 0;
        }
        self.next += 1;
        self.buffer[self.next - 1]
    }

    /// The next 64 random bits.
    #[inline]
    pub(crate) fn next_u64(&mut self) -> u64 {
        u64::from(self.next_u32()) | u64::from(self.next_u32()) << 32
    }
}

/// One batch of [`Words`].
struct Raw<'a> {
    key: [u32; 2],
    counter: [u32; 4],
    out: &'a mut [u32; WORDS],
}

impl simd::Task for Raw<'_> {
    #[inline(always)]
    fn run(self) {
        let pairs = philox_run::<BLOCKS>(self.counter, self.key);
        let blocks = self.out.as_chunks_mut::<4>().0.iter_mut();
        for (out, (&low, &high)) in blocks.zip(pairs[0].iter().zip(&pairs[1])) {
            *out = [low as u32, (low >> 32) as u32, high as u32, (high >> 32) as u32];
        }
    }
}

/// Uniform integers below `n` from the streams of one object's entities: the numbers that
/// [`Stream::below`](super::Stream::below) gives, in its order, but many at a time.
#[derive(Debug, Clone)]
pub(crate) struct UniformInts {
    n: u32,
    key: [u32; 2],
    counter: [u32; 4],
    skipped: u32,
    buffer: [u32; WORDS],
    next: usize,
    end: usize,
}

impl UniformInts {
    /// For numbers below `n`; [`Self::begin`] must come before the first one.
    pub(crate) fn new(n: u32, seed: u64, purpose: Purpose, object: u32) -> Self {
        let counter = [0, 0, object, purpose.word()];
        Self { n, key: key_of(seed), counter, skipped: u32::MAX, buffer: [0; WORDS], next: 0, end: 0 }
    }

    /// Starts the stream of an entity. With `without`, that number never comes and the others are equally likely: numbers
    /// are drawn below `n - 1` and those from `without` on count one more.
    pub(crate) fn begin(&mut self, entity: u32, without: Option<u32>) {
        self.counter[0] = 0;
        self.counter[1] = entity;
        self.skipped = without.unwrap_or(u32::MAX);
        (self.next, self.end) = (0, 0);
    }

    /// Some of the next numbers, at least one and at most `limit`, which is above 0.
    #[inline]
    pub(crate) fn some(&mut self, limit: usize) -> &[u32] {
        if self.next == self.end {
            self.refill();
        }
        let first = self.next;
        self.next = self.end.min(first.saturating_add(limit));
        &self.buffer[first..self.next]
    }

    fn refill(&mut self) {
        let n = if self.skipped == u32::MAX { self.n } else { self.n - 1 };
        self.next = 0;
        self.end = 0;
        while self.end == 0 {
            let (key, counter) = (self.key, self.counter);
            simd::run(Bounded {
                n,
                skipped: self.skipped,
                key,
                counter,
                out: &mut self.buffer,
                end: &mut self.end,
            });
            self.counter[0] = self.counter[0].wrapping_add(BLOCKS as u32);
        }
    }
}

/// One batch of [`UniformInts`] (Lemire's multiply-and-reject method).
struct Bounded<'a> {
    n: u32,
    skipped: u32,
    key: [u32; 2],
    counter: [u32; 4],
    out: &'a mut [u32; WORDS],
    end: &'a mut usize,
}

impl simd::Task for Bounded<'_> {
    #[inline(always)]
    fn run(self) {
        let pairs = philox_run::<BLOCKS>(self.counter, self.key);
        let floor = self.n.wrapping_neg() % self.n.max(1);
        let mut n_rejected = 0u32;
        let mut low = [0u32; WORDS];
        for lane in 0..BLOCKS {
            for word in 0..4 {
                let drawn = pairs[word / 2][lane] >> (32 * (word % 2)) & 0xFFFF_FFFF;
                let product = drawn * u64::from(self.n);
                let number = (product >> 32) as u32;
                self.out[4 * lane + word] = number + u32::from(number >= self.skipped);
                low[4 * lane + word] = product as u32;
            }
        }
        for &low in &low {
            n_rejected += u32::from(low < floor);
        }
        *self.end = if n_rejected == 0 { WORDS } else { keep(self.out, &low, floor) };
    }
}

/// Keeps the numbers whose products' low halves reach `floor`, in order, and says how many.
#[cold]
#[inline(never)]
fn keep(numbers: &mut [u32; WORDS], low: &[u32; WORDS], floor: u32) -> usize {
    let mut n = 0;
    for i in 0..WORDS {
        numbers[n] = numbers[i];
        n += usize::from(low[i] >= floor);
    }
    n
}

/// How many of the first `n_bits` random bits are ones, of those that begin at the block `counter`; and the counter of the
/// first block not looked at.
pub(crate) fn count_ones(key: [u32; 2], counter: [u32; 4], n_bits: u64) -> (u64, [u32; 4]) {
    let mut ones = 0;
    simd::run(CountOnes { key, counter, n_bits, ones: &mut ones });
    let [first, rest @ ..] = counter;
    let [a, b, c] = rest;
    (ones, [first.wrapping_add(n_bits.div_ceil(BLOCK_BITS) as u32), a, b, c])
}

/// Random bits in a Philox block.
const BLOCK_BITS: u64 = 128;

struct CountOnes<'a> {
    key: [u32; 2],
    counter: [u32; 4],
    n_bits: u64,
    ones: &'a mut u64,
}

impl simd::Task for CountOnes<'_> {
    #[inline(always)]
    fn run(self) {
        let (mut counter, mut left) = (self.counter, self.n_bits);
        while left >= BLOCK_BITS * BLOCKS as u64 {
            let pairs = philox_run::<BLOCKS>(counter, self.key);
            *self.ones += pairs.as_flattened().iter().map(|bits| u64::from(bits.count_ones())).sum::<u64>();
            counter[0] = counter[0].wrapping_add(BLOCKS as u32);
            left -= BLOCK_BITS * BLOCKS as u64;
        }
        while left > 0 {
            let [[low], [high]] = philox_run::<1>(counter, self.key);
            *self.ones += u64::from(first_bits(low, left).count_ones());
            *self.ones += u64::from(first_bits(high, left.saturating_sub(64)).count_ones());
            counter[0] = counter[0].wrapping_add(1);
            left = left.saturating_sub(BLOCK_BITS);
        }
    }
}

/// The lowest `n` bits of a word.
#[inline(always)]
fn first_bits(word: u64, n: u64) -> u64 {
    if n >= 64 { word } else { word & ((1 << n) - 1) }
}

#[cfg(test)]
mod tests {
    use super::super::Stream;
    use super::*;

    #[test]
    fn many_numbers_are_those_of_the_stream() {
        for n in [1, 2, 7, 1000, 3_000_000_000, u32::MAX] {
            for without in [None, Some(0), Some(n / 2)].into_iter().filter(|w| w.is_none() || n > 1) {
                let mut many = UniformInts::new(n, 5, Purpose::Connect, 8);
                for entity in [9, 4] {
                    let mut stream = Stream::new(5, Purpose::Connect, 8, entity);
                    let mut one = || match without {
                        None => stream.below(n),
                        Some(own) => {
                            let i = stream.below(n - 1);
                            i + u32::from(i >= own)
                        }
                    };
                    many.begin(entity, without);
                    let mut left = 500;
                    while left > 0 {
                        let some = many.some(left);
                        assert!(!some.is_empty() && some.iter().all(|&i| i == one()));
                        left -= some.len();
                    }
                }
            }
        }
    }

    #[test]
    fn words_are_those_of_the_stream() {
        let (mut stream, mut words) =
            (Stream::new(5, Purpose::Connect, 8, 3), Words::new(5, Purpose::Connect, 8));
        words.begin(3);
        assert!((0..150).all(|_| words.next_u32() == stream.next_u32()));
        assert_eq!(words.next_u64(), stream.next_u64());
    }

    #[test]
    fn ones_are_those_of_the_stream() {
        let mut stream = Stream::new(3, Purpose::Degree, 1, 2);
        let words: Vec<u64> = (0..100).map(|_| stream.next_u64()).collect();
        let start = [0, 2, 1, Purpose::Degree.word()];
        for n in [0, 1, 63, 64, 65, 127, 128, 129, 2047, 2048, 2049, 6400] {
            let expected = (0..n).filter(|&i| words[i as usize / 64] >> (i % 64) & 1 == 1).count() as u64;
            let (ones, next) = count_ones(key_of(3), start, n);
            assert_eq!((ones, u64::from(next[0])), (expected, n.div_ceil(128)), "{n} bits");
        }
    }
}
