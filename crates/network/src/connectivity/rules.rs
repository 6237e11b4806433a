//! The connectors as walks over pairs. Each target (or source) draws from its own random stream.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::connector::{ConnectionList, Connector, DistanceKernel};
use crate::convolution::Convolution;
use crate::network::Network;
use crate::population::Population;
use crate::random::{Purpose, Stream, UniformInts, Words, bernoulli_threshold};

/// Receives synapses from the rules. An entity is the neuron whose random stream a synapse's values come from.
pub(super) trait Sink {
    /// A new entity begins.
    fn begin(&mut self, entity: u32);
    /// One synapse; `row` is its position in an explicit list, or its weight's in a kernel.
    fn synapse(&mut self, pre: u32, post: u32, row: usize);
    /// Synapses onto one target, not from an explicit list.
    fn synapses(&mut self, pre: &[u32], post: u32);
    /// One synapse outside the range asked for: its random values are used up.
    fn skip(&mut self);
}

/// Calls the sink for every synapse of a projection whose target lies in `range`, a range of existing targets. `degrees` are
/// theirs, for rules that need them in advance.
pub(super) fn walk(
    network: &Network,
    projection: usize,
    range: Range<u32>,
    degrees: &[u32],
    sink: &mut impl Sink,
) {
    let p = &network.projections[projection];
    let (pre, post) = (&network.populations[p.pre], &network.populations[p.post]);
    let pairs = Pairs {
        n_pre: pre.size,
        n_post: post.size,
        range,
        same: p.pre == p.post,
        seed: network.seed,
        object: projection as u32,
    };
    match &p.connector {
        Connector::List(list) => pairs.list(list, sink),
        Connector::OneToOne => pairs.one_to_one(sink),
        Connector::AllToAll { allow_self_connections } => pairs.all_to_all(*allow_self_connections, sink),
        Connector::FixedProbability { p, allow_self_connections } => {
            pairs.fixed_probability(*p, *allow_self_connections, sink);
        }
        Connector::FixedInDegree { n, allow_self_connections, with_replacement } => {
            pairs.fixed_in_degree(*n, *allow_self_connections, *with_replacement, sink);
        }
        Connector::FixedOutDegree { n, allow_self_connections, with_replacement } => {
            pairs.fixed_out_degree(*n, *allow_self_connections, *with_replacement, sink);
        }
        Connector::FixedTotalNumber { allow_self_connections, with_replacement: true, .. } => {
            pairs.shared_total(degrees, *allow_self_connections, sink);
        }
        Connector::FixedTotalNumber { n, allow_self_connections, with_replacement: false } => {
            pairs.distinct_total(*n, *allow_self_connections, sink);
        }
        Connector::DistanceDependent {
            kernel,
            p_max,
            scale,
            max_distance,
            periodic,
            allow_self_connections,
        } => {
            let law = DistanceLaw {
                kernel: *kernel,
                p_max: *p_max,
                scale: *scale,
                max_distance: *max_distance,
                periodic: *periodic,
            };
            pairs.distance_dependent(&law, *allow_self_connections, pre, post, sink);
        }
        Connector::Conv2d(convolution) => pairs.convolution(convolution, sink),
    }
}

struct Pairs {
    n_pre: u32,
    n_post: u32,
    range: Range<u32>,
    same: bool,
    seed: u64,
    object: u32,
}

impl Pairs {
    fn stream(&self, entity: u32) -> Stream {
        Stream::new(self.seed, Purpose::Connect, self.object, entity)
    }

    fn list(&self, list: &ConnectionList, sink: &mut impl Sink) {
        sink.begin(0);
        for (row, (&pre, &post)) in list.pre.iter().zip(&list.post).enumerate() {
            if self.range.contains(&post) {
                sink.synapse(pre, post, row);
            } else {
                sink.skip();
            }
        }
    }

    fn one_to_one(&self, sink: &mut impl Sink) {
        for post in self.range.clone() {
            sink.begin(post);
            sink.synapse(post, post, 0);
        }
    }

    fn all_to_all(&self, allow_self: bool, sink: &mut impl Sink) {
        for post in self.range.clone() {
            sink.begin(post);
            for pre in 0..self.n_pre {
                if allow_self || !self.same || pre != post {
                    sink.synapse(pre, post, 0);
                }
            }
        }
    }

