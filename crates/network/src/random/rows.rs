//! Many Philox blocks side by side, in a form that compilers turn into vector instructions.

use super::{KEY_STEPS, MULTIPLIERS};

/// The low half of a 64-bit lane.
const LOW: u64 = 0xFFFF_FFFF;

/// [`philox`](super::philox) for `N` counters that differ in their second word, `counter[1] + lane`: `result[word][lane]`.
///
/// Always inlined, so that it is compiled for the instruction set of its caller.
#[inline(always)]
#[must_use]
pub fn philox_row<const N: usize>(counter: [u32; 4], key: [u32; 2]) -> [[u32; N]; 4] {
    // Where a round's words are the same in all lanes, they are computed once: the lanes' own numbers need three rounds to
    // reach all words.
    let product = |word: u32, of: usize| u64::from(word) * u64::from(MULTIPLIERS[of]);
    let (a, b) = (product(counter[0], 0), product(counter[2], 1));
    let first = (b >> 32) as u32 ^ key[0];
    let second = [b as u32, (a >> 32) as u32 ^ counter[3] ^ key[1], a as u32];
    let key = next_key(key);
    let b = product(second[1], 1);
    let third = [(b >> 32) as u32 ^ second[0] ^ key[0], b as u32, second[2] ^ key[1]];
    let key = next_key(key);
    let a = product(third[0], 0);
    let mut lanes = [[0; N], [0; N], [0; N], [a; N]];
    #[expect(clippy::needless_range_loop, reason = "arrays side by side, in the form that vectorises")]
    for lane in 0..N {
        let own = u64::from(counter[1].wrapping_add(lane as u32) ^ first) * u64::from(MULTIPLIERS[0]);
        let b = ((own >> 32) ^ u64::from(third[2])) * u64::from(MULTIPLIERS[1]);
        lanes[0][lane] = (b >> 32) ^ u64::from(third[1] ^ key[0]);
        lanes[1][lane] = b;
        lanes[2][lane] = (a >> 32) ^ own ^ u64::from(key[1]);
    }
    rounds::<N, 7>(&mut lanes, next_key(key));
    let mut words = [[0; N]; 4];
    for (words, lanes) in words.iter_mut().zip(&lanes) {
        for (word, lane) in words.iter_mut().zip(lanes) {
            *word = *lane as u32;
        }
    }
    words
}

/// [`philox`](super::philox) for `N` counters that differ in their first word, `counter[0] + lane`: the next `4 N` words of
/// a stream. `result[0][lane]` holds words 0 (low half) and 1 of that counter's block, `result[1][lane]` words 2 and 3.
///
/// Always inlined, so that it is compiled for the instruction set of its caller.
#[inline(always)]
#[must_use]
pub fn philox_run<const N: usize>(counter: [u32; 4], key: [u32; 2]) -> [[u64; N]; 2] {
    let mut lanes = same::<N>(counter);
    for (lane, word) in lanes[0].iter_mut().enumerate() {
        *word = u64::from(counter[0].wrapping_add(lane as u32));
    }
    rounds::<N, 10>(&mut lanes, key);
    let mut pairs = [[0; N]; 2];
    for lane in 0..N {
        pairs[0][lane] = lanes[0][lane] & LOW | lanes[1][lane] << 32;
        pairs[1][lane] = lanes[2][lane] & LOW | lanes[3][lane] << 32;
    }
    pairs
}

#[inline(always)]
fn same<const N: usize>([a, b, c, d]: [u32; 4]) -> [[u64; N]; 4] {
    [[u64::from(a); N], [u64::from(b); N], [u64::from(c); N], [u64::from(d); N]]
}

#[inline(always)]
fn next_key(key: [u32; 2]) -> [u32; 2] {
    [key[0].wrapping_add(KEY_STEPS[0]), key[1].wrapping_add(KEY_STEPS[1])]
}

/// `R` rounds. Only the low halves of the lanes count; what the high halves hold never reaches a product.
#[inline(always)]
fn rounds<const N: usize, const R: usize>(c: &mut [[u64; N]; 4], mut key: [u32; 2]) {
    // 32-bit words in 64-bit lanes: a product needs no shuffling, and the compiler sees plain vector multiplications.
    // Plain loops rather than `map`, which is not always inlined and then compiled for the baseline only.
    for _ in 0..R {
        #[expect(
            clippy::needless_range_loop,
            reason = "four arrays side by side, in the form that vectorises"
        )]
        for lane in 0..N {
            let a = (c[0][lane] & LOW) * u64::from(MULTIPLIERS[0]);
            let b = (c[2][lane] & LOW) * u64::from(MULTIPLIERS[1]);
            c[0][lane] = (b >> 32) ^ c[1][lane] ^ u64::from(key[0]);
            c[1][lane] = b;
            c[2][lane] = (a >> 32) ^ c[3][lane] ^ u64::from(key[1]);
            c[3][lane] = a;
        }
        key = next_key(key);
    }
}

#[cfg(test)]
mod tests {
    use super::super::philox;
    use super::*;

    #[test]
    fn rows_equal_single_blocks() {
        let row = philox_row::<5>([9, u32::MAX - 2, 7, 6], [3, 4]);
        for lane in 0..5 {
            let single = philox([9, (u32::MAX - 2).wrapping_add(lane), 7, 6], [3, 4]);
            assert_eq!(row.map(|words| words[lane as usize]), single);
        }
    }

    #[test]
    fn runs_equal_single_blocks() {
        let run = philox_run::<5>([u32::MAX - 2, 9, 7, 6], [3, 4]);
        for lane in 0..5 {
            let single = philox([(u32::MAX - 2).wrapping_add(lane), 9, 7, 6], [3, 4]);
            let words = run.map(|pairs| [pairs[lane as usize] as u32, (pairs[lane as usize] >> 32) as u32]);
            assert_eq!(words.as_flattened(), single);
        }
    }
}
