//! Matrices: OR-Library's and BiqMac's, fields and couplings in the same form, and D-Wave's `.qubo`.

use super::text::{Text, Word, Words, check_once};
use super::{Limits, ReadError};
use crate::terms::narrow;
use crate::{Convention, Ising, Qubo, QuboError, RealIsing, Sense};

/// The most decimal places: a scale of 10^18 is the last that fits.
const MAX_PLACES: i32 = 18;

/// One matrix as OR-Library's bqp and gka files and BiqMac have it: `n k`, then `i j q` for k entries, i at most j, counted from 1.
/// The matrix is the **symmetric** one, so that entries off the diagonal count twice. Its objective is x'Qx, to be made small or large
/// as `sense` says: OR-Library states its problems to be maximised, BiqMac to be minimised, and the files look alike.
///
/// # Errors
/// Anything else in the file, with its place; see [`ReadError`].
pub fn bqp(bytes: &[u8], sense: Sense, limits: &Limits) -> Result<Qubo, ReadError> {
    let mut text = Text::new(bytes);
    let qubo = next_bqp(&mut text, sense, limits)?;
    text.end("the end of the file after the last entry")?;
    Ok(qubo)
}

/// Several matrices as OR-Library bundles them: their number, then one after the other as in [`bqp`].
///
/// # Errors
/// Anything else in the file, with its place; see [`ReadError`].
pub fn bqp_collection(bytes: &[u8], sense: Sense, limits: &Limits) -> Result<Vec<Qubo>, ReadError> {
    let mut text = Text::new(bytes);
    let mut header = text.want(|| "a line with the number of problems".to_owned())?.words();
    let count = header.want("the number of problems")?.terms("problems", limits)?;
    header.end()?;
    let mut problems = Vec::new();
    let mut variables = 0;
    for _ in 0..count {
        let problem = next_bqp(&mut text, sense, limits)?;
        variables += problem.n();
        // Headers are short: many large empty problems would make much of a small file.
        let (amount, limit) = (variables as u64, limits.max_variables as u64);
        if amount > limit {
            let what = "variables of all problems";
            return Err(ReadError::Limit { line: 0, what, amount, limit, field: "max_variables" });
        }
        problems.push(problem);
    }
    text.end("the end of the file after the last problem")?;
    Ok(problems)
}

/// Fields and couplings in the form of [`bqp`]: `n k`, then `i j J` for k couplings, `i i h` for fields among them, i at most j, counted
/// from 1. Everything counts **once**: the energy sum of h_i s_i and of J_ij s_i s_j over i < j is minimised.
///
/// # Errors
/// Anything else in the file, with its place; see [`ReadError`].
pub fn ising(bytes: &[u8], limits: &Limits) -> Result<Ising, ReadError> {
    let mut text = Text::new(bytes);
    let (n, entries) = next_entries(&mut text, 1, limits)?;
    text.end("the end of the file after the last entry")?;
    let mut fields = vec![0; n];
    entries.iter().filter(|e| e.0 == e.1).for_each(|e| fields[e.0] = e.2);
    Ok(Ising::new(fields, entries.into_iter().filter(|e| e.0 != e.1))?)
}

fn next_bqp(text: &mut Text<'_>, sense: Sense, limits: &Limits) -> Result<Qubo, ReadError> {
    let (n, entries) = next_entries(text, if sense == Sense::Maximise { -1 } else { 1 }, limits)?;
    Ok(Qubo::from_matrix(n, entries, Convention::HalfOfSymmetric)?.with_sense(sense))
}

/// `n k` and k entries `i j value`, each multiplied by `sign`, at or above the diagonal, once each.
fn next_entries(text: &mut Text<'_>, sign: i64, limits: &Limits) -> Result<Entries<i64>, ReadError> {
    let mut header = text.want(|| "a line with the numbers of variables and entries".to_owned())?.words();
    let n = header.want("the number of variables")?.variables("variables", limits)?;
    let k = header
        .want("the number of entries (a file that begins with one number holds several problems)")?
        .terms("entries", limits)?;
    header.end()?;
    let room = text.room_for(k, 6);
    let (mut entries, mut lines) = (Vec::with_capacity(room), Vec::with_capacity(room));
    for entry in 0..k {
        let line = text.want(|| format!("entry {} of {k}", entry + 1))?;
        let mut words = line.words();
        let (i, j) = upper(&mut words, n, 1)?;
        let word = words.want("the entry's value")?;
        let q = word.integer("the entry's value")?;
        words.end()?;
        entries.push((i, j, q.checked_mul(sign).ok_or_else(|| word.error("a value whose negative exists"))?));
        lines.push(line.number);
    }
    check_once(entries.iter().map(|e| (e.0, e.1)), &lines, "entry")?;
    Ok((n, entries))
}

/// Row and column, from 0, on or above the diagonal.
fn upper(words: &mut Words<'_>, n: usize, first: usize) -> Result<(usize, usize), ReadError> {
    let i = words.want("a row")?.index("a row", first, n)?;
    let word = words.want("a column")?;
    let j = word.index("a column", first, n)?;
    if j < i {
        return Err(word.error(format!("a column not before the row, {}", i + first)));
    }
    Ok((i, j))
}

