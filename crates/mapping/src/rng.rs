//! The one random stream of the mapper: a counter-based generator keyed by what it is for.

/// A splitmix64 stream.
pub(crate) struct Rng(u64);

impl Rng {
    /// The stream that belongs to this seed and this identity; equal arguments give equal streams.
    pub(crate) fn keyed(seed: u64, identity: &[u64]) -> Self {
        let mut stream = Self(seed);
        for &part in identity {
            stream.0 = stream.next().wrapping_add(part);
        }
        stream
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from 0 up to but not including `n`, which is at least 1.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next()) * n as u128) >> 64) as usize
    }
}
