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

/// The key under which a tree holds an attribute of its group. Members have no such keys: their names are without `/`.
pub(crate) fn attribute(name: &str) -> String {
    format!("/{name}")
}

/// What of a file is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Parts {
    /// Groups and datasets.
    Members,
    /// Those, and attributes of groups that are one number or one text.
    MembersAndAttributes,
}

/// A container format.
pub(crate) trait Container {
    /// All that is wanted of a file, within the limits.
    fn load(&self, bytes: Vec<u8>, limits: &Limits, parts: Parts) -> Result<Tree, NirError>;
    /// The bytes of a file that holds this tree.
    fn save(&self, tree: &Tree) -> Result<Vec<u8>, NirError>;
}
