//! Numbers and names as people read them.

/// A whole number with its thousands apart: `12,500`.
#[must_use]
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number with about three significant digits: `1,250`, `12.5`, `0.0125`.
#[must_use]
pub fn short(x: f64) -> String {
    let size = x.abs();
    if !x.is_finite() {
        return x.to_string();
    }
    #[expect(clippy::cast_sign_loss, reason = "not negative")]
    match size {
        0.0 => "0".to_owned(),
        100.0..1e15 => format!("{}{}", if x < 0.0 { "-" } else { "" }, grouped(size.round() as u64)),
        10.0..100.0 => trimmed(x, 1),
        1.0..10.0 => trimmed(x, 2),
        0.001..1.0 => trimmed(x, 4),
        _ => format!("{x:.1e}"),
    }
}

/// A number with at most `decimals` digits after the point and no zeros at its end.
pub(crate) fn trimmed(x: f64, decimals: usize) -> String {
    let text = format!("{x:.decimals$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// A quantity with about three significant digits and the prefix that suits it: `("12.5", "mJ")`.
#[must_use]
pub fn engineering(x: f64, unit: &str) -> (String, String) {
    const PREFIXES: [(f64, &str); 8] =
        [(1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n"), (1e-12, "p")];
    // What rounds up to a thousand belongs to the next prefix.
    match PREFIXES.iter().find(|(scale, _)| x.abs() >= 0.9995 * scale) {
        Some((scale, prefix)) => (short(x / scale), format!("{prefix}{unit}")),
        None => (short(x), unit.to_owned()),
    }
}

/// A name of at most `max` letters, cut with an ellipsis; letters that would spoil a line are left out.
pub(crate) fn clipped(name: &str, max: usize) -> String {
    let clean = |c: &char| !c.is_control() && !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let mut letters: Vec<char> = name.chars().filter(clean).take(max + 1).collect();
    if letters.len() > max {
        letters.truncate(max - 1);
        letters.push('…');
    }
    letters.into_iter().collect()
}

/// A count with its noun: `1 spike`, `2,000 spikes`.
#[must_use]
pub fn counted(n: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(n), if n == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_get_their_prefix() {
        let text = |x| {
            let (value, unit) = engineering(x, "J");
            format!("{value} {unit}")
        };
        let cases = [
            (0.0, "0 J"),
            (0.0125, "12.5 mJ"),
            (0.99999, "1 J"),
            (-2.5e3, "-2.5 kJ"),
            (3e-12, "3 pJ"),
            (4.5e-8, "45 nJ"),
            (1e-13, "1.0e-13 J"),
        ];
        for (x, expected) in cases {
            assert_eq!(text(x), expected);
        }
    }

    #[test]
    fn numbers_read_well() {
        assert_eq!(
            [0, 999, 1000, 12_500, 1_000_000].map(grouped),
            ["0", "999", "1,000", "12,500", "1,000,000"]
        );
        let cases = [
            (0.0, "0"),
            (12.53, "12.5"),
            (-4.0, "-4"),
            (0.012_51, "0.0125"),
            (1234.6, "1,235"),
            (1e-9, "1.0e-9"),
        ];
        for (x, text) in cases {
            assert_eq!(short(x), text);
        }
        assert_eq!(trimmed(-0.001, 1), "0");
    }

    #[test]
    fn names_are_cut_and_cleaned() {
        assert_eq!(clipped("excitatory", 20), "excitatory");
        assert_eq!(clipped("excitatory", 6), "excit…");
        assert_eq!(clipped("a\nb\u{202e}c", 9), "abc");
    }
}
