//! Arrays of numbers in a page, as the bytes that a browser reads without parsing.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

/// An array of numbers of one kind. In JSON: `{"kind": "u32", "n": 3, "base64": "..."}`, little-endian.
#[derive(Debug, Clone, PartialEq)]
pub enum Packed {
    /// Bytes.
    U8(Vec<u8>),
    /// 16-bit numbers.
    U16(Vec<u16>),
    /// 32-bit numbers.
    U32(Vec<u32>),
    /// Single-precision numbers.
    F32(Vec<f32>),
}

impl Default for Packed {
    fn default() -> Self {
        Self::U8(Vec::new())
    }
}

impl Packed {
    /// Number of values.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::U8(x) => x.len(),
            Self::U16(x) => x.len(),
            Self::U32(x) => x.len(),
            Self::F32(x) => x.len(),
        }
    }

    /// Whether there are no values.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The values one by one; a single-precision number is what it stands for.
    #[must_use]
    pub fn to_f64s(&self) -> Vec<f64> {
        match self {
            Self::U8(x) => x.iter().copied().map(f64::from).collect(),
            Self::U16(x) => x.iter().copied().map(f64::from).collect(),
            Self::U32(x) => x.iter().copied().map(f64::from).collect(),
            Self::F32(x) => x.iter().copied().map(f64::from).collect(),
        }
    }

    /// A whole number by its place; nothing beyond the end, or where the value is none.
    #[must_use]
    pub fn whole(&self, place: usize) -> Option<u32> {
        match self {
            Self::U8(x) => x.get(place).copied().map(u32::from),
            Self::U16(x) => x.get(place).copied().map(u32::from),
            Self::U32(x) => x.get(place).copied(),
            Self::F32(_) => None,
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::U8(_) => "u8",
            Self::U16(_) => "u16",
            Self::U32(_) => "u32",
            Self::F32(_) => "f32",
        }
    }

    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::U8(x) => x.clone(),
            Self::U16(x) => x.iter().flat_map(|x| x.to_le_bytes()).collect(),
            Self::U32(x) => x.iter().flat_map(|x| x.to_le_bytes()).collect(),
            Self::F32(x) => x.iter().flat_map(|x| x.to_le_bytes()).collect(),
        }
    }
}

impl Serialize for Packed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Packed", 3)?;
        fields.serialize_field("kind", self.kind())?;
        fields.serialize_field("n", &self.len())?;
        fields.serialize_field("base64", &STANDARD.encode(self.bytes()))?;
        fields.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_little_endian() {
        let json = |packed: &Packed| serde_json::to_value(packed).unwrap();
        let packed = json(&Packed::U16(vec![0x0201, 0xff00]));
        assert_eq!(packed, serde_json::json!({ "kind": "u16", "n": 2, "base64": "AQIA/w==" }));
        assert_eq!(json(&Packed::F32(vec![1.0]))["base64"], "AACAPw==");
        assert_eq!(json(&Packed::U32(Vec::new()))["n"], 0);
    }
}
