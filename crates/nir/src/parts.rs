//! Primitives as names and values: how they cross to languages that know no Rust types.

use std::collections::BTreeMap;

use crate::array::Array;
use crate::container::Item;
use crate::error::NirError;
use crate::fields::Field;
use crate::parameters::Parameters;
use crate::primitive::Primitive;
use crate::read::check_fields;
use crate::value::Value;

impl Primitive {
    /// The primitive of a type with these parameters, as a file would have them. `node` is for messages. A nested graph has no
    /// parameters: it is [`Primitive::NIRGraph`].
    ///
    /// # Errors
    /// For an unknown type, and parameters that are missing, surplus or of the wrong kind, as reading a file.
    ///
    /// ```
    /// use gennaker_nir::{Array, Primitive, Value};
    /// let parts = [("scale".to_owned(), Value::Number(Array::scalar(2.0)))].into();
    /// let scale = Primitive::from_parts("gain", "Scale", parts)?;
    /// assert_eq!(scale, Primitive::Scale { scale: Array::scalar(2.0) });
    /// assert_eq!(scale.to_parts()["scale"], Value::Number(Array::scalar(2.0)));
    /// assert!(Primitive::from_parts("gain", "Scale", Default::default()).is_err());
    /// # Ok::<(), gennaker_nir::NirError>(())
    /// ```
    pub fn from_parts(node: &str, kind: &str, parts: BTreeMap<String, Value>) -> Result<Self, NirError> {
        let item = |value| match value {
            Value::Table(_) => Item::Unreadable("a group".to_owned()),
            value => Item::Value(value),
        };
        let members = parts.into_iter().map(|(name, value)| (name, item(value))).collect();
        check_fields(node, kind, &members)?;
        Parameters::new(node, members).primitive(kind)
    }

    /// The parameters by name, as a file has them; none of a nested graph.
    pub fn to_parts(&self) -> BTreeMap<String, Value> {
        let value = |field: Field<'_>| match field {
            Field::Array(array) => Value::Number(array.clone()),
            Field::Integers(values) => Value::Number(Array::integers(values)),
            Field::Integer(value) => Value::integer(value),
            Field::Text(word) => Value::text(word),
        };
        self.fields().into_iter().map(|(name, field)| (name.to_owned(), value(field))).collect()
    }
}
