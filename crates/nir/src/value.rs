//! What a dataset or an entry of metadata holds.

use std::collections::BTreeMap;

use crate::array::{Array, Shaped};

/// Free entries beside a graph or node, by name. NIR gives them no meaning; they are read, kept and written.
pub type Metadata = BTreeMap<String, Value>;

/// An entry of metadata.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Numbers.
    Number(Array),
    /// Text.
    Text(Shaped<String>),
    /// Yes or no.
    Flag(Shaped<bool>),
    /// Entries within the entry.
    Table(Metadata),
}

impl Value {
    /// One text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(Shaped::scalar(text.into()))
    }

    /// One integer.
    pub fn integer(value: i64) -> Self {
        let scalar = Array::new(Vec::new(), crate::array::Numbers::I64(vec![value]));
        Self::Number(scalar.expect("a scalar is one value"))
    }

    /// What it is, for messages.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Number(a) => format!("numbers of shape {:?}", a.shape()),
            Self::Text(t) => match t.single() {
                Some(text) => format!("the text {text:?}"),
                None => format!("texts of shape {:?}", t.shape),
            },
            Self::Flag(f) => format!("flags of shape {:?}", f.shape),
            Self::Table(_) => "a group".to_owned(),
        }
    }
}
