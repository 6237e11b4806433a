//! One synapse in 16 bits.
//!
//! From the low bits up: target index, delay, sign, magnitude; models without a delay field hold index and a weight
//! in two's complement instead. Widths are those of py-spinnaker2's formats (4-bit magnitude, sign, 3-bit delay,
//! 8-bit index; or 8-bit weight, 8-bit index). That the index comes lowest is known of SpiNNaker1; the order on
//! SpiNNaker2 is an assumption and changes no result.

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

/// Packs a synapse that fits the word: `|weight| <= max_weight`, `delay <= max_delay()`, `index < 2^index_bits`.
pub fn pack_synapse(word: SynapseWord, synapse: PackedSynapse) -> u16 {
    let PackedSynapse { index, weight, delay } = synapse;
    debug_assert!(
        weight.abs() <= word.max_weight && delay <= word.max_delay() && index >> word.index_bits == 0
    );
    if word.delay_bits == 0 {
        return (index | (weight as u32) << word.index_bits) as u16;
    }
    let sign = u32::from(weight < 0);
    let delayed = delay | sign << word.delay_bits | weight.unsigned_abs() << (word.delay_bits + 1);
    (index | delayed << word.index_bits) as u16
}

/// The inverse of [`pack_synapse`].
pub fn unpack_synapse(word: SynapseWord, packed: u16) -> PackedSynapse {
    let index = u32::from(packed) & ((1 << word.index_bits) - 1);
    if word.delay_bits == 0 {
        return PackedSynapse { index, weight: i32::from(packed as i16) >> word.index_bits, delay: 0 };
    }
    let delayed = u32::from(packed) >> word.index_bits;
    let delay = delayed & word.max_delay();
    let magnitude = (delayed >> (word.delay_bits + 1)) as i32;
    let is_negative = delayed >> word.delay_bits & 1 == 1;
    PackedSynapse { index, weight: if is_negative { -magnitude } else { magnitude }, delay }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gennaker_network::Model;

    #[test]
    fn every_synapse_of_both_formats_comes_back() {
        for model in [Model::Lif, Model::LifNoDelay] {
            let word = model.core_profile().synapse_word.unwrap();
            for weight in -word.max_weight..=word.max_weight {
                for delay in 0..=word.max_delay() {
                    for index in [0, 1, 100, 255] {
                        let synapse = PackedSynapse { index, weight, delay };
                        assert_eq!(unpack_synapse(word, pack_synapse(word, synapse)), synapse);
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
    }
}
