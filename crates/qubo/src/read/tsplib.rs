//! TSPLIB 95 (Reinelt, "TSPLIB 95", University of Heidelberg): symmetric and asymmetric travelling salesman problems.

use super::text::{Line, Text, Word};
use super::{Limits, ReadError};
use crate::{Distances, QuboError};

/// How weights come about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weights {
    Explicit,
    Euclidean,
    EuclideanUp,
    Manhattan,
    Maximum,
    Geographical,
    PseudoEuclidean,
}

/// Which part of the matrix is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Full,
    Lower { has_diagonal: bool },
    Upper { has_diagonal: bool },
}

impl Part {
    /// How many numbers of an n by n matrix are listed.
    fn count(self, n: usize) -> usize {
        match self {
            Self::Full => n * n,
            Self::Lower { has_diagonal: true } | Self::Upper { has_diagonal: true } => n * (n + 1) / 2,
            Self::Lower { .. } | Self::Upper { .. } => n * n.saturating_sub(1) / 2,
        }
    }

    /// Where in the list the distance between two different cities is.
    fn at(self, n: usize, from: usize, to: usize) -> usize {
        let (low, high) = (from.min(to), from.max(to));
        match self {
            Self::Full => from * n + to,
            Self::Lower { has_diagonal: true } => high * (high + 1) / 2 + low,
            Self::Lower { .. } => high * (high - 1) / 2 + low,
            Self::Upper { has_diagonal: true } => low * n - low * (low + 1) / 2 + high,
            Self::Upper { .. } => low * n - low * (low + 1) / 2 + high - low - 1,
        }
    }
}

/// What has been read so far.
#[derive(Default)]
struct Problem {
    is_symmetric: bool,
    n: Option<usize>,
    weights: Option<Weights>,
    part: Option<Part>,
    matrix: Option<Vec<i64>>,
    coordinates: Option<Vec<(f64, f64)>>,
}

/// The distances of a travelling salesman problem of TSPLIB: types TSP and ATSP; weights EXPLICIT (full matrix, lower and upper rows
/// with and without diagonal), EUC_2D, CEIL_2D, MAN_2D, MAX_2D, GEO and ATT, rounded as TSPLIB says.
///
/// # Errors
/// Anything else in the file, with its place; more than 8,192 cities. See [`ReadError`].
pub fn tsplib(bytes: &[u8], limits: &Limits) -> Result<Distances, ReadError> {
    let mut text = Text::new(bytes);
    let mut problem = Problem::default();
    while let Some(line) = text.next() {
        // Comments need not be UTF-8; keywords are.
        let first = line.words().next().and_then(|w| w.split(b':').next());
        let key = first.map_or("", Word::text);
        match key {
            "EOF" => break,
            "EDGE_WEIGHT_SECTION" => problem.matrix = Some(matrix(line, &mut text, &problem)?),
            "NODE_COORD_SECTION" => problem.coordinates = Some(coordinates(line, &mut text, &problem)?),
            "DISPLAY_DATA_SECTION" => skip(line, &mut text, &problem)?,
            _ => setting(&mut problem, key, line, limits)?,
        }
    }
    distances(&problem, &text)
}

/// What stands behind the colon, as one word.
fn value<'a>(line: Line<'a>) -> Result<Word<'a>, ReadError> {
    let whole = line.whole();
    let mut parts = whole.split(b':');
    let (_, value) = (parts.next(), parts.next());
    value.map(Word::trimmed).ok_or_else(|| whole.error("a keyword of TSPLIB, a colon and a value"))
}

fn setting(problem: &mut Problem, key: &str, line: Line<'_>, limits: &Limits) -> Result<(), ReadError> {
    let value = value(line)?;
    match key {
        "NAME" | "COMMENT" | "DISPLAY_DATA_TYPE" | "NODE_COORD_TYPE" => {}
        "TYPE" => match value.text().split(' ').next() {
            Some("TSP") => problem.is_symmetric = true,
            Some("ATSP") => problem.is_symmetric = false,
            _ => return Err(value.error("`TSP` or `ATSP`")),
        },
        "DIMENSION" => {
            let n = value.variables("cities", limits)?;
            // Refused here already, before rows of them are read.
            Distances::check_size(n)?;
            problem.n = Some(n);
        }
        "EDGE_WEIGHT_TYPE" => problem.weights = Some(weights(value)?),
        "EDGE_WEIGHT_FORMAT" => problem.part = part(value)?,
        _ => return Err(line.whole().error("a keyword of TSPLIB that is known here")),
    }
    Ok(())
}

