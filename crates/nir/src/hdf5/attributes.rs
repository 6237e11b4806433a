//! Attributes of groups: one number or one text each.

use hdf5_pure::AttrValue;

use crate::array::{Array, Numbers};
use crate::value::Value;

/// The value of an attribute, or `None` if it is of a kind that NIR does not use.
pub(super) fn read(value: &AttrValue) -> Option<Value> {
    if let Some(text) = value.as_str() {
        return Some(Value::text(text));
    }
    value.as_i64().map(Value::integer).or_else(|| Some(Value::Number(Array::scalar(value.as_f64()?))))
}

/// What is written for a value, or `None` if it is more than one number or text.
pub(super) fn written(value: &Value) -> Option<AttrValue> {
    match value {
        Value::Text(texts) => texts.single().cloned().map(AttrValue::VarLenString),
        Value::Number(array) => match (array.len(), array.numbers()) {
            (1, Numbers::I64(values)) => values.first().copied().map(AttrValue::I64),
            (1, _) => array.get(0).map(AttrValue::F64),
            _ => None,
        },
        Value::Flag(_) | Value::Table(_) => None,
    }
}
