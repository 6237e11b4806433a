//! What can go wrong, with the thing it went wrong at, the limit, the amount and the remedy.

/// The largest sum of absolute coefficients that a problem may have, in its own integer units: 2^62 - 1, so that every energy fits
/// 63 bits and the difference of any two fits 64.
pub const MAX_ENERGY: i64 = (1 << 62) - 1;

/// Why a problem could not be made, converted, encoded or evaluated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum QuboError {
    /// A variable that does not exist.
    #[error("{what} names variable {index}, but there are {n} (0 to n - 1); raise n or mend the index")]
    NoSuchVariable {
        /// What names it.
        what: &'static str,
        /// The index, counted from 0.
        index: usize,
        /// The number of variables.
        n: usize,
    },
    /// More variables, couplings or numbers than the limit.
    #[error("{amount} {what} where at most {limit} are allowed; {remedy}")]
    TooMany {
        /// What is counted.
        what: &'static str,
        /// How many there are.
        amount: u128,
        /// How many there may be.
        limit: u128,
        /// What can be done.
        remedy: &'static str,
    },
    /// Energies would not be exact in 64 bits.
    #[error(
        "{what} reaches {amount}, beyond {MAX_ENERGY}, up to which energies are exact in 64 bits; divide the coefficients by a \
         common factor, or round them"
    )]
    NotExact {
        /// What is too large.
        what: &'static str,
        /// Its size.
        amount: u128,
    },
    /// A state of the wrong length.
    #[error(
        "the state has {found} values, but the problem has {expected} variables; give one value per variable"
    )]
    WrongLength {
        /// Values given.
        found: usize,
        /// Values wanted.
        expected: usize,
    },
    /// A value that a variable cannot have.
    #[error("variable {index} has the value {found}; allowed are {allowed}")]
    WrongValue {
        /// The variable, counted from 0.
        index: usize,
        /// Its value.
        found: i64,
        /// What it may be.
        allowed: &'static str,
    },
    /// A matrix entry that its convention does not allow.
    #[error(
        "entry ({row}, {column}) of the matrix: {reason}; choose the convention that the matrix was written in"
    )]
    Convention {
        /// Row, counted from 0.
        row: usize,
        /// Column, counted from 0.
        column: usize,
        /// What the convention says.
        reason: &'static str,
    },
    /// A number that is not a number, or not finite.
    #[error("{what} {index} is {value}, which is not a finite number; replace it")]
    NotFinite {
        /// What the number is.
        what: &'static str,
        /// Which of them, counted from 0.
        index: usize,
        /// The number as text.
        value: String,
    },
    /// A parameter out of its range.
    #[error("{what} is {found}, but has to be {allowed}")]
    OutOfRange {
        /// The parameter.
        what: &'static str,
        /// Its value.
        found: i128,
        /// The range, in words.
        allowed: String,
    },
    /// A kind of problem that is not known.
    #[error("`{found}` is no kind of problem; known are {known}")]
    UnknownKind {
        /// The text.
        found: String,
        /// All kinds.
        known: String,
    },
    /// A text that is no value.
    #[error("`{found}` is no exact value of 64 bits; write it as 11624, -2.5 or 5/2")]
    NoValue {
        /// The text.
        found: String,
    },
    /// A target for a colouring.
    #[error(
        "a colouring has no target: with the colours that it may use it is proper or not; allow fewer colours instead"
    )]
    NoTarget,
    /// A solution of another problem.
    #[error("the solution is not one of a problem of the kind {kind}; give one that is")]
    OtherSolution {
        /// The problem's kind.
        kind: &'static str,
    },
    /// A solution that breaks the problem's rules.
    #[error("the solution breaks {violations} rules, the first: {first}; mend it before it is encoded")]
    Infeasible {
        /// How many rules it breaks.
        violations: usize,
        /// The first of them.
        first: String,
    },
}