fn weights(word: Word<'_>) -> Result<Weights, ReadError> {
    Ok(match word.text() {
        "EXPLICIT" => Weights::Explicit,
        "EUC_2D" => Weights::Euclidean,
        "CEIL_2D" => Weights::EuclideanUp,
        "MAN_2D" => Weights::Manhattan,
        "MAX_2D" => Weights::Maximum,
        "GEO" => Weights::Geographical,
        "ATT" => Weights::PseudoEuclidean,
        _ => return Err(word.error("EXPLICIT, EUC_2D, CEIL_2D, MAN_2D, MAX_2D, GEO or ATT")),
    })
}

fn part(word: Word<'_>) -> Result<Option<Part>, ReadError> {
    Ok(Some(match word.text() {
        "FUNCTION" => return Ok(None),
        "FULL_MATRIX" => Part::Full,
        // By columns, the one half of a symmetric matrix is what the other is by rows.
        "LOWER_ROW" | "UPPER_COL" => Part::Lower { has_diagonal: false },
        "LOWER_DIAG_ROW" | "UPPER_DIAG_COL" => Part::Lower { has_diagonal: true },
        "UPPER_ROW" | "LOWER_COL" => Part::Upper { has_diagonal: false },
        "UPPER_DIAG_ROW" | "LOWER_DIAG_COL" => Part::Upper { has_diagonal: true },
        _ => return Err(word.error("FUNCTION, FULL_MATRIX, or a LOWER or UPPER format of TSPLIB")),
    }))
}

fn dimension(line: Line<'_>, problem: &Problem) -> Result<usize, ReadError> {
    problem.n.ok_or_else(|| line.whole().error("DIMENSION, before any section"))
}

fn matrix(line: Line<'_>, text: &mut Text<'_>, problem: &Problem) -> Result<Vec<i64>, ReadError> {
    let n = dimension(line, problem)?;
    let part = problem.part.ok_or_else(|| line.whole().error("EDGE_WEIGHT_FORMAT, before the weights"))?;
    let count = part.count(n);
    let mut values = Vec::with_capacity(text.room_for(count, 2));
    while values.len() < count {
        let row = text.want(|| format!("weight {} of {count}", values.len() + 1))?;
        for word in row.words() {
            if values.len() == count {
                return Err(word.error(format!("the end of the line after {count} weights")));
            }
            let value = word.integer("a weight")?;
            if value < 0 {
                return Err(word.error("a weight of at least 0"));
            }
            values.push(value);
        }
    }
    Ok(values)
}

fn coordinates(line: Line<'_>, text: &mut Text<'_>, problem: &Problem) -> Result<Vec<(f64, f64)>, ReadError> {
    let n = dimension(line, problem)?;
    let mut found = vec![None; n];
    for k in 0..n {
        let mut words = text.want(|| format!("the coordinates of city {} of {n}", k + 1))?.words();
        let city = words.want("a city")?;
        let at = city.index("a city", 1, n)?;
        let x = words.want("a coordinate")?.real("a coordinate")?;
        let y = words.want("a second coordinate")?.real("a coordinate")?;
        words.end()?;
        if found[at].replace((x, y)).is_some() {
            return Err(city.error("every city once"));
        }
    }
    // As many lines as cities, none twice: all are there.
    Ok(found.into_iter().flatten().collect())
}

/// Passes over a section with a line per city.
fn skip(line: Line<'_>, text: &mut Text<'_>, problem: &Problem) -> Result<(), ReadError> {
    let n = dimension(line, problem)?;
    (0..n).try_for_each(|k| text.want(|| format!("display data of city {} of {n}", k + 1)).map(|_| ()))
}