    fn convolution(&self, convolution: &Convolution, sink: &mut impl Sink) {
        for post in self.range.clone() {
            sink.begin(post);
            convolution.each_onto(post, |pre, post, row| sink.synapse(pre, post, row));
        }
    }

    fn fixed_probability(&self, p: f64, allow_self: bool, sink: &mut impl Sink) {
        let full = Binomial::new(CHUNK, p);
        let rest = Binomial::new(self.n_pre % CHUNK, p);
        let mut words = Words::new(self.seed, Purpose::Connect, self.object);
        let mut found = [0; CHUNK as usize + SPARE];
        for post in self.range.clone() {
            words.begin(post);
            sink.begin(post);
            let mut first = 0;
            while first < self.n_pre {
                let n = CHUNK.min(self.n_pre - first);
                let count = if n == CHUNK { full.sample(&mut words) } else { rest.sample(&mut words) };
                let mut chosen = choose(n, count, &mut words);
                if !allow_self && self.same && (first..first + n).contains(&post) {
                    let own = post - first;
                    chosen[own as usize / 64] &= !(1 << (own % 64));
                }
                sink.synapses(positions(&chosen, first, &mut found), post);
                first += n;
            }
        }
    }

    fn fixed_in_degree(&self, n: u32, allow_self: bool, with_replacement: bool, sink: &mut impl Sink) {
        let mut chooser = self.chooser(self.n_pre, with_replacement);
        for post in self.range.clone() {
            sink.begin(post);
            let without = (!allow_self && self.same).then_some(post);
            chooser.draw(post, n, without, |pre| sink.synapses(pre, post));
        }
    }

    /// A fixed total with replacement, its in-degrees being known.
    fn shared_total(&self, degrees: &[u32], allow_self: bool, sink: &mut impl Sink) {
        let mut chooser = self.chooser(self.n_pre, true);
        for (post, &degree) in self.range.clone().zip(degrees) {
            sink.begin(post);
            let without = (!allow_self && self.same).then_some(post);
            chooser.draw(post, degree, without, |pre| sink.synapses(pre, post));
        }
    }

    fn chooser(&self, n: u32, with_replacement: bool) -> Chooser {
        let numbers = UniformInts::new(n, self.seed, Purpose::Connect, self.object);
        Chooser::new(n, numbers, with_replacement)
    }

    fn fixed_out_degree(&self, n: u32, allow_self: bool, with_replacement: bool, sink: &mut impl Sink) {
        let mut chooser = self.chooser(self.n_post, with_replacement);
        for pre in 0..self.n_pre {
            sink.begin(pre);
            let without = (!allow_self && self.same).then_some(pre);
            chooser.draw(pre, n, without, |post| post.iter().for_each(|&post| self.offer(pre, post, sink)));
        }
    }

    /// A fixed total without replacement.
    fn distinct_total(&self, n: u64, allow_self: bool, sink: &mut impl Sink) {
        let is_forbidden = |pre: u32, post: u32| !allow_self && self.same && pre == post;
        let mut stream = self.stream(0);
        let mut drawn = BTreeSet::new();
        let mut draw = || loop {
            let (pre, post) = (stream.below(self.n_pre), stream.below(self.n_post));
            if !is_forbidden(pre, post) && drawn.insert((pre, post)) {
                return (pre, post);
            }
        };
        sink.begin(0);
        let n_forbidden = if !allow_self && self.same { self.n_pre } else { 0 };
        let pairs = u64::from(self.n_pre) * u64::from(self.n_post) - u64::from(n_forbidden);
        if n <= pairs / 2 {
            for _ in 0..n {
                let (pre, post) = draw();
                self.offer(pre, post, sink);
            }
            return;
        }
        // The last of many pairs would take very many draws: those left out are fewer.
        let left_out: BTreeSet<_> = (0..pairs - n).map(|_| draw()).collect();
        for pre in 0..self.n_pre {
            for post in (0..self.n_post).filter(|&post| !is_forbidden(pre, post)) {
                if !left_out.contains(&(pre, post)) {
                    self.offer(pre, post, sink);
                }
            }
        }
    }

    /// Passes on a synapse if its target is asked for.
    fn offer(&self, pre: u32, post: u32, sink: &mut impl Sink) {
        if self.range.contains(&post) {
            sink.synapse(pre, post, 0);
        } else {
            sink.skip();
        }
    }

