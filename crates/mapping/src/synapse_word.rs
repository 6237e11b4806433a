//! One synapse in 16 or 32 bits.
//!
//! From the low bits up: target index, delay, sign, magnitude; models without a delay field hold index and a weight
//! in two's complement instead. Widths are those of py-spinnaker2's formats (4-bit magnitude, sign, 3-bit delay,
//! 8-bit index; or 8-bit weight, 8-bit index), and of our wide word (16-bit magnitude, sign, 7-bit delay, 8-bit index).
//! That the index comes lowest is known of SpiNNaker1; the order on SpiNNaker2 is an assumption and changes no result.

use gennaker_network::SynapseWord;

/// A synapse as a PE sees it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct PackedSynapse {
    /// Target neuron in the slice.
    pub index: u32,
    /// Weight; negative inhibits.
    pub weight: i32,
    /// Delay field in ticks: 0 acts one tick after the spike.
    pub delay: u32,
}

/// Packs a synapse that fits the word: `|weight| <= max_weight`, `delay <= max_delay()`, `index < 2^index_bits`. Bits beyond
/// those of the word are 0.
pub fn pack_synapse(word: SynapseWord, synapse: PackedSynapse) -> u32 {
    let PackedSynapse { index, weight, delay } = synapse;
    debug_assert!(
        weight.abs() <= word.max_weight && delay <= word.max_delay() && index >> word.index_bits == 0
    );
    if word.delay_bits == 0 {
        return index | (weight as u32) << unused_bits(word) >> unused_bits(word) << word.index_bits;
    }
    let sign = u32::from(weight < 0);
    let delayed = delay | sign << word.delay_bits | weight.unsigned_abs() << (word.delay_bits + 1);
    index | delayed << word.index_bits
}

/// The inverse of [`pack_synapse`].
#[inline]
pub fn unpack_synapse(word: SynapseWord, packed: u32) -> PackedSynapse {
    let index = packed & ((1 << word.index_bits) - 1);
    let rest = packed >> word.index_bits;
    if word.delay_bits == 0 {
        let weight = (rest << unused_bits(word)) as i32 >> unused_bits(word);
        return PackedSynapse { index, weight, delay: 0 };
    }
    let delay = rest & word.max_delay();
    let magnitude = (rest >> (word.delay_bits + 1)) as i32;
    let is_negative = rest >> word.delay_bits & 1 == 1;
    PackedSynapse { index, weight: if is_negative { -magnitude } else { magnitude }, delay }
}

/// Bits that a 32-bit number has more than the word's weight in two's complement.
#[inline]
fn unused_bits(word: SynapseWord) -> u32 {
    u32::BITS - (8 * word.bytes - word.index_bits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use gennaker_network::Model;
    use proptest::prelude::*;

    fn check(word: SynapseWord, synapse: PackedSynapse) {
        let packed = pack_synapse(word, synapse);
        assert!(u64::from(packed) >> (8 * word.bytes) == 0);
        assert_eq!(unpack_synapse(word, packed), synapse);
    }

    proptest! {
        #[test]
        fn wide_synapses_come_back(index in 0u32..256, weight in -65_535i32..=65_535, delay in 0u32..128) {
            for model in [Model::LifWide, Model::LifCurrExpWide, Model::LifCondExp] {
                check(model.core_profile().synapse_word.unwrap(), PackedSynapse { index, weight, delay });
            }
        }

        /// With every bit in use, words and synapses are one to one, but for the two zeros.
        #[test]
        fn wide_words_come_back(packed: u32) {
            let word = Model::LifWide.core_profile().synapse_word.unwrap();
            let synapse = unpack_synapse(word, packed);
            let is_negative_zero = synapse.weight == 0 && packed >> 15 & 1 == 1;
            prop_assert!(is_negative_zero || pack_synapse(word, synapse) == packed);
        }
    }

    #[test]
    fn every_synapse_of_the_narrow_formats_comes_back() {
        for model in [Model::Lif, Model::LifNoDelay] {
            let word = model.core_profile().synapse_word.unwrap();
            for weight in -word.max_weight..=word.max_weight {
                for delay in 0..=word.max_delay() {
                    for index in [0, 1, 100, 255] {
                        check(word, PackedSynapse { index, weight, delay });
                    }
                }
            }
        }
    }

    #[test]
    fn fields_lie_where_the_format_says() {
        let lif = Model::Lif.core_profile().synapse_word.unwrap();
        assert_eq!(
            pack_synapse(lif, PackedSynapse { index: 0xAB, weight: -9, delay: 5 }),
            0b1001_1101_1010_1011
        );
        let no_delay = Model::LifNoDelay.core_profile().synapse_word.unwrap();
        assert_eq!(pack_synapse(no_delay, PackedSynapse { index: 0x12, weight: -2, delay: 0 }), 0xFE12);
        let wide = Model::LifWide.core_profile().synapse_word.unwrap();
        let packed = pack_synapse(wide, PackedSynapse { index: 0x12, weight: -0xABCD, delay: 0x35 });
        assert_eq!(packed, 0xABCD_B512);
    }
}