/// A QUBO as D-Wave's tools write it: comments `c`, one line `p qubo 0 max_nodes n_nodes n_couplers`, then `i i a` for the nodes and
/// `i j b` with i < j for the couplers, counted from 0. The matrix is **upper triangular**: every value counts once. It is minimised.
/// Values may have decimal places; they are kept exactly, over a scale that is a power of ten.
///
/// # Errors
/// Anything else in the file, with its place; values that do not fit 64 bits over a common scale, for which there is
/// [`dwave_real`].
pub fn dwave(bytes: &[u8], limits: &Limits) -> Result<Qubo, ReadError> {
    let (n, entries) = dwave_entries(bytes, limits, decimal)?;
    let places = entries.iter().map(|e| e.2.places).max().unwrap_or(0).max(0);
    let whole = |value: Decimal| -> Result<i64, QuboError> {
        let factor = u32::try_from(places - value.places).ok().and_then(|p| 10i128.checked_pow(p));
        let scaled = factor.and_then(|f| i128::from(value.digits).checked_mul(f));
        narrow("a value over the common scale", scaled.unwrap_or(i128::MAX))
    };
    let entries: Result<Vec<_>, _> =
        entries.into_iter().map(|(i, j, v)| whole(v).map(|q| (i, j, q))).collect();
    // At most 18 places, so it fits.
    let scale = 10i64.pow(places as u32);
    Ok(Qubo::from_matrix(n, entries?, Convention::UpperTriangular)?.with_scale(scale)?.reduced())
}

/// The same file in doubles, as the Ising problem of the same values.
///
/// # Errors
/// Anything else in the file, with its place; see [`ReadError`].
pub fn dwave_real(bytes: &[u8], limits: &Limits) -> Result<RealIsing, ReadError> {
    let (n, entries) = dwave_entries(bytes, limits, |word| word.real("a value"))?;
    Ok(RealIsing::from_binary(&vec![0.0; n], entries, 0.0)?)
}

/// Number of variables, entries.
type Entries<T> = (usize, Vec<(usize, usize, T)>);

fn dwave_entries<T>(
    bytes: &[u8],
    limits: &Limits,
    value: impl Fn(Word<'_>) -> Result<T, ReadError>,
) -> Result<Entries<T>, ReadError> {
    let mut text = Text::new(bytes);
    let Some(header) = text.next_record() else { return Err(text.ended("a line `p qubo`")) };
    let (n, nodes, couplers) = dwave_header(header.words(), limits)?;
    let room = text.room_for(nodes + couplers, 6);
    let (mut entries, mut lines) = (Vec::with_capacity(room), Vec::with_capacity(room));
    let mut n_diagonal = 0;
    for k in 0..nodes + couplers {
        let expected = || format!("entry {} of {nodes} nodes and {couplers} couplers", k + 1);
        let Some(line) = text.next_record() else { return Err(text.ended(expected())) };
        let mut words = line.words();
        let (i, j) = upper(&mut words, n, 0)?;
        n_diagonal += usize::from(i == j);
        if n_diagonal > nodes || k + 1 - n_diagonal > couplers {
            return Err(line.whole().error(expected()));
        }
        entries.push((i, j, value(words.want("a value")?)?));
        words.end()?;
        lines.push(line.number);
    }
    if let Some(line) = text.next_record() {
        return Err(line.whole().error("the end of the file after the last entry"));
    }
    check_once(entries.iter().map(|e| (e.0, e.1)), &lines, "entry")?;
    Ok((n, entries))
}

/// The numbers of variables, nodes and couplers.
fn dwave_header(mut words: Words<'_>, limits: &Limits) -> Result<(usize, usize, usize), ReadError> {
    for (allowed, expected) in
        [(&["p"][..], "`p qubo`"), (&["qubo"], "`qubo`"), (&["0", "unconstrained"], "`0` or `unconstrained`")]
    {
        let word = words.want(expected)?;
        if !allowed.contains(&word.text()) {
            return Err(word.error(expected));
        }
    }
    let n = words.want("the number of variables")?.variables("variables", limits)?;
    let nodes = words.want("the number of nodes")?.terms("nodes", limits)?;
    let couplers = words.want("the number of couplers")?.terms("couplers", limits)?;
    words.end().map(|()| (n, nodes, couplers))
}

/// `digits / 10^places`; places below 0 are trailing zeros.
#[derive(Clone, Copy, Debug)]
struct Decimal {
    digits: i64,
    places: i32,
}

fn decimal(word: Word<'_>) -> Result<Decimal, ReadError> {
    parse_decimal(word.text())
        .ok_or_else(|| word.error(format!("a value of 64 bits with at most {MAX_PLACES} decimal places")))
}

fn parse_decimal(text: &str) -> Option<Decimal> {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let unsigned = whole.strip_prefix(['+', '-']).unwrap_or(whole);
    if !is_digits(unsigned) || !is_digits(fraction) || unsigned.len() + fraction.len() == 0 {
        return None;
    }
    let fraction = fraction.trim_end_matches('0');
    let exponent: i32 = exponent.parse().ok()?;
    // A 0 in front, so that there is a digit to parse.
    let sign = if whole.starts_with('-') { "-" } else { "" };
    let mut digits: i64 = format!("{sign}0{unsigned}{fraction}").parse().ok()?;
    if digits == 0 {
        return Some(Decimal { digits, places: 0 });
    }
    let mut places = i32::try_from(fraction.len()).ok()?.checked_sub(exponent)?;
    while digits % 10 == 0 && places > 0 {
        (digits, places) = (digits / 10, places - 1);
    }
    // 10^19 is beyond 64 bits.
    (-MAX_PLACES..=MAX_PLACES).contains(&places).then_some(Decimal { digits, places })
}
