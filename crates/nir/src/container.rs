//! The one boundary to the library that knows the files' container format: bytes to a tree of plain values and back.

use std::collections::BTreeMap;

use crate::error::NirError;
use crate::limits::Limits;
use crate::value::Value;

/// The members of a group.
pub(crate) type Tree = BTreeMap<String, Item>;

/// A member of a group.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Item {
    Group(Tree),
    /// A dataset; never a [`Value::Table`].
    Value(Value),
    /// A dataset of a type that NIR does not use, in words. It disturbs only those who need it.
    Unreadable(String),
}

impl Item {
    /// What it is, for messages.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Group(_) => "a group".to_owned(),
            Self::Value(value) => value.describe(),
            Self::Unreadable(reason) => reason.clone(),
        }
    }
}

/// A container format.
pub(crate) trait Container {
    /// All that a file holds, within the limits.
    fn load(&self, bytes: Vec<u8>, limits: &Limits) -> Result<Tree, NirError>;
    /// The bytes of a file that holds this tree.
    fn save(&self, tree: &Tree) -> Result<Vec<u8>, NirError>;
}