    fn distance_dependent(
        &self,
        law: &DistanceLaw,
        allow_self: bool,
        pre: &Population,
        post: &Population,
        sink: &mut impl Sink,
    ) {
        let axes = Axes::new(pre, post);
        let mut candidates = Vec::new();
        for target in self.range.clone() {
            sink.begin(target);
            let mut stream = self.stream(target);
            axes.candidates(target, law, &mut candidates);
            for &(source, d2) in &candidates {
                let p = law.p_max * law.kernel.factor(d2, law.scale);
                let hit = u64::from(stream.next_u32()) < bernoulli_threshold(p);
                if hit && (allow_self || !self.same || source != target) {
                    sink.synapse(source, target, 0);
                }
            }
        }
    }
}

/// Sources are drawn in chunks of 256: first how many of a chunk, then which ones, a byte of randomness for each.
const CHUNK: u32 = 256;

/// Exact inversion sampling of a binomial number with at most 256 trials.
struct Binomial {
    /// Cumulative probabilities as fractions of 2^64.
    cumulative: Vec<u64>,
    /// How many of them lie below each multiple of 2^56: between which two to search, by a word's first byte.
    guide: Vec<u32>,
    mirrored: bool,
    n: u32,
}

impl Binomial {
    fn new(n: u32, p: f64) -> Self {
        // Mirrored above one half so that (1 - p)^n cannot underflow.
        let mirrored = p > 0.5;
        let p = if mirrored { 1.0 - p } else { p };
        let odds = p / (1.0 - p);
        let mut mass = (0..n).fold(1.0, |mass, _| mass * (1.0 - p));
        let mut sum = 0.0;
        let mut cumulative = Vec::with_capacity(n as usize);
        for k in 0..n {
            sum += mass;
            #[expect(clippy::cast_sign_loss, reason = "a probability, saturating at 2^64 - 1")]
            cumulative.push((sum * 18_446_744_073_709_551_616.0) as u64);
            mass *= odds * f64::from(n - k) / f64::from(k + 1);
        }
        let below = |byte: u64| cumulative.partition_point(|&c| c < byte << 56) as u32;
        let guide = (0..256).map(below).chain([n]).collect();
        Self { cumulative, guide, mirrored, n }
    }

    #[inline]
    fn sample(&self, words: &mut Words) -> u32 {
        let word = words.next_u64();
        let byte = (word >> 56) as usize;
        let (low, high) = (self.guide[byte], self.guide[byte + 1]);
        let near = &self.cumulative[low as usize..high as usize];
        let k = low + near.partition_point(|&c| c <= word) as u32;
        if self.mirrored { self.n - k } else { k }
    }
}

/// A uniformly drawn subset of `count` of the numbers below `n <= 256`, as a bitmap.
#[inline]
fn choose(n: u32, count: u32, words: &mut Words) -> [u64; 4] {
    let by_absence = count > n / 2;
    let mut left = if by_absence { n - count } else { count };
    let mask = n.next_power_of_two() - 1;
    let mut bits = [0u64; 4];
    // Tests and sets without a branch: whether a number was there before cannot be foreseen.
    let mut set = |i: u32| {
        let (slot, bit) = (&mut bits[(i / 64) as usize % 4], u64::from(i < n) << (i % 64));
        let is_new = u32::from(!*slot & bit != 0);
        *slot |= bit;
        is_new
    };
    while left >= 4 {
        let word = words.next_u32();
        for byte in 0..4 {
            left -= set(word >> (8 * byte) & mask);
        }
    }
    while left > 0 {
        let word = words.next_u32();
        for byte in 0..4 {
            if left > 0 {
                left -= set(word >> (8 * byte) & mask);
            }
        }
    }
    if by_absence {
        for (slot, word) in bits.iter_mut().enumerate() {
            let valid = n.saturating_sub(64 * slot as u32).min(64);
            *word = !*word & if valid == 64 { u64::MAX } else { (1 << valid) - 1 };
        }
    }
    bits
}

/// Positions written at once, needed or not: how many ones a word has cannot be foreseen.
const SPARE: usize = 8;