fn distances(problem: &Problem, text: &Text<'_>) -> Result<Distances, ReadError> {
    let n = problem.n.ok_or_else(|| text.ended("DIMENSION"))?;
    let weights = problem.weights.ok_or_else(|| text.ended("EDGE_WEIGHT_TYPE"))?;
    if weights != Weights::Explicit {
        let at = problem.coordinates.as_ref().ok_or_else(|| text.ended("NODE_COORD_SECTION"))?;
        if weights == Weights::Geographical {
            at.iter().try_for_each(|&(latitude, longitude)| check_place(latitude, longitude))?;
        }
        return Ok(Distances::new(n, |from, to| between(weights, at[from], at[to]))?);
    }
    let values = problem.matrix.as_ref().ok_or_else(|| text.ended("EDGE_WEIGHT_SECTION"))?;
    let part = problem.part.ok_or_else(|| text.ended("EDGE_WEIGHT_FORMAT"))?;
    let found = Distances::new(n, |from, to| values[part.at(n, from, to)])?;
    let mut pairs = (0..n).flat_map(|i| (0..i).map(move |j| (i, j)));
    match pairs.find(|&(i, j)| problem.is_symmetric && found.get(i, j) != found.get(j, i)) {
        Some((i, j)) => {
            let place = format!("TYPE ATSP: the way from city {} to {} is not as long as back", i + 1, j + 1);
            Err(text.ended(place))
        }
        None => Ok(found),
    }
}

/// A distance as TSPLIB 95 computes it, section 2. `nint(x)` is `(int)(x + 0.5)`. Distances too large for 64 bits stop at the largest.
fn between(weights: Weights, a: (f64, f64), b: (f64, f64)) -> i64 {
    let (x, y) = ((a.0 - b.0).abs(), (a.1 - b.1).abs());
    let nint = |v: f64| (v + 0.5) as i64;
    match weights {
        Weights::Explicit => 0,
        Weights::Euclidean => nint((x * x + y * y).sqrt()),
        Weights::EuclideanUp => (x * x + y * y).sqrt().ceil() as i64,
        Weights::Manhattan => nint(x + y),
        Weights::Maximum => nint(x).max(nint(y)),
        Weights::Geographical => geographical(a, b),
        Weights::PseudoEuclidean => {
            let exact = ((x * x + y * y) / 10.0).sqrt();
            let near = nint(exact);
            if (near as f64) < exact { near.saturating_add(1) } else { near }
        }
    }
}

/// Refuses what is no place on a sphere.
fn check_place(latitude: f64, longitude: f64) -> Result<(), QuboError> {
    let refuse = |what, found, most: i128| {
        let allowed = format!("{} to {most} degrees", -most);
        Err(QuboError::OutOfRange { what, found: found as i128, allowed })
    };
    match (latitude.abs() <= 90.0, longitude.abs() <= 180.0) {
        (false, _) => refuse("a latitude", latitude, 90),
        (_, false) => refuse("a longitude", longitude, 180),
        _ => Ok(()),
    }
}

/// Kilometres on TSPLIB's sphere. Coordinates are degrees and, behind the point, minutes.
fn geographical(a: (f64, f64), b: (f64, f64)) -> i64 {
    // TSPLIB's own value: its distances hang on it.
    #[allow(clippy::approx_constant)]
    const PI: f64 = 3.141592;
    const RADIUS_KM: f64 = 6378.388;
    let radians = |v: f64| PI * (v.trunc() + 5.0 * (v - v.trunc()) / 3.0) / 180.0;
    let (latitude_a, latitude_b) = (radians(a.0), radians(b.0));
    let q1 = libm::cos(radians(a.1) - radians(b.1));
    let q2 = libm::cos(latitude_a - latitude_b);
    let q3 = libm::cos(latitude_a + latitude_b);
    let cosine = 0.5 * ((1.0 + q1) * q2 - (1.0 - q1) * q3);
    (RADIUS_KM * libm::acos(cosine.clamp(-1.0, 1.0)) + 1.0) as i64
}
