//! Shaped values: what a parameter, an attribute or a list of names is in a file.

/// Values with a shape, in C order (the last axis runs fastest). A shape without axes is a scalar: one value.
#[derive(Clone, Debug, PartialEq)]
pub struct Shaped<T> {
    /// Length of every axis.
    pub shape: Vec<usize>,
    /// As many values as the shape's product says.
    pub values: Vec<T>,
}

impl<T> Shaped<T> {
    /// A value without axes.
    pub fn scalar(value: T) -> Self {
        Self { shape: Vec::new(), values: vec![value] }
    }

    /// Values along one axis.
    pub fn vector(values: Vec<T>) -> Self {
        Self { shape: vec![values.len()], values }
    }

    /// The only value, if there is exactly one, whatever the number of axes.
    pub fn single(&self) -> Option<&T> {
        match self.values.as_slice() {
            [value] => Some(value),
            _ => None,
        }
    }
}

/// Numbers in the precision in which a file holds them. Narrower types of a file (16-bit floats, integers of 8 to 32 bits)
/// are widened to the next of these three, which loses nothing.
#[derive(Clone, Debug, PartialEq)]
pub enum Numbers {
    /// Single precision.
    F32(Vec<f32>),
    /// Double precision.
    F64(Vec<f64>),
    /// Integers.
    I64(Vec<i64>),
}

/// An array of numbers: every parameter of a node is one.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    shape: Vec<usize>,
    numbers: Numbers,
}

impl Array {
    /// An array of this shape, or `None` if the shape's product is not the number of values.
    pub fn new(shape: Vec<usize>, numbers: Numbers) -> Option<Self> {
        (element_count(&shape) == Some(numbers.len())).then_some(Self { shape, numbers })
    }

    /// A double-precision number without axes.
    pub fn scalar(value: f64) -> Self {
        Self { shape: Vec::new(), numbers: Numbers::F64(vec![value]) }
    }

    /// Double-precision numbers along one axis.
    pub fn vector(values: Vec<f64>) -> Self {
        Self { shape: vec![values.len()], numbers: Numbers::F64(values) }
    }

    /// Integers along one axis.
    pub fn integers(values: Vec<i64>) -> Self {
        Self { shape: vec![values.len()], numbers: Numbers::I64(values) }
    }

    /// Length of every axis; empty for a scalar.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Number of values.
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether there are no values.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The values, in the precision of the file.
    pub fn numbers(&self) -> &Numbers {
        &self.numbers
    }

    /// The value at `index` in C order as double precision, or `None` beyond the end. Integers above 2^53 are rounded.
    pub fn get(&self, index: usize) -> Option<f64> {
        match &self.numbers {
            Numbers::F32(v) => v.get(index).map(|&x| f64::from(x)),
            Numbers::F64(v) => v.get(index).copied(),
            Numbers::I64(v) => v.get(index).map(|&x| x as f64),
        }
    }

    /// All values in C order as double precision. Integers above 2^53 are rounded.
    pub fn iter(&self) -> impl Iterator<Item = f64> + '_ {
        (0..self.len()).filter_map(|index| self.get(index))
    }

    /// The values as integers, or `None` if one of them is not whole or beyond 2^53.
    pub fn to_integers(&self) -> Option<Vec<i64>> {
        const EXACT: f64 = 9_007_199_254_740_992.0;
        match &self.numbers {
            Numbers::I64(v) => Some(v.clone()),
            _ => self.iter().map(|x| (x.fract() == 0.0 && x.abs() <= EXACT).then_some(x as i64)).collect(),
        }
    }

    /// Index of the first value that is NaN or infinite.
    pub fn first_not_finite(&self) -> Option<usize> {
        match &self.numbers {
            Numbers::F32(v) => v.iter().position(|x| !x.is_finite()),
            Numbers::F64(v) => v.iter().position(|x| !x.is_finite()),
            Numbers::I64(_) => None,
        }
    }

    /// Whether the array serves a signal of this shape: it has that shape, or it is one value for all of it.
    pub fn serves(&self, shape: &[usize]) -> bool {
        self.len() == 1 || self.shape == shape
    }
}

impl Numbers {
    /// Number of values.
    pub fn len(&self) -> usize {
        match self {
            Self::F32(v) => v.len(),
            Self::F64(v) => v.len(),
            Self::I64(v) => v.len(),
        }
    }

    /// Whether there are no values.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Product of the axes, or `None` if it does not fit.
pub(crate) fn element_count(shape: &[usize]) -> Option<usize> {
    if shape.contains(&0) {
        return Some(0);
    }
    shape.iter().try_fold(1_usize, |product, &axis| product.checked_mul(axis))
}
