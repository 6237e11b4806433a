//! Every assumption of the account.

use gennaker::AccountOptions;
use gennaker::energy::Coefficients;
use gennaker::machine::facts;

use super::markdown::{code, page as whole, prose, section, table};
use super::source::{Types, snake_case};

const SOURCES: [&str; 2] =
    [include_str!("../../../energy/src/account/options.rs"), include_str!("../../../energy/src/levels.rs")];

/// The names of options in files and commands, a value that each takes, and the field that it sets.
const OPTIONS: [(&str, &str, &str); 6] = [
    ("level", "auto:60", "level"),
    ("level_of.POPULATION", "low", "population_levels"),
    ("tick", "2.5ms", "tick_ns"),
    ("unused_pes", "off", "unused_pes"),
    ("powered", "machine", "powered"),
    ("quad_permits", "2", "quad_permits"),
];

/// Policies as they are written, and the variant that each is.
const POLICIES: [(&str, &str, &str); 5] = [
    ("low", "low", "Low"),
    ("high", "high", "High"),
    ("auto[:PACKETS]", "auto:30", "Auto"),
    ("predictive[:MARGIN]", "predictive:0.1", "Predictive"),
    ("pl0 to pl3", "pl2", "Fixed"),
];

pub(super) fn page() -> String {
    let types = Types::read(&SOURCES);
    let mut body = table(&["option", "example", "meaning"], &options(&types)) + "\n";
    body += &section(2, "Clock policies", &table(&["`level`", "meaning"], &policies(&types)));
    for (name, title) in [("UnusedPes", "`unused_pes`"), ("PoweredParts", "`powered`")] {
        let values: Vec<_> =
            types.of(name).iter().map(|v| vec![code(&snake_case(&v.name)), prose(&v.doc)]).collect();
        body += &section(2, title, &table(&["value", "meaning"], &values));
    }
    let header = ["coefficient", "default", "confidence", "meaning", "source"];
    body += &section(2, "Coefficients", &table(&header, &coefficients()));
    let purpose = "Every assumption of an account: keys of a network file's `[account]` table, and names for `--set NAME=VALUE` \
        and `--sweep NAME=VALUES`.";
    whole("Assumptions of the account", purpose, &body)
}

fn options(types: &Types) -> Vec<Vec<String>> {
    let fields = types.of("AccountOptions");
    assert_eq!(fields.len(), OPTIONS.len() + 1, "an option that this page does not name");
    let row = |(name, example, field): &(&str, &str, &str)| {
        AccountOptions::default().set(name, example).unwrap_or_else(|error| panic!("{error}"));
        let item = fields.iter().find(|item| item.name == *field).expect("a field of the options");
        vec![code(name), code(example), prose(&item.doc)]
    };
    OPTIONS.iter().map(row).collect()
}

fn policies(types: &Types) -> Vec<Vec<String>> {
    let variants = types.of("LevelPolicy");
    assert_eq!(variants.len(), POLICIES.len(), "a policy that this page does not name");
    let row = |(name, example, variant): &(&str, &str, &str)| {
        AccountOptions::default().set("level", example).unwrap_or_else(|error| panic!("{error}"));
        let item = variants.iter().find(|item| item.name == *variant).expect("a policy");
        vec![code(name), prose(&item.doc)]
    };
    POLICIES.iter().map(row).collect()
}

fn coefficients() -> Vec<Vec<String>> {
    let facts = facts();
    let row = |key: &&str| {
        let fact = facts.iter().find(|fact| fact.key == *key).expect("every coefficient is a fact");
        let value = format!("{} {}", fact.value, fact.unit);
        let cells = [code(fact.key), prose(value.trim()), fact.confidence.to_string()];
        cells.into_iter().chain([prose(fact.meaning), prose(fact.source)]).collect::<Vec<_>>()
    };
    Coefficients::KEYS.iter().map(row).collect()
}
