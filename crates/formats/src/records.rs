//! NumPy arrays of records (structured arrays), as libraries for event cameras keep events: columns by name.

use crate::npy::{Header, split_header};

/// A column of numbers by name.
pub(crate) type Column = (String, Vec<f64>);

/// Reads the bytes of an `.npy` file that holds records; `None` if it holds something else.
pub(crate) fn read(bytes: &[u8]) -> Option<Result<Vec<Column>, String>> {
    let (header, body) = split_header(bytes).ok()?;
    let fields = header.split_once("'descr':")?.1.trim_start().strip_prefix('[')?;
    Some(columns(header, fields, body))
}

fn columns(header: &str, fields: &str, body: &[u8]) -> Result<Vec<Column>, String> {
    let unknown = || format!("has a header that is not understood: {}", header.trim_end().escape_debug());
    let (fields, rest) = fields.split_once(']').ok_or_else(unknown)?;
    let shape = rest.split_once("'shape':").and_then(|(_, rest)| rest.trim_start().strip_prefix('('));
    let shape = shape.and_then(|rest| rest.split_once(')')).ok_or_else(unknown)?.0;
    let n: usize =
        shape.trim().trim_end_matches(',').parse().map_err(|_| {
            format!("has records of shape ({}); give one axis of events", shape.escape_debug())
        })?;
    let mut columns = Vec::new();
    for field in fields.split('(').skip(1) {
        // ('x', '<i8'), and nothing nested.
        let parts: Vec<&str> = field.split('\'').collect();
        let [_, name, _, code, end] = parts[..] else { return Err(unknown()) };
        if !end.starts_with(')') {
            return Err(format!(
                "has a field `{}` that is an array; give plain numbers",
                name.escape_debug()
            ));
        }
        columns.push((name.to_owned(), Header::of_type(if code == "?" { "|b1" } else { code })));
    }
    let widths = columns.iter().map(|(_, header)| header.width()).collect::<Result<Vec<_>, _>>()?;
    let width: usize = widths.iter().sum();
    if n.checked_mul(width) != Some(body.len()) || width == 0 {
        return Err(format!(
            "announces {n} records of {width} B but holds {} B of them; it is truncated or damaged",
            body.len()
        ));
    }
    let mut offset = 0;
    let mut out = Vec::with_capacity(columns.len());
    for ((name, header), own) in columns.into_iter().zip(widths) {
        let column: Vec<u8> =
            body.chunks_exact(width).flat_map(|record| &record[offset..offset + own]).copied().collect();
        out.push((name, header.elements(n, &column).to_f64()));
        offset += own;
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(descr: &str, shape: &str, body: &[u8]) -> Vec<u8> {
        let header = format!("{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}\n");
        [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), body].concat()
    }

    #[test]
    fn columns_come_apart() {
        let body = [&7i64.to_le_bytes()[..], &[1], &(-2i64).to_le_bytes(), &[0]].concat();
        let columns =
            read(&file("[('t', '<i8'), ('p', '?')]", "(2,)", &body)).expect("records").expect("sound");
        assert_eq!(columns, [("t".to_owned(), vec![7.0, -2.0]), ("p".to_owned(), vec![1.0, 0.0])]);
        assert!(read(&file("'<i8'", "(1,)", &7i64.to_le_bytes())).is_none(), "no records");
    }

    #[test]
    fn what_is_not_understood_is_an_error() {
        for (descr, shape, length) in [
            ("[('t', '<i8')]", "(2,)", 15),
            ("[('t', '<i8', (2,))]", "(1,)", 16),
            ("[('t', [('a', '<i8')])]", "(1,)", 8),
            ("[('t', '>i8')]", "(1,)", 8),
            ("[('t', '<i8')]", "(1, 1)", 8),
            ("[]", "(0,)", 0),
        ] {
            read(&file(descr, shape, &vec![0; length])).expect("records").expect_err(descr);
        }
    }
}
