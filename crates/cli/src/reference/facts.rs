//! Every hardware number with its source.

use gennaker::machine::{FactRow, facts};

use super::markdown::{code, page as whole, prose, section, table};

pub(super) fn page() -> String {
    let facts = facts();
    let mut generations: Vec<_> = facts.iter().map(|fact| fact.generation).collect();
    generations.dedup();
    let mut body = "| confidence | means |\n| --- | --- |\n\
        | published | read in a primary source: paper, data sheet, or the source of the hardware's own tools |\n\
        | secondary | reported by a text that cites the primary source |\n\
        | derived | calculated from published numbers |\n\
        | assumed | not published; a choice that can be replaced |\n\n\
        Names that begin with `chip.` are keys of a [machine file](machine-file.md); `cost.` and `energy.` are \
        coefficients of the [account](account.md).\n\n"
        .to_owned();
    for generation in generations {
        let rows: Vec<_> = facts.iter().filter(|fact| fact.generation == generation).map(row).collect();
        let list = table(&["name", "value", "confidence", "meaning", "source"], &rows);
        body += &section(2, generation.name(), &list);
    }
    let purpose = "Every number about the hardware that gennaker uses, where it comes from, and how far it can be trusted. \
        `gennaker machine --facts` shows the same in a terminal.";
    whole("Hardware numbers", purpose, &body)
}

fn row(fact: &FactRow) -> Vec<String> {
    let value = [fact.value.as_str(), fact.unit].join(" ");
    let cells = [code(fact.key), prose(value.trim()), fact.confidence.to_string(), prose(fact.meaning)];
    cells.into_iter().chain([prose(fact.source)]).collect()
}
