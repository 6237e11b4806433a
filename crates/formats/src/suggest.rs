//! "Did you mean": the known name nearest to a misspelt one.

/// Longer names, in bytes, are not compared: the work grows with the product of the lengths.
const LONGEST: usize = 100;

/// A hint such as `` (did you mean `exc`?)``, or nothing if no known name is near.
pub(crate) fn hint<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let is_short = |text: &str| text.len() <= LONGEST;
    let best = known.filter(|k| is_short(name) && is_short(k)).map(|k| (distance(name, k), k)).min();
    match best {
        Some((distance, best)) if distance <= 1 + name.chars().count() / 3 => {
            format!(" (did you mean `{best}`?)")
        }
        _ => String::new(),
    }
}

/// Letters to insert, delete or replace, ignoring case.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.to_lowercase().chars().collect();
    let mut costs: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.to_lowercase().chars().enumerate() {
        let mut corner = std::mem::replace(&mut costs[0], i + 1);
        for (j, &other) in b.iter().enumerate() {
            let replaced = corner + usize::from(letter != other);
            corner = costs[j + 1];
            costs[j + 1] = replaced.min(costs[j] + 1).min(corner + 1);
        }
    }
    costs[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_near_names_are_suggested() {
        let known = ["exc", "inh", "stimulus"];
        assert_eq!(hint("exx", known.into_iter()), " (did you mean `exc`?)");
        assert_eq!(hint("Stimulsu", known.into_iter()), " (did you mean `stimulus`?)");
        assert_eq!(hint("retina", known.into_iter()), "");
        assert_eq!(hint("retina", [].into_iter()), "");
    }
}
