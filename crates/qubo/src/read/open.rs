//! Files of any kind: what they say about themselves, and what has to be said.

use std::path::Path;

use super::text::{Text, Word};
use super::{
    Limits, ReadError, bqp, bqp_collection, cnf, col, dwave, edge_list, file, ising, numbers, tsplib,
};
use crate::{AnyProblem, Coloring, Graph, IndependentSet, Kind, MaxCut, Qubo, Sense, Tour};

/// What is said of a file besides what it says itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// What it asks for; none: what its name and content say, if they say it.
    pub kind: Option<Kind>,
    /// How many colours a colouring may use; of nothing else.
    pub n_colours: Option<usize>,
    /// Which way a matrix is meant, of those that [`bqp`] reads; none: to be minimised. OR-Library means its own to be maximised.
    pub sense: Option<Sense>,
    /// Which problem of a collection, from 1; needed if there are several.
    pub which: Option<usize>,
}

/// A problem from a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The problem.
    pub problem: AnyProblem,
    /// Whether its kind was guessed from the file.
    pub is_guessed: bool,
    /// From which number on the file counts its vertices, variables or cities: 0 or 1.
    pub first_index: usize,
}

/// Reads a problem of any kind.
///
/// Where `choice` does not say what it asks for, these do: the endings `.cnf`, `.tsp`, `.atsp`, `.qubo` and `.col`; a first line `p cnf` or
/// `p qubo`; keywords of TSPLIB; a matrix's entries on its diagonal, which no graph has. Then `n m` and lines of three numbers are a
/// graph to be cut, and a list of numbers that is nothing else is to be partitioned. All else is refused rather than guessed.
///
/// # Errors
/// Files that could be several things; files that are not what they are said to be, with line and column; whatever [`Choice`] says
/// that does not fit the kind.
pub fn open(path: &Path, choice: &Choice, limits: &Limits) -> Result<Opened, ReadError> {
    let ending = path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    parse(&file(path, limits)?, &ending, choice, limits)
}

/// The same for the bytes of a file whose name has this ending, without its point; it may be empty.
///
/// # Errors
/// As [`open`].
pub fn parse(bytes: &[u8], ending: &str, choice: &Choice, limits: &Limits) -> Result<Opened, ReadError> {
    let guessed = choice.n_colours.filter(|_| choice.kind.is_none()).map(|_| Kind::Coloring);
    let kind = match choice.kind.or(guessed) {
        Some(kind) => kind,
        None => of_ending(ending).map_or_else(|| guess(bytes), Ok)?,
    };
    check(kind, choice, bytes)?;
    let problem = match kind {
        Kind::MaxCut => AnyProblem::MaxCut(MaxCut { graph: graph(bytes, limits)? }),
        Kind::IndependentSet => AnyProblem::IndependentSet(IndependentSet::new(graph(bytes, limits)?)),
        Kind::Coloring => {
            let n_colours = choice.n_colours.ok_or(ReadError::Choice {
                option: "colors",
                problem: "a colouring needs the number of colours that it may use".to_owned(),
            })?;
            AnyProblem::Coloring(Coloring::new(graph(bytes, limits)?, n_colours))
        }
        Kind::Qubo => AnyProblem::Qubo(matrix(bytes, choice, limits)?),
        Kind::Ising => AnyProblem::Ising(ising(bytes, limits)?),
        Kind::Partition => AnyProblem::Partition(numbers(bytes, limits)?),
        Kind::Tour => AnyProblem::Tour(Tour::new(tsplib(bytes, limits)?)),
        Kind::MaxSat => AnyProblem::MaxSat(cnf(bytes, limits)?),
    };
    let first_index = usize::from(!(kind == Kind::Qubo && has_header(bytes)));
    Ok(Opened { problem, is_guessed: choice.kind.is_none(), first_index })
}

fn of_ending(ending: &str) -> Option<Kind> {
    match ending {
        "cnf" => Some(Kind::MaxSat),
        "tsp" | "atsp" => Some(Kind::Tour),
        "qubo" => Some(Kind::Qubo),
        "col" => Some(Kind::Coloring),
        _ => None,
    }
}

/// Refuses what has no meaning for this kind.
fn check(kind: Kind, choice: &Choice, bytes: &[u8]) -> Result<(), ReadError> {
    let refuse = |option, problem: String| Err(ReadError::Choice { option, problem });
    let is_plain_matrix = kind == Kind::Qubo && !has_header(bytes);
    if choice.n_colours.is_some() && kind != Kind::Coloring {
        return refuse("colors", format!("a problem of the kind {kind} has no colours; leave it out"));
    }
    if choice.sense.is_some() && !is_plain_matrix {
        let problem =
            "only matrices that do not say themselves which way they are meant have one; leave it out";
        return refuse("sense", problem.to_owned());
    }
    if choice.which.is_some() && !(is_plain_matrix && is_collection(bytes)) {
        return refuse("instance", "the file holds one problem; leave it out".to_owned());
    }
    Ok(())
}

