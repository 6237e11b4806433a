//! Benchmarks by name.

use gennaker_network::nearest;
use thiserror::Error;

use super::{
    Benchmark, Drive, Load, board, brunel, chip, microcircuit, power, scnn, synfire,
    vogels_abbott_conductance, vogels_abbott_current,
};

/// A family of benchmarks in the [`catalogue`].
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// First part of the name.
    pub name: &'static str,
    /// What may follow, each after a colon; empty if nothing may.
    pub choices: &'static str,
    /// What it is, in one sentence.
    pub summary: &'static str,
    /// Names that together give an overview in about a minute; empty for what takes longer.
    pub quick: &'static [&'static str],
}

/// All benchmarks.
#[must_use]
pub fn catalogue() -> &'static [Entry] {
    &CATALOGUE
}

static CATALOGUE: [Entry; 9] = [
    Entry {
        name: "brunel",
        choices: "[:NEURONS][:constant|poisson]",
        summary: "balanced random network with instantaneous synapses, every tenth pair connected; 12500, constant drive",
        quick: &["brunel:5000", "brunel:12500", "brunel:12500:poisson"],
    },
    Entry {
        name: "vogels_abbott_current",
        choices: "",
        summary: "4,000 neurons with exponential currents that keep themselves active",
        quick: &["vogels_abbott_current"],
    },
    Entry {
        name: "vogels_abbott_conductance",
        choices: "",
        summary: "4,000 neurons with exponential conductances that keep themselves active",
        quick: &["vogels_abbott_conductance"],
    },
    Entry {
        name: "microcircuit",
        choices: "[:SCALE][:poisson|constant]",
        summary: "the cortical microcircuit of Potjans and Diesmann; full scale, Poisson drive",
        quick: &["microcircuit:0.1"],
    },
    Entry {
        name: "synfire",
        choices: "",
        summary: "a wave in a ring of 100 groups with feed-forward inhibition; sparse activity",
        quick: &["synfire"],
    },
    Entry {
        name: "power",
        choices: "[:synfire|bursting|irregular]",
        summary: "small networks on a few cores whose load is a wave, bursts, or steady, for power management; a wave",
        quick: &["power:synfire", "power:bursting", "power:irregular"],
    },
    Entry {
        name: "scnn",
        choices: "",
        summary: "a spiking convolutional network for event-camera recordings; `gennaker bench --recordings` gives recordings per second",
        quick: &[],
    },
    Entry {
        name: "chip",
        choices: "",
        summary: "148 populations of 1,024 neurons with 1,000 synapses each, ticks of 1 ms",
        quick: &[],
    },
    Entry {
        name: "board",
        choices: "[:CHIPS]",
        summary: "the same for 48 chips or any number: 7,104 populations, about 7 GB of memory",
        quick: &[],
    },
];

/// Why there is no such benchmark.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BenchmarkError {
    /// The first part of the name is none.
    #[error("there is no benchmark `{name}`{}; there are {known}", hint(.nearest))]
    Unknown {
        /// The name given.
        name: String,
        /// The known name most like it, if one is near.
        nearest: Option<String>,
        /// All names.
        known: String,
    },
    /// Something after the first colon is not understood.
    #[error("benchmark `{name}`: `{choice}` is no choice; a name is {form}")]
    Choice {
        /// The name given.
        name: String,
        /// The part that is wrong.
        choice: String,
        /// What names of this family look like.
        form: String,
    },
    /// A size beyond what the benchmark is defined for.
    #[error("benchmark `{name}`: {quantity} must lie between {min} and {max}, not {given}")]
    Size {
        /// The name given.
        name: String,
        /// What was given.
        quantity: &'static str,
        /// Smallest value.
        min: f64,
        /// Largest value.
        max: f64,
        /// The value given.
        given: f64,
    },
}

fn hint(nearest: &Option<String>) -> String {
    nearest.as_ref().map_or_else(String::new, |nearest| format!(", did you mean `{nearest}`?"))
}

