//! "Did you mean": the known name nearest to a misspelt one.

/// A hint such as `` (did you mean `exc`?)``, or nothing if no known name is near.
pub(crate) fn hint<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    gennaker_network::nearest(name, known)
        .map_or_else(String::new, |best| format!(" (did you mean `{best}`?)"))
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
