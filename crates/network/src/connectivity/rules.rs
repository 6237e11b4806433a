//! The connectors as walks over pairs. Each target (or source) draws from its own random stream.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::connector::{ConnectionList, Connector, DistanceKernel};
use crate::network::Network;
use crate::population::Population;
use crate::random::{Purpose, Stream, bernoulli_threshold};

use super::Sink;

/// Calls the sink for every synapse of a projection whose target lies in `range`.
pub(crate) fn walk(network: &Network, projection: usize, range: Range<u32>, sink: &mut impl Sink) {
    let p = &network.projections[projection];
    let (pre, post) = (&network.populations[p.pre], &network.populations[p.post]);
    let pairs = Pairs {
        n_pre: pre.size,
        n_post: post.size,
        range: range.start..range.end.min(post.size),
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
        Connector::FixedTotalNumber { n, allow_self_connections, with_replacement } => {
            pairs.fixed_total(*n, *allow_self_connections, *with_replacement, sink);
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

    fn fixed_probability(&self, p: f64, allow_self: bool, sink: &mut impl Sink) {
        let full = Binomial::new(CHUNK, p);
        let rest = Binomial::new(self.n_pre % CHUNK, p);
        for post in self.range.clone() {
            let mut stream = self.stream(post);
            sink.begin(post);
            let mut first = 0;
            while first < self.n_pre {
                let n = CHUNK.min(self.n_pre - first);
                let count = if n == CHUNK { full.sample(&mut stream) } else { rest.sample(&mut stream) };
                let mut chosen = choose(n, count, &mut stream);
                if !allow_self && self.same && (first..first + n).contains(&post) {
                    let own = post - first;
                    chosen[own as usize / 64] &= !(1 << (own % 64));
                }
                for_each_bit(&chosen, |i| sink.synapse(first + i, post, 0));
                first += n;
            }
        }
    }

    fn fixed_in_degree(&self, n: u32, allow_self: bool, with_replacement: bool, sink: &mut impl Sink) {
        let mut chooser = Chooser::new(self.n_pre, with_replacement);
        for post in self.range.clone() {
            sink.begin(post);
            let without = (!allow_self && self.same).then_some(post);
            chooser.draw(n, without, &mut self.stream(post), |pre| sink.synapse(pre, post, 0));
        }
    }

    fn fixed_out_degree(&self, n: u32, allow_self: bool, with_replacement: bool, sink: &mut impl Sink) {
        let mut chooser = Chooser::new(self.n_post, with_replacement);
        for pre in 0..self.n_pre {
            sink.begin(pre);
            let without = (!allow_self && self.same).then_some(pre);
            chooser.draw(n, without, &mut self.stream(pre), |post| self.offer(pre, post, sink));
        }
    }

    fn fixed_total(&self, n: u64, allow_self: bool, with_replacement: bool, sink: &mut impl Sink) {
        let is_forbidden = |pre: u32, post: u32| !allow_self && self.same && pre == post;
        let mut stream = self.stream(0);
        let mut drawn = BTreeSet::new();
        let mut draw = || loop {
            let (pre, post) = (stream.below(self.n_pre), stream.below(self.n_post));
            if !is_forbidden(pre, post) && (with_replacement || drawn.insert((pre, post))) {
                return (pre, post);
            }
        };
        sink.begin(0);
        let n_forbidden = if !allow_self && self.same { self.n_pre } else { 0 };
        let pairs = u64::from(self.n_pre) * u64::from(self.n_post) - u64::from(n_forbidden);
        if with_replacement || n <= pairs / 2 {
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
        Self { cumulative, mirrored, n }
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> u32 {
        let word = stream.next_u64();
        let k = self.cumulative.partition_point(|&c| c <= word) as u32;
        if self.mirrored { self.n - k } else { k }
    }
}

/// A uniformly drawn subset of `count` of the numbers below `n <= 256`, as a bitmap.
#[inline]
fn choose(n: u32, count: u32, stream: &mut Stream) -> [u64; 4] {
    let by_absence = count > n / 2;
    let mut left = if by_absence { n - count } else { count };
    let mask = n.next_power_of_two() - 1;
    let mut bits = [0u64; 4];
    let (mut word, mut bytes) = (0u32, 0);
    while left > 0 {
        if bytes == 0 {
            word = stream.next_u32();
            bytes = 4;
        }
        let i = word & mask;
        word >>= 8;
        bytes -= 1;
        let (slot, bit) = ((i / 64) as usize, 1u64 << (i % 64));
        if i < n && bits[slot] & bit == 0 {
            bits[slot] |= bit;
            left -= 1;
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

#[inline]
fn for_each_bit(bits: &[u64; 4], mut each: impl FnMut(u32)) {
    for (slot, &word) in bits.iter().enumerate() {
        let mut word = word;
        while word != 0 {
            each(64 * slot as u32 + word.trailing_zeros());
            word &= word - 1;
        }
    }
}

/// Draws numbers below `n`, with or without repeats.
struct Chooser {
    n: u32,
    taken: Option<Vec<u64>>,
    drawn: Vec<u32>,
}

impl Chooser {
    fn new(n: u32, with_replacement: bool) -> Self {
        Self { n, taken: (!with_replacement).then(|| vec![0; (n as usize).div_ceil(64)]), drawn: Vec::new() }
    }

    /// Calls `each` for `count` numbers, never `without`. Validation makes sure that enough numbers exist.
    fn draw(&mut self, count: u32, without: Option<u32>, stream: &mut Stream, mut each: impl FnMut(u32)) {
        let Some(taken) = &mut self.taken else {
            for _ in 0..count {
                each(one_of(self.n, without, stream));
            }
            return;
        };
        self.drawn.clear();
        let available = self.n - u32::from(without.is_some());
        let by_absence = count > available / 2;
        let picks = if by_absence { available - count } else { count };
        while self.drawn.len() < picks as usize {
            let i = one_of(self.n, without, stream);
            let (slot, bit) = (i as usize / 64, 1u64 << (i % 64));
            if taken[slot] & bit == 0 {
                taken[slot] |= bit;
                self.drawn.push(i);
            }
        }
        if by_absence {
            let is_free = |i: u32| taken[i as usize / 64] >> (i % 64) & 1 == 0 && Some(i) != without;
            (0..self.n).filter(|&i| is_free(i)).for_each(&mut each);
        } else {
            self.drawn.iter().copied().for_each(&mut each);
        }
        for &i in &self.drawn {
            taken[i as usize / 64] = 0;
        }
    }
}

fn one_of(n: u32, without: Option<u32>, stream: &mut Stream) -> u32 {
    match without {
        None => stream.below(n),
        Some(own) => {
            let i = stream.below(n - 1);
            i + u32::from(i >= own)
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
