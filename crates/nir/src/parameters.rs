//! From the datasets of one node to its primitive. That all are there, and no others, has been looked at before.

use crate::array::Array;
use crate::container::{Item, Tree};
use crate::error::NirError;
use crate::primitive::{Conv, CubaLi, CubaLif, If, Li, Lif, Padding, Pool2d, Primitive};
use crate::read::misfit;
use crate::value::Value;

/// The datasets of one node.
pub(crate) struct Parameters<'a> {
    node: &'a str,
    members: Tree,
}

impl<'a> Parameters<'a> {
    pub(crate) fn new(node: &'a str, members: Tree) -> Self {
        Self { node, members }
    }

    pub(crate) fn primitive(mut self, kind: &str) -> Result<Primitive, NirError> {
        Ok(match kind {
            "Input" => Primitive::Input { shape: self.lengths("shape")? },
            "Output" => Primitive::Output { shape: self.lengths("shape")? },
            "Affine" => Primitive::Affine { weight: self.array("weight")?, bias: self.array("bias")? },
            "Linear" => Primitive::Linear { weight: self.array("weight")? },
            "Scale" => Primitive::Scale { scale: self.array("scale")? },
            "Conv1d" => Primitive::Conv1d(self.conv()?),
            "Conv2d" => Primitive::Conv2d(self.conv()?),
            "SumPool2d" => Primitive::SumPool2d(self.pool()?),
            "AvgPool2d" => Primitive::AvgPool2d(self.pool()?),
            "Flatten" => Primitive::Flatten {
                start_dim: self.integer("start_dim")?,
                end_dim: self.integer("end_dim")?,
                input_type: self.if_there("input_type", Self::lengths)?,
            },
            "Delay" => Primitive::Delay { delay: self.array("delay")? },
            "Threshold" => Primitive::Threshold { threshold: self.array("threshold")? },
            _ => self.neuron(kind)?,
        })
    }

    fn neuron(&mut self, kind: &str) -> Result<Primitive, NirError> {
        Ok(match kind {
            "I" => Primitive::I { r: self.array("r")? },
            "IF" => Primitive::IF(If {
                r: self.array("r")?,
                v_threshold: self.array("v_threshold")?,
                v_reset: self.if_there("v_reset", Self::array)?,
            }),
            "LI" => Primitive::LI(Li {
                tau: self.array("tau")?,
                r: self.array("r")?,
                v_leak: self.array("v_leak")?,
            }),
            "LIF" => Primitive::LIF(Lif {
                tau: self.array("tau")?,
                r: self.array("r")?,
                v_leak: self.array("v_leak")?,
                v_threshold: self.array("v_threshold")?,
                v_reset: self.if_there("v_reset", Self::array)?,
            }),
            "CubaLI" => Primitive::CubaLI(CubaLi {
                tau_syn: self.array("tau_syn")?,
                tau_mem: self.array("tau_mem")?,
                r: self.array("r")?,
                v_leak: self.array("v_leak")?,
                w_in: self.if_there("w_in", Self::array)?,
            }),
            _ => Primitive::CubaLIF(CubaLif {
                tau_syn: self.array("tau_syn")?,
                tau_mem: self.array("tau_mem")?,
                r: self.array("r")?,
                v_leak: self.array("v_leak")?,
                v_threshold: self.array("v_threshold")?,
                v_reset: self.if_there("v_reset", Self::array)?,
                w_in: self.if_there("w_in", Self::array)?,
            }),
        })
    }

    fn conv<const D: usize>(&mut self) -> Result<Conv<D>, NirError> {
        Ok(Conv {
            input_shape: self.if_there("input_shape", Self::per_axis)?,
            weight: self.array("weight")?,
            stride: self.per_axis("stride")?,
            padding: self.padding()?,
            dilation: self.per_axis("dilation")?,
            groups: self.per_axis::<1>("groups")?[0],
            bias: self.array("bias")?,
        })
    }

    fn padding<const D: usize>(&mut self) -> Result<Padding<D>, NirError> {
        let word = match self.members.get("padding") {
            Some(Item::Value(Value::Text(texts))) => texts.single().cloned(),
            _ => None,
        };
        match word.as_deref() {
            Some("same") => Ok(Padding::Same),
            Some("valid") => Ok(Padding::Valid),
            Some(other) => {
                Err(misfit(self.node, "padding", "`same`, `valid` or numbers", format!("the text {other:?}")))
            }
            None => Ok(Padding::Explicit(self.per_axis("padding")?)),
        }
    }

    fn pool(&mut self) -> Result<Pool2d, NirError> {
        Ok(Pool2d {
            kernel_size: self.per_axis("kernel_size")?,
            stride: self.per_axis("stride")?,
            padding: self.per_axis("padding")?,
        })
    }

    fn if_there<T>(
        &mut self,
        field: &str,
        take: fn(&mut Self, &str) -> Result<T, NirError>,
    ) -> Result<Option<T>, NirError> {
        if self.members.contains_key(field) { take(self, field).map(Some) } else { Ok(None) }
    }

    fn array(&mut self, field: &str) -> Result<Array, NirError> {
        match self.members.remove(field) {
            Some(Item::Value(Value::Number(array))) => Ok(array),
            other => {
                let found = other.map_or_else(|| "nothing".to_owned(), |item| item.describe());
                Err(misfit(self.node, field, "numbers", found))
            }
        }
    }

    fn integers(&mut self, field: &str) -> Result<Vec<i64>, NirError> {
        let array = self.array(field)?;
        array.to_integers().ok_or_else(|| misfit(self.node, field, "whole numbers", "fractions".to_owned()))
    }

    fn integer(&mut self, field: &str) -> Result<i64, NirError> {
        match self.integers(field)?.as_slice() {
            [one] => Ok(*one),
            other => Err(misfit(self.node, field, "one whole number", format!("{} numbers", other.len()))),
        }
    }

    /// A list of lengths; a scalar is a list of one.
    fn lengths(&mut self, field: &str) -> Result<Vec<usize>, NirError> {
        let values = self.integers(field)?;
        let lengths: Option<Vec<usize>> = values.iter().map(|&n| usize::try_from(n).ok()).collect();
        lengths.ok_or_else(|| misfit(self.node, field, "lengths of 0 or more", format!("{values:?}")))
    }

    /// One length for each axis; a single one serves all.
    fn per_axis<const D: usize>(&mut self, field: &str) -> Result<[usize; D], NirError> {
        let lengths = self.lengths(field)?;
        match lengths.as_slice() {
            [one] => Ok([*one; D]),
            other => other.try_into().map_err(|_| {
                misfit(
                    self.node,
                    field,
                    "one length, or one for each axis",
                    format!("{} lengths", other.len()),
                )
            }),
        }
    }
}
