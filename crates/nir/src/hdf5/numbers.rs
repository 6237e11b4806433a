//! Stored numbers to the three kinds that we keep, bit by bit.

use hdf5_pure::{Datatype, DatatypeByteOrder, FloatingPointLayout};

use crate::array::Numbers;

/// How numbers are stored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Encoding {
    kind: Kind,
    /// Bytes per number.
    size: usize,
    big_endian: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Float,
    Signed,
    Unsigned,
}

/// IEEE 754 half precision, as h5py stores it.
const BINARY16: FloatingPointLayout = FloatingPointLayout {
    bit_offset: 0,
    bit_precision: 16,
    exponent_location: 10,
    exponent_size: 5,
    mantissa_location: 0,
    mantissa_size: 10,
    exponent_bias: 15,
};

/// How numbers of this type are stored, or `None` if they are no plain numbers of 1 to 8 bytes.
pub(super) fn encoding(datatype: &Datatype) -> Option<Encoding> {
    match datatype {
        Datatype::FixedPoint { size, byte_order, layout } => {
            let is_plain =
                layout.bit_offset == 0 && u32::from(layout.bit_precision) == size.checked_mul(8)?;
            let kind = if layout.signed { Kind::Signed } else { Kind::Unsigned };
            plain(is_plain && matches!(size, 1 | 2 | 4 | 8), kind, *size, byte_order)
        }
        Datatype::FloatingPoint { size, byte_order, layout } => {
            let is_ieee = match size {
                2 => *layout == BINARY16,
                4 => *layout == FloatingPointLayout::IEEE754_BINARY32,
                8 => *layout == FloatingPointLayout::IEEE754_BINARY64,
                _ => false,
            };
            plain(is_ieee, Kind::Float, *size, byte_order)
        }
        _ => None,
    }
}

fn plain(is_plain: bool, kind: Kind, size: u32, order: &DatatypeByteOrder) -> Option<Encoding> {
    let big_endian = match order {
        DatatypeByteOrder::LittleEndian => false,
        DatatypeByteOrder::BigEndian => true,
        DatatypeByteOrder::Vax => return None,
    };
    is_plain.then_some(Encoding { kind, size: size as usize, big_endian })
}

/// The numbers in `raw`, or `None` if one is beyond an `i64`, or a part of one is left over.
pub(super) fn decode(encoding: Encoding, raw: &[u8]) -> Option<Numbers> {
    let chunks = raw.chunks_exact(encoding.size);
    if !chunks.remainder().is_empty() {
        return None;
    }
    let bits = chunks.map(|bytes| word(bytes, encoding.big_endian));
    Some(match (encoding.kind, encoding.size) {
        (Kind::Float, 2) => Numbers::F32(bits.map(|b| half(b as u16)).collect()),
        (Kind::Float, 4) => Numbers::F32(bits.map(|b| f32::from_bits(b as u32)).collect()),
        (Kind::Float, _) => Numbers::F64(bits.map(f64::from_bits).collect()),
        (Kind::Signed, size) => Numbers::I64(bits.map(|b| sign_extended(b, size)).collect()),
        (Kind::Unsigned, _) => Numbers::I64(bits.map(|b| i64::try_from(b).ok()).collect::<Option<_>>()?),
    })
}

fn word(bytes: &[u8], big_endian: bool) -> u64 {
    let join = |word: u64, &byte: &u8| word << 8 | u64::from(byte);
    if big_endian { bytes.iter().fold(0, join) } else { bytes.iter().rev().fold(0, join) }
}

fn sign_extended(bits: u64, size: usize) -> i64 {
    let unused = 64 - 8 * size as u32;
    ((bits << unused) as i64) >> unused
}

/// Half precision to single precision; exact, since every half is a single.
fn half(bits: u16) -> f32 {
    /// 2^-24, the smallest half above 0.
    const UNIT: f32 = f32::from_bits(103 << 23);
    /// What the exponents' offsets differ by.
    const REBIAS: u32 = 127 - 15;
    let sign = u32::from(bits >> 15) << 31;
    let (exponent, mantissa) = (u32::from(bits >> 10 & 0x1f), u32::from(bits & 0x3ff));
    let magnitude = match exponent {
        0 => (mantissa as f32 * UNIT).to_bits(),
        31 => 0xff << 23 | mantissa << 13,
        _ => (exponent + REBIAS) << 23 | mantissa << 13,
    };
    f32::from_bits(sign | magnitude)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn integers(kind: Kind, size: usize, big_endian: bool, raw: &[u8]) -> Option<Numbers> {
        decode(Encoding { kind, size, big_endian }, raw)
    }

    #[test]
    fn integers_of_all_sizes() {
        let found = integers(Kind::Signed, 2, false, &[0xff, 0xff, 0x00, 0x80, 0xff, 0x7f]);
        assert_eq!(found, Some(Numbers::I64(vec![-1, -32768, 32767])));
        assert_eq!(integers(Kind::Signed, 2, true, &[0x80, 0x01]), Some(Numbers::I64(vec![-32767])));
        assert_eq!(integers(Kind::Unsigned, 1, false, &[0xff]), Some(Numbers::I64(vec![255])));
        assert_eq!(integers(Kind::Unsigned, 8, false, &[0xff; 8]), None, "beyond an i64");
        assert_eq!(integers(Kind::Signed, 4, false, &[1, 2, 3]), None, "a part is left over");
    }

    #[test]
    fn halves() {
        let expected =
            [(0x0000, 0.0), (0x3c00, 1.0), (0xc000, -2.0), (0x7bff, 65504.0), (0x3555, 0.333_251_95)];
        for (bits, value) in expected {
            assert_eq!(half(bits), value, "{bits:#x}");
        }
        assert_eq!(half(0x0001), 2_f32.powi(-24), "the smallest subnormal");
        assert_eq!(half(0x03ff), 1023.0 * 2_f32.powi(-24), "the largest subnormal");
        assert_eq!(half(0x0400), 2_f32.powi(-14), "the smallest normal");
        assert!(half(0x7c00) == f32::INFINITY && half(0xfc00) == f32::NEG_INFINITY && half(0x7e01).is_nan());
    }
}
