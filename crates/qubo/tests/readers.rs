//! What each format says, what is refused and how, and that nothing that is damaged brings a reader down.

use gennaker_qubo::read::{self, Choice, Limits, Opened, ReadError};
use gennaker_qubo::{AnySolution, Fraction, Graph, Kind, Problem, Sense};
use proptest::prelude::*;

const EDGES: &str = "3 2\n1 2 -5\n3  2\n";
const MATRIX: &str = "3 3\n1 1 -7\n1 2 3\n3 3 2\n";
const DWAVE: &str = "c a comment\np qubo 0 3 2 1\n0 0 -1.5\n2 2 2e1\n\n0 2 0.25\n";
const FORMULA: &str = "c by hand\np cnf 3 2\n1 -2\n3 0 -1 0\n%\n0\n";
const COLOURS: &str = "c by hand\np edge 3 2\nn 1 4\ne 1 2\ne 2 1\ne 3 2\n";
const NUMBERS: &str = "4 5,6\n 7\n";
const ROWS: &str = "NAME: a\nTYPE: TSP\nCOMMENT : b: c\nDIMENSION: 3\nEDGE_WEIGHT_TYPE: EXPLICIT\n\
    EDGE_WEIGHT_FORMAT: LOWER_DIAG_ROW \nEDGE_WEIGHT_SECTION\n0 5 0\n6 7 0\nEOF\n";
const POINTS: &str =
    "TYPE : TSP\nDIMENSION : 3\nEDGE_WEIGHT_TYPE : EUC_2D\nNODE_COORD_SECTION\n1 0 0\n3 3.0 4\n2 1e0 1\nEOF";

fn limits() -> Limits {
    Limits::default()
}

fn edge_list(text: &str) -> Result<Graph, ReadError> {
    read::edge_list(text.as_bytes(), &limits())
}

/// What every reader says of these bytes: nothing, or an error.
fn outcomes(bytes: &[u8], limits: &Limits) -> Vec<Result<(), ReadError>> {
    vec![
        read::edge_list(bytes, limits).map(drop),
        read::col(bytes, limits).map(drop),
        read::bqp(bytes, Sense::Minimise, limits).map(drop),
        read::bqp(bytes, Sense::Maximise, limits).map(drop),
        read::bqp_collection(bytes, Sense::Maximise, limits).map(drop),
        read::dwave(bytes, limits).map(drop),
        read::dwave_real(bytes, limits).map(drop),
        read::cnf(bytes, limits).map(drop),
        read::numbers(bytes, limits).map(drop),
        read::tsplib(bytes, limits).map(drop),
        read::ising(bytes, limits).map(drop),
        read::parse(bytes, "", &Choice::default(), limits).map(drop),
        read::parse(bytes, "col", &Choice { n_colours: Some(3), ..Choice::default() }, limits).map(drop),
    ]
}

#[test]
fn edges_and_colours() {
    let graph = edge_list(EDGES).unwrap();
    assert_eq!(graph.edges().collect::<Vec<_>>(), [(0, 1, -5), (1, 2, 1)]);
    assert_eq!(edge_list(&format!("\u{feff}{EDGES}")).unwrap(), graph, "a mark before the text");
    assert_eq!(edge_list(&EDGES.replace('\n', "\r\n")).unwrap(), graph);
    let graph = read::col(COLOURS.as_bytes(), &limits()).unwrap();
    assert_eq!(graph.edges().collect::<Vec<_>>(), [(0, 1, 1), (1, 2, 1)]);
}

#[test]
fn matrices_of_both_conventions_and_senses() {
    let small = read::bqp(MATRIX.as_bytes(), Sense::Minimise, &limits()).unwrap();
    assert_eq!((small.linear(), small.pairs().collect::<Vec<_>>()), (&[-7, 0, 2][..], vec![(0, 1, 6)]));
    let large = read::bqp(MATRIX.as_bytes(), Sense::Maximise, &limits()).unwrap();
    assert_eq!(large.objective(&vec![1, 1, 1]).unwrap(), Fraction::from(1));
    assert_eq!(large.energy(&[1, 1, 1]).unwrap(), -1);
    let bundle =
        read::bqp_collection(format!("2\n{MATRIX}{MATRIX}").as_bytes(), Sense::Maximise, &limits()).unwrap();
    assert_eq!(bundle, [large.clone(), large]);
    let decimal = read::dwave(DWAVE.as_bytes(), &limits()).unwrap();
    assert_eq!((decimal.linear(), decimal.scale()), (&[-6, 0, 80][..], 4));
    assert_eq!(decimal.objective(&vec![1, 0, 1]).unwrap(), Fraction::new(75, 4));
    let real = read::dwave_real(DWAVE.as_bytes(), &limits()).unwrap();
    assert_eq!(real.energy(&[1, -1, 1]).unwrap(), 18.75);
}