/// The benchmark called `name`: a name of the [`catalogue`], with choices after colons.
///
/// # Errors
/// [`BenchmarkError`] with the nearest name, the form of names, or the limits of a size.
pub fn by_name(name: &str) -> Result<Benchmark, BenchmarkError> {
    let mut parts = name.split(':');
    let family = parts.next().unwrap_or_default();
    let Some(entry) = CATALOGUE.iter().find(|entry| entry.name == family) else {
        let known = || CATALOGUE.iter().map(|entry| entry.name);
        return Err(BenchmarkError::Unknown {
            name: name.to_owned(),
            nearest: nearest(family, known()),
            known: known().collect::<Vec<_>>().join(", "),
        });
    };
    let mut choices = Choices { name, entry, parts: parts.collect() };
    let benchmark = choices.benchmark()?;
    choices.end()?;
    Ok(benchmark)
}

/// What is left of a name, while it is read.
struct Choices<'a> {
    name: &'a str,
    entry: &'static Entry,
    parts: Vec<&'a str>,
}

impl Choices<'_> {
    fn benchmark(&mut self) -> Result<Benchmark, BenchmarkError> {
        Ok(match self.entry.name {
            "brunel" => {
                let n = self.size("the number of neurons", 12_500.0, (10.0, 1e6))?;
                brunel(whole(n), self.one_of(&[Drive::Constant, Drive::Poisson], Drive::name))
            }
            "vogels_abbott_current" => vogels_abbott_current(),
            "vogels_abbott_conductance" => vogels_abbott_conductance(),
            "microcircuit" => {
                let scale = self.size("the scale", 1.0, (0.01, 1.0))?;
                microcircuit(scale, self.one_of(&[Drive::Poisson, Drive::Constant], Drive::name))
            }
            "scnn" => scnn(),
            "synfire" => synfire(),
            "power" => power(self.one_of(&[Load::Synfire, Load::Bursting, Load::Irregular], Load::name)),
            "chip" => chip(),
            _ => board(whole(self.size("the number of chips", 48.0, (1.0, 1000.0))?)),
        })
    }

    /// Takes a number if one comes next.
    fn size(
        &mut self,
        quantity: &'static str,
        default: f64,
        (min, max): (f64, f64),
    ) -> Result<f64, BenchmarkError> {
        let Some(given) = self.parts.first().and_then(|part| part.parse().ok()) else { return Ok(default) };
        self.parts.remove(0);
        if (min..=max).contains(&given) {
            return Ok(given);
        }
        Err(BenchmarkError::Size { name: self.name.to_owned(), quantity, min, max, given })
    }

    /// Takes one of a few names if one comes next; else the first is meant.
    fn one_of<T: Copy>(&mut self, values: &[T], name: impl Fn(T) -> &'static str) -> T {
        let found = values.iter().find(|value| self.parts.first() == Some(&name(**value)));
        if found.is_some() {
            self.parts.remove(0);
        }
        *found.unwrap_or(&values[0])
    }

    fn end(&self) -> Result<(), BenchmarkError> {
        let Some(choice) = self.parts.first() else { return Ok(()) };
        Err(BenchmarkError::Choice {
            name: self.name.to_owned(),
            choice: (*choice).to_owned(),
            form: format!("{}{}", self.entry.name, self.entry.choices),
        })
    }
}

#[expect(clippy::cast_sign_loss, reason = "checked to be above 0")]
fn whole(x: f64) -> u32 {
    x.round() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_to_benchmarks_and_back() {
        for entry in catalogue() {
            for name in entry.quick {
                let benchmark = by_name(name).unwrap();
                benchmark.network.validate().unwrap();
                let again = by_name(&benchmark.name).unwrap();
                assert_eq!((again.name, again.network), (benchmark.name, benchmark.network));
            }
        }
        assert_eq!(by_name("brunel").unwrap().name, "brunel:12500:constant");
        assert_eq!(by_name("power").unwrap().name, "power:synfire");
        assert_eq!(by_name("board:2").unwrap().network.populations.len(), 4 * 148);
    }

    #[test]
    fn what_is_no_name_is_explained() {
        let message = |name| by_name(name).unwrap_err().to_string();
        assert!(message("brunnel").contains("did you mean `brunel`"));
        assert!(message("brunel:x").contains("`x` is no choice; a name is brunel[:NEURONS]"));
        assert!(message("synfire:7").contains("a name is synfire"));
        assert!(message("board:1e9").contains("between 1 and 1000, not 1000000000"));
        assert!(message("board:nan").contains("NaN"));
        assert!(message("").contains("there is no benchmark"));
    }
}