/// A graph of either format.
fn graph(bytes: &[u8], limits: &Limits) -> Result<Graph, ReadError> {
    if has_header(bytes) { col(bytes, limits) } else { edge_list(bytes, limits) }
}

/// A matrix of any format.
fn matrix(bytes: &[u8], choice: &Choice, limits: &Limits) -> Result<Qubo, ReadError> {
    let sense = choice.sense.unwrap_or_default();
    if has_header(bytes) {
        return dwave(bytes, limits);
    }
    if !is_collection(bytes) {
        return bqp(bytes, sense, limits);
    }
    let mut all = bqp_collection(bytes, sense, limits)?;
    let which = if all.len() == 1 { 1 } else { choice.which.unwrap_or(0) };
    if !(1..=all.len()).contains(&which) {
        let problem = format!("the file holds {} problems; say which, from 1 on", all.len());
        return Err(ReadError::Choice { option: "instance", problem });
    }
    Ok(all.swap_remove(which - 1))
}

/// Whether the first line that is no comment begins with `p`, as those of DIMACS and D-Wave do.
fn has_header(bytes: &[u8]) -> bool {
    Text::new(bytes).next_record().is_some_and(|line| line.words().next().is_some_and(|w| w.text() == "p"))
}

/// Whether the file begins with one number and goes on with the header of a matrix.
fn is_collection(bytes: &[u8]) -> bool {
    let mut text = Text::new(bytes);
    let mut count = || text.next().map(|line| line.words().count());
    (count(), count()) == (Some(1), Some(2))
}

/// What the content says.
fn guess(bytes: &[u8]) -> Result<Kind, ReadError> {
    let Some(line) = Text::new(bytes).next_record() else {
        return Err(Text::new(bytes).ended("a problem"));
    };
    let words: Vec<Word<'_>> = line.words().collect();
    match (words[0].text(), words.get(1).map_or("", |w| w.text())) {
        ("p", "cnf") => Ok(Kind::MaxSat),
        ("p", "qubo") => Ok(Kind::Qubo),
        ("p", "edge" | "edges" | "col") => Err(ambiguous("a graph", &GRAPHS)),
        _ if words.iter().all(|w| is_number(*w)) => guess_numbers(bytes, words.len()),
        (first, _) if is_keyword(first) => Ok(Kind::Tour),
        _ => Err(ReadError::Unknown { line: line.number, found: line.whole().shown() }),
    }
}

const GRAPHS: [Kind; 3] = [Kind::MaxCut, Kind::IndependentSet, Kind::Coloring];

fn ambiguous(content: &'static str, kinds: &[Kind]) -> ReadError {
    let list = kinds.iter().map(|kind| format!("`{kind}`")).collect::<Vec<_>>().join(", ");
    ReadError::Ambiguous { content, kinds: list }
}

/// A whole number, or several with commas.
fn is_number(word: Word<'_>) -> bool {
    word.split(b',').all(|part| part.integer("").is_ok())
}

/// Whether the file may begin so, if it is TSPLIB's.
fn is_keyword(word: &str) -> bool {
    let known = ["NAME", "TYPE", "COMMENT", "DIMENSION", "EDGE_WEIGHT_TYPE", "EDGE_WEIGHT_FORMAT"];
    known.contains(&word.trim_end_matches(':')) || known.iter().any(|k| word.starts_with(&format!("{k}:")))
}

/// A file that begins with a line of `n_first` numbers.
fn guess_numbers(bytes: &[u8], n_first: usize) -> Result<Kind, ReadError> {
    let rest = || {
        let mut text = Text::new(bytes);
        text.next();
        text
    };
    let has_comma = |word: Word<'_>| word.split(b',').nth(1).is_some();
    if n_first > 2 || Text::new(bytes).flat_map(|line| line.words()).any(has_comma) {
        return Ok(Kind::Partition);
    }
    if n_first == 1 {
        return Ok(if is_collection(bytes) { Kind::Qubo } else { Kind::Partition });
    }
    // Two numbers, which may be those of vertices and edges, or variables and entries.
    let on_diagonal = |mut words: super::text::Words<'_>| {
        let (i, j, more) = (words.next(), words.next(), words.next());
        more.is_some() && i.zip(j).is_some_and(|(i, j)| i.text() == j.text())
    };
    if rest().any(|line| on_diagonal(line.words())) {
        Ok(Kind::Qubo)
    } else if rest().any(|line| line.words().count() > 2) {
        Ok(Kind::MaxCut)
    } else {
        let [cut, set, colours] = GRAPHS;
        Err(ambiguous("a graph without weights, or a list of numbers", &[cut, set, colours, Kind::Partition]))
    }
}