#[test]
fn decimals_are_exact_or_refused() {
    let value = |text: &str| read::dwave(format!("p qubo 0 1 1 0\n0 0 {text}").as_bytes(), &limits());
    let is = |text: &str, top, bottom| {
        assert_eq!(value(text).unwrap().objective(&vec![1]).unwrap(), Fraction::new(top, bottom), "{text}");
    };
    let problem = value("1e300").unwrap_err().to_string();
    assert!(problem.starts_with("line 2, column 5: `1e300` where a value of 64 bits"), "{problem}");
    is("0.1", 1, 10);
    is("-.5", -1, 2);
    is("-0.5", -1, 2);
    is("+2.", 2, 1);
    is("12.50e-1", 5, 4);
    is("3E2", 300, 1);
    is("10e-1", 1, 1);
    is("0.00", 0, 1);
    is("0e999999999", 0, 1);
    is("0.000000000000000001", 1, 1_000_000_000_000_000_000);
    for wrong in [
        "",
        ".",
        "-",
        "1..2",
        "1e",
        "0x1",
        "nan",
        "inf",
        "1e19",
        "1e-19",
        "1.-5",
        "9223372036854775808",
        "1e999999999999",
    ] {
        assert!(value(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn formulas_numbers_and_tours() {
    let formula = read::cnf(FORMULA.as_bytes(), &limits()).unwrap();
    assert_eq!((formula.n(), formula.n_clauses(), formula.n_states()), (3, 2, 4));
    assert_eq!(formula.objective(&vec![false, true, false]).unwrap(), Fraction::from(1));
    assert_eq!(read::numbers(NUMBERS.as_bytes(), &limits()).unwrap().numbers, [4, 5, 6, 7]);
    let rows = read::tsplib(ROWS.as_bytes(), &limits()).unwrap();
    assert_eq!((rows.get(0, 1), rows.get(2, 0), rows.get(1, 2), rows.get(1, 1)), (5, 6, 7, 0));
    let points = read::tsplib(POINTS.as_bytes(), &limits()).unwrap();
    assert_eq!((points.get(0, 2), points.get(0, 1), points.get(1, 2)), (5, 1, 4));
}

fn open(text: &str, ending: &str, choice: &Choice) -> Result<Opened, String> {
    read::parse(text.as_bytes(), ending, choice, &limits()).map_err(|e| e.to_string())
}

#[test]
fn kinds_are_guessed_only_where_files_say_them() {
    let guessed = |text: &str, ending: &str| {
        open(text, ending, &Choice::default()).map(|o| (o.problem.kind(), o.first_index))
    };
    assert_eq!(guessed("3 2\n1 2 -5\n2 3 1\n", ""), Ok((Kind::MaxCut, 1)));
    assert_eq!(guessed(MATRIX, "txt"), Ok((Kind::Qubo, 1)));
    assert_eq!(guessed(DWAVE, ""), Ok((Kind::Qubo, 0)));
    assert_eq!(guessed(FORMULA, ""), Ok((Kind::MaxSat, 1)));
    assert_eq!(guessed(ROWS, ""), Ok((Kind::Tour, 1)));
    for list in [NUMBERS, "3 4 5", "1\n2\n3\n", "7", "1 2\n3,4"] {
        assert_eq!(guessed(list, "txt"), Ok((Kind::Partition, 1)), "{list}");
    }
    let refused = |text: &str, ending: &str| guessed(text, ending).unwrap_err();
    assert_eq!(
        refused("3 2\n1 2\n2 3\n", "txt"),
        "this is a graph without weights, or a list of numbers, which could be meant as `maxcut`, `independent-set`, `coloring`, \
         `partition`; say which by its kind (`--kind`)"
    );
    assert!(refused(COLOURS, "").starts_with("this is a graph, which could be meant as `maxcut`"));
    assert!(refused("hello", "").starts_with("line 1: `hello` begins no problem that is known here"));
    assert!(refused("", "").starts_with("line 1, column 1: the end of the file"));
    assert_eq!(refused(COLOURS, "col"), "`colors`: a colouring needs the number of colours that it may use");
    assert_eq!(
        refused("p cnf 1 1\n2 0", ""),
        "line 2, column 1: `2` where a literal of the variables 1 to 1, or 0 is expected"
    );
}

#[test]
fn what_is_said_of_a_file_has_to_fit_it() {
    let said = |kind| Choice { kind: Some(kind), ..Choice::default() };
    let ising = open("2 3\n1 1 -7\n1 2 3\n2 2 0\n", "", &said(Kind::Ising)).unwrap().problem;
    assert_eq!(ising.objective(&AnySolution::Spins(vec![1, 1])), Ok(Fraction::from(-4)));
    assert!(ising.objective(&AnySolution::Bits(vec![1, 1])).is_err());
    let three = Choice { n_colours: Some(3), ..Choice::default() };
    assert_eq!(open(COLOURS, "", &three).unwrap().problem.kind(), Kind::Coloring);
    let large = Choice { sense: Some(Sense::Maximise), ..Choice::default() };
    assert_eq!(open(MATRIX, "", &large).unwrap().problem.sense(), Sense::Maximise);
    let two = format!("2\n{MATRIX}1 1\n1 1 5\n");
    let second = Choice { which: Some(2), ..Choice::default() };
    assert_eq!(open(&two, "", &second).unwrap().problem.sizes(), [("bits", 1), ("pairs", 0)]);
    for (text, choice, expected) in [
        (two.as_str(), Choice::default(), "`instance`: the file holds 2 problems; say which, from 1 on"),
        (
            &two,
            Choice { which: Some(3), ..second },
            "`instance`: the file holds 2 problems; say which, from 1 on",
        ),
        (MATRIX, second, "`instance`: the file holds one problem; leave it out"),
        (FORMULA, large, "`sense`: only matrices"),
        (DWAVE, large, "`sense`: only matrices"),
        (
            MATRIX,
            Choice { kind: Some(Kind::Qubo), ..three },
            "`colors`: a problem of the kind qubo has no colours",
        ),
        (MATRIX, said(Kind::MaxCut), "line 2, column 3: `1` where another vertex than the first is expected"),
    ] {
        let problem = open(text, "", &choice).unwrap_err();
        assert!(problem.starts_with(expected), "{problem}");
    }
}

#[test]
fn values_are_exact_or_refused() {
    let value = |text: &str| text.parse::<Fraction>().map_err(|e| e.to_string());
    for (text, above, below) in [
        ("11624", 11_624, 1),
        ("-2.50", -5, 2),
        ("6/4", 3, 2),
        ("-0.5", -1, 2),
        ("+3", 3, 1),
        ("0.000", 0, 1),
    ] {
        assert_eq!(value(text), Ok(Fraction::new(above, below)), "{text}");
    }
    for text in [
        "",
        ".",
        "-",
        "1e5",
        "1/0",
        "1/-2",
        "nan",
        "99999999999999999999",
        "0.0000000000000000001",
        "1.-5",
        ".5",
    ] {
        assert!(value(text).unwrap_err().contains("is no exact value"), "{text}");
    }
    let mut sorted =
        [Fraction::new(1, 2), Fraction::from(-3), Fraction::new(i64::MAX, 2), Fraction::new(2, 3)];
    sorted.sort();
    assert_eq!(
        sorted,
        [Fraction::from(-3), Fraction::new(1, 2), Fraction::new(2, 3), Fraction::new(i64::MAX, 2)]
    );
}

#[test]
fn places_that_are_none_are_refused() {
    let place = |x: &str| {
        let text = format!("TYPE: TSP\nDIMENSION: 1\nEDGE_WEIGHT_TYPE: GEO\nNODE_COORD_SECTION\n1 {x}\n");
        read::tsplib(text.as_bytes(), &limits()).map(|d| d.n()).map_err(|e| e.to_string())
    };
    assert_eq!(place("-90.0 180.0"), Ok(1));
    assert_eq!(place("91.2 0").unwrap_err(), "a latitude is 91, but has to be -90 to 90 degrees");
    assert!(place("0 1e300").is_err());
}

/// The same distances in every format that can hold them.
#[test]
fn all_parts_of_a_matrix_say_the_same() {
    let d = |i: usize, j: usize| if i == j { 0 } else { 10 * i.max(j) + i.min(j) };
    let all = |keep: fn(usize, usize) -> bool| {
        let cells = (0..4).flat_map(|i| (0..4).map(move |j| (i, j))).filter(|&(i, j)| keep(i, j));
        cells.map(|(i, j)| format!("{} ", d(i, j))).collect::<String>()
    };
    let file = |format: &str, values: &str| {
        let text = format!(
            "TYPE: TSP\nDIMENSION: 4\nEDGE_WEIGHT_TYPE: EXPLICIT\nEDGE_WEIGHT_FORMAT: {format}\nEDGE_WEIGHT_SECTION\n{values}\n"
        );
        read::tsplib(text.as_bytes(), &limits())
    };
    let full = file("FULL_MATRIX", &all(|_, _| true)).unwrap();
    assert_eq!(file("LOWER_ROW", &all(|i, j| j < i)).unwrap(), full);
    assert_eq!(file("LOWER_DIAG_ROW", &all(|i, j| j <= i)).unwrap(), full);
    assert_eq!(file("UPPER_ROW", &all(|i, j| j > i)).unwrap(), full);
    assert_eq!(file("UPPER_DIAG_ROW", &all(|i, j| j >= i)).unwrap(), full);
    let skewed = all(|_, _| true).replacen("10", "11", 1);
    assert!(file("FULL_MATRIX", &skewed).unwrap_err().to_string().contains("from city 2 to 1"));
}

#[test]
fn errors_say_where_what_and_instead_of_what() {
    let check = |text: &str, expected: &str| {
        assert_eq!(edge_list(text).unwrap_err().to_string(), expected);
    };
    check("3 1\n1 2 x9", "line 2, column 5: `x9` where a weight, a whole number of 64 bits is expected");
    check("3 1\n\n 1 4 1", "line 3, column 4: `4` where a vertex, 1 to 3 is expected");
    check("3 1\n2 2", "line 2, column 3: `2` where another vertex than the first is expected");
    check("3 2\n1 2\n", "line 3, column 1: the end of the file where edge 2 of 2 is expected");
    check("3 1\n1", "line 2, column 2: the end of the line where a second vertex is expected");
    check("3 1\n1 2\n2 3 1", "line 3, column 1: `2 3 1` where the end of the file after 1 edges is expected");
    check(
        "3 3\n1 2\n2 3\n2 1",
        "line 4, column 1: the same edge as in line 2 where every edge once is expected",
    );
    check(
        "99999999999 1",
        "line 1: 99999999999 vertices where 10000000 are allowed; if the file is sound, the library takes it with a larger `Limits::max_variables`",
    );
    check(
        "",
        "line 1, column 1: the end of the file where a line with the numbers of vertices and edges is expected",
    );
    let formula = read::cnf(b"p cnf 2 2\n1 2 0\n-1 ", &limits()).unwrap_err();
    assert_eq!(
        formula.to_string(),
        "line 4, column 1: the end of the file where the 0 that ends clause 2 of 2 is expected"
    );
    let matrix = read::bqp(b"3 1\n2 1 4", Sense::Minimise, &limits()).unwrap_err();
    assert_eq!(matrix.to_string(), "line 2, column 3: `1` where a column not before the row, 2 is expected");
}

#[test]
fn hostile_headers_ask_in_vain() {
    let huge = [
        "9999999 67108864\n",
        "10000000 0\n",
        "67108864\n0 0\n",
        "p qubo 0 10000000 67108864 67108864\n",
        "p cnf 10000000 67108864\n",
        "p edge 10000000 67108864\n",
        "DIMENSION: 8192\nEDGE_WEIGHT_TYPE: EXPLICIT\nEDGE_WEIGHT_FORMAT: FULL_MATRIX\nEDGE_WEIGHT_SECTION\n1\n",
        "DIMENSION: 9999999\n",
        "18446744073709551615 18446744073709551615\n",
        "18446744073709551616\n",
        "3 2\n1 1 -9223372036854775808\n1 2 9223372036854775807\n",
        "3 2\n1 2 9223372036854775807\n1 3 9223372036854775807\n",
    ];
    for text in huge {
        outcomes(text.as_bytes(), &limits());
    }
    let large = "3 2\n1 2 9223372036854775807\n1 3 9223372036854775807\n";
    assert!(matches!(read::bqp(large.as_bytes(), Sense::Minimise, &limits()), Err(ReadError::Problem(_))));
}

#[test]
fn files_are_fetched_up_to_the_limit() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let bytes = read::file(&path, &limits()).unwrap();
    let size = bytes.len() as u64;
    assert!(read::file(&path, &Limits { max_bytes: size, ..limits() }).is_ok());
    let refused = read::file(&path, &Limits { max_bytes: size - 1, ..limits() });
    assert!(matches!(refused, Err(ReadError::Limit { field: "max_bytes", .. })));
    assert!(matches!(read::file(&path.join("none"), &limits()), Err(ReadError::Io { .. })));
}

/// One change to a text.
#[derive(Clone, Debug)]
enum Change {
    Byte(usize, u8),
    Cut(usize, usize),
    Repeat(usize, usize),
    Put(usize, &'static str),
    End(usize),
}

fn change() -> impl Strategy<Value = Change> {
    let scraps = [
        "-",
        "0",
        "1 ",
        "\n",
        "9999999",
        "%",
        "c ",
        "\u{feff}",
        "1e9",
        "p ",
        ":",
        "18446744073709551616",
        "-9223372036854775808",
    ];
    prop_oneof![
        (any::<usize>(), any::<u8>()).prop_map(|(at, b)| Change::Byte(at, b)),
        (any::<usize>(), 1usize..9).prop_map(|(at, n)| Change::Cut(at, n)),
        (any::<usize>(), 1usize..40).prop_map(|(at, n)| Change::Repeat(at, n)),
        (any::<usize>(), prop::sample::select(scraps.to_vec())).prop_map(|(at, s)| Change::Put(at, s)),
        any::<usize>().prop_map(Change::End),
    ]
}

fn apply(bytes: &mut Vec<u8>, change: &Change) {
    let place = |at: usize| at % (bytes.len() + 1);
    let span = |at: usize, n: usize| place(at)..(place(at) + n).min(bytes.len());
    match *change {
        Change::Byte(at, b) => {
            let at = place(at);
            bytes.splice(at..(at + 1).min(bytes.len()), [b]);
        }
        Change::Cut(at, n) => drop(bytes.drain(span(at, n))),
        Change::Repeat(at, n) => {
            let piece = bytes[span(at, n)].to_vec();
            let at = place(at);
            bytes.splice(at..at, piece);
        }
        Change::Put(at, scrap) => {
            let at = place(at);
            bytes.splice(at..at, scrap.bytes());
        }
        Change::End(at) => bytes.truncate(place(at)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn damaged_files_are_errors_or_problems_but_never_panics(
        text in prop::sample::select(vec![EDGES, MATRIX, DWAVE, FORMULA, COLOURS, NUMBERS, ROWS, POINTS]),
        changes in prop::collection::vec(change(), 1..5),
    ) {
        let mut bytes = text.as_bytes().to_vec();
        changes.iter().for_each(|c| apply(&mut bytes, c));
        let limits = Limits { max_variables: 5000, max_terms: 5000, ..limits() };
        for refused in outcomes(&bytes, &limits).into_iter().filter_map(Result::err) {
            prop_assert!(!refused.to_string().is_empty());
            if let ReadError::Syntax { line, column, .. } = refused {
                let lines = bytes.split(|&b| b == b'\n').count();
                prop_assert!(line >= 1 && line <= lines + 1 && column >= 1 && column <= bytes.len() + 1);
            }
        }
    }

    #[test]
    fn what_is_written_plainly_is_read(
        n in 2usize..30,
        edges in prop::collection::btree_map((1usize..30, 1usize..30), any::<i32>(), 0..40),
    ) {
        let edges: Vec<_> = edges.into_iter().filter(|((u, v), _)| u < v && *v <= n).collect();
        let mut text = format!("{n} {}\r\n", edges.len());
        edges.iter().for_each(|((u, v), w)| text += &format!("{v}\t{u} {w}\r\n"));
        let read: Vec<_> = edge_list(&text).unwrap().edges().collect();
        let plain: Vec<_> = edges.iter().map(|((u, v), w)| (u - 1, v - 1, i64::from(*w))).collect();
        prop_assert_eq!(read, plain);
    }
}