/// The positions of the ones, from `first` on.
#[inline]
fn positions<'a>(bits: &[u64; 4], first: u32, found: &'a mut [u32; CHUNK as usize + SPARE]) -> &'a [u32] {
    let mut n = 0;
    for (slot, &word) in bits.iter().enumerate() {
        let (mut word, first) = (word, first + 64 * slot as u32);
        let end = n + word.count_ones() as usize;
        while n < end {
            for place in &mut found[n..n + SPARE] {
                *place = first.wrapping_add(word.trailing_zeros());
                word &= word.wrapping_sub(1);
            }
            n += SPARE;
        }
        n = end;
    }
    &found[..n]
}

/// Draws numbers below `n`, with or without repeats.
struct Chooser {
    n: u32,
    numbers: UniformInts,
    taken: Option<Vec<u64>>,
    drawn: Vec<u32>,
}

impl Chooser {
    fn new(n: u32, numbers: UniformInts, with_replacement: bool) -> Self {
        let taken = (!with_replacement).then(|| vec![0; (n as usize).div_ceil(64)]);
        Self { n, numbers, taken, drawn: Vec::new() }
    }

    /// Calls `each` with `count` numbers from an entity's stream, some at a time, never `without`. Validation makes sure that
    /// enough numbers exist.
    fn draw(&mut self, entity: u32, count: u32, without: Option<u32>, mut each: impl FnMut(&[u32])) {
        self.numbers.begin(entity, without);
        let Some(taken) = &mut self.taken else {
            let mut left = count as usize;
            while left > 0 {
                let some = self.numbers.some(left);
                left -= some.len();
                each(some);
            }
            return;
        };
        let available = self.n - u32::from(without.is_some());
        let by_absence = count > available / 2;
        let picks = if by_absence { available - count } else { count } as usize;
        // One place more, so that a number drawn before is written and then overwritten instead of being branched around.
        self.drawn.resize(picks + 1, 0);
        let mut n_drawn = 0;
        while n_drawn < picks {
            for &i in self.numbers.some(picks - n_drawn) {
                let (slot, bit) = (&mut taken[i as usize / 64], 1u64 << (i % 64));
                self.drawn[n_drawn] = i;
                n_drawn += usize::from(*slot & bit == 0);
                *slot |= bit;
            }
        }
        self.drawn.truncate(picks);
        if by_absence {
            let is_free = |i: u32| taken[i as usize / 64] >> (i % 64) & 1 == 0 && Some(i) != without;
            (0..self.n).filter(|&i| is_free(i)).for_each(|i| each(&[i]));
        } else {
            each(&self.drawn);
        }
        for &i in &self.drawn {
            taken[i as usize / 64] = 0;
        }
    }
}

struct DistanceLaw {
    kernel: DistanceKernel,
    p_max: f64,
    scale: f64,
    max_distance: Option<f64>,
    periodic: bool,
}

/// The grids of two populations, axis by axis, slowest first.
struct Axes {
    pre: Vec<u32>,
    post: Vec<u32>,
}

impl Axes {
    fn new(pre: &Population, post: &Population) -> Self {
        let shape = |p: &Population| if p.shape.is_empty() { vec![p.size] } else { p.shape.clone() };
        Self { pre: shape(pre), post: shape(post) }
    }

    /// Fills `found` with `(source, squared distance)` of all sources within reach of `target`, ascending.
    fn candidates(&self, target: u32, law: &DistanceLaw, found: &mut Vec<(u32, f64)>) {
        let limit = law.max_distance.map_or(f64::INFINITY, |d| d * d);
        found.clear();
        found.push((0, 0.0));
        let mut below = self.post.iter().product::<u32>();
        for (&n_pre, &n_post) in self.pre.iter().zip(&self.post) {
            below /= n_post;
            let coordinate = f64::from(target / below % n_post) + 0.5;
            let step = f64::from(n_post) / f64::from(n_pre);
            let squares: Vec<f64> = (0..n_pre)
                .map(|i| {
                    let d = ((f64::from(i) + 0.5) * step - coordinate).abs();
                    let d = if law.periodic { d.min(f64::from(n_post) - d) } else { d };
                    d * d
                })
                .collect();
            let near = |d2: f64| {
                squares.iter().zip(0u32..).map(move |(&s, i)| (i, d2 + s)).filter(move |c| c.1 <= limit)
            };
            *found = found
                .iter()
                .flat_map(|&(base, d2)| near(d2).map(move |(i, d2)| (base * n_pre + i, d2)))
                .collect();
        }
    }
}
