//! Labels of samples.

use std::path::Path;

use crate::error::FormatError;
use crate::files::{self, MAX_ARRAY_FILE_BYTES};
use crate::npy;
use crate::npz;

/// Classes of samples, by name or in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels {
    /// Names of the samples; empty if the file has none, so that the order counts.
    pub names: Vec<String>,
    /// Class of each.
    pub classes: Vec<u32>,
}

/// Reads labels from a `.csv` file with the columns `sample` and `class` (or `label`), or with classes alone, one for each line; or from a
/// `.npy` or `.npz` file with one axis of classes (in an archive called `labels`, `label`, `class` or `y`, or alone).
///
/// # Errors
/// [`FormatError::Io`], [`FormatError::TooLarge`] or [`FormatError::Table`].
pub fn read_labels(path: &Path) -> Result<Labels, FormatError> {
    let bytes = files::read(path, MAX_ARRAY_FILE_BYTES)?;
    let extension = path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase());
    let found = match extension.as_deref() {
        Some("npy") => npy::read(&bytes).and_then(|array| in_order(&array)),
        Some("npz") => npz::parse(&bytes).and_then(|mut arrays| {
            let only = if arrays.len() == 1 { arrays.keys().next().cloned() } else { None };
            let named = ["labels", "label", "class", "classes", "y"].map(str::to_owned).into_iter();
            let found = named.chain(only).find_map(|name| arrays.remove(&name));
            in_order(&found.ok_or("holds no array called `labels`")?)
        }),
        Some("csv" | "tsv" | "txt") => from_text(&bytes),
        _ => Err("has an unknown type; labels are read from csv, npy and npz files".to_owned()),
    };
    found.map_err(|problem| FormatError::table(path, problem))
}

fn in_order(array: &npy::Array) -> Result<Labels, String> {
    if array.shape.len() != 1 {
        return Err(format!("has shape {:?}; labels have one axis", array.shape));
    }
    let class = |(row, &x): (usize, &f64)| {
        #[expect(clippy::cast_sign_loss, clippy::cast_possible_truncation, reason = "just checked")]
        if x.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&x) {
            Ok(x as u32)
        } else {
            Err(format!("has {x} as label {row}; a class is a whole number from 0 on"))
        }
    };
    let classes = array.to_f64().iter().enumerate().map(class).collect::<Result<_, _>>()?;
    Ok(Labels { names: Vec::new(), classes })
}

fn from_text(bytes: &[u8]) -> Result<Labels, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "is not UTF-8 text".to_owned())?;
    let mut labels = Labels { names: Vec::new(), classes: Vec::new() };
    let mut class_column = None;
    for (at, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let fields: Vec<&str> =
            line.split([',', ';', '\t']).map(|field| field.trim().trim_matches('"')).collect();
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let is_header = class_column.is_none() && fields.iter().any(|field| field.parse::<u32>().is_err());
        let is_class =
            |field: &&str| matches!(field.to_ascii_lowercase().as_str(), "class" | "label" | "target");
        if is_header && fields.iter().any(is_class) {
            class_column = fields.iter().position(is_class);
            continue;
        }
        let column = *class_column.get_or_insert(fields.len() - 1);
        let wrong = || format!("has no class in line {}: `{}`", at + 1, line.escape_debug());
        labels.classes.push(fields.get(column).and_then(|field| field.parse().ok()).ok_or_else(wrong)?);
        if fields.len() > 1 {
            labels.names.push(fields[usize::from(column == 0)].to_owned());
        }
    }
    if !labels.names.is_empty() && labels.names.len() != labels.classes.len() {
        return Err(format!("has names for {} of {} labels", labels.names.len(), labels.classes.len()));
    }
    Ok(labels)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Result<Labels, String> {
        from_text(text.as_bytes())
    }

    #[test]
    fn with_names_and_without() {
        let named = Labels { names: vec!["60001".to_owned(), "b".to_owned()], classes: vec![7, 2] };
        assert_eq!(text("sample,class\n60001,7\nb,2\n"), Ok(named.clone()));
        assert_eq!(text("60001;7\n\n# end\nb;2"), Ok(named.clone()));
        assert_eq!(text("label,sample\n7,60001\n2,b"), Ok(named));
        assert_eq!(text("class\n3\n1"), Ok(Labels { names: Vec::new(), classes: vec![3, 1] }));
        assert_eq!(text(""), Ok(Labels { names: Vec::new(), classes: Vec::new() }));
    }

    #[test]
    fn lines_without_a_class_are_named() {
        assert_eq!(text("sample,class\na,x").unwrap_err(), "has no class in line 2: `a,x`");
        assert_eq!(text("a,1\nb,-1").unwrap_err(), "has no class in line 2: `b,-1`");
        assert_eq!(text("a,1\n5").unwrap_err(), "has no class in line 2: `5`");
    }
}
