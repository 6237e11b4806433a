//! A search as a folder: numbers for scripts, the solution for people, pictures.

use std::fmt::Write;
use std::path::Path;

use gennaker_formats::{SideFile, write_folder};
use gennaker_qubo::{AnyProblem, AnySolution};
use gennaker_report::{CutPicture, Descent, DescentPoint, Picture, ReportError};

use super::{Optimisation, Optimum};
use crate::{Error, PNG_SCALE, some_picture};

impl Optimum {
    /// Writes a folder, whole or not at all: `result.json` ([`Optimum::document`]), `solutions.csv` (a line per read), `solution.txt` (the
    /// best, in the problem's own terms), `energy.svg` and `.png`, and of a cut `partition.svg` and `.png`. Earlier results in its
    /// place are replaced.
    ///
    /// # Errors
    /// [`Error::Format`] if anything else is in its place or it cannot be written, [`Error::Report`].
    pub fn write(&self, optimisation: &Optimisation, folder: &Path) -> Result<(), Error> {
        let mut files = vec![
            SideFile { name: "solutions.csv".to_owned(), bytes: self.csv().into_bytes() },
            SideFile { name: "solution.txt".to_owned(), bytes: self.text(optimisation).into_bytes() },
        ];
        let pictures =
            [("energy", self.energy_picture(optimisation)), ("partition", self.cut_picture(optimisation))];
        for (name, picture) in pictures {
            if let Some(picture) = some_picture(picture)? {
                let svg = picture.svg().as_bytes().to_vec();
                files.push(SideFile { name: format!("{name}.svg"), bytes: svg });
                files.push(SideFile { name: format!("{name}.png"), bytes: picture.to_png(PNG_SCALE)? });
            }
        }
        Ok(write_folder(folder, self.document(optimisation), &files)?)
    }

    /// One line per read. `objective` is empty where the best state of a read is no solution, `ticks_to_target` where it did not meet it.
    #[must_use]
    pub fn csv(&self) -> String {
        let mut text =
            "read,energy,state_value,objective,violations,tick_found,ticks,flips,proposals,ticks_to_target\n"
                .to_owned();
        for (index, read) in self.reads.iter().enumerate() {
            let objective = read.objective.map_or_else(String::new, |o| o.to_string());
            let met = read.ticks_to_target.map_or_else(String::new, |t| t.to_string());
            writeln!(
                text,
                "{index},{},{},{objective},{},{},{},{},{},{met}",
                read.energy,
                read.value,
                read.n_violations,
                read.tick_found,
                read.n_ticks,
                read.n_flips,
                read.n_proposals
            )
            .expect("text takes every write");
        }
        text
    }

    /// The best state in the problem's own terms: after lines that begin with `#`, a line for each vertex, variable, number, city of the
    /// tour, or vertex of the set.
    #[must_use]
    pub fn text(&self, optimisation: &Optimisation) -> String {
        let problem = optimisation.problem();
        let name: String = optimisation.name.chars().filter(|c| !c.is_control()).collect();
        let mut text = format!("# {name}: {}", problem.kind());
        let mut line = |line: String| {
            text.push_str(&line);
            text.push('\n');
        };
        let from = optimisation.first_index();
        let Some((solution, objective)) = &self.solution.solution else {
            line(format!("\n# no solution: the best state breaks {} rules", self.solution.violations.len()));
            self.solution.violations.iter().for_each(|v| line(format!("# {}", v.counted_from(from))));
            return text;
        };
        line(format!(", {} {objective}", problem.kind().value_name()));
        let (header, lines) = solution_lines(solution, problem, from);
        line(format!("# {header}"));
        lines.into_iter().for_each(line);
        text
    }

    /// Values over ticks: median and range of the reads, the best so far, the target.
    ///
    /// # Errors
    /// [`ReportError::Nothing`] if no read ran.
    pub fn energy_picture(&self, optimisation: &Optimisation) -> Result<Picture, ReportError> {
        let point = |p: &super::CoursePoint| DescentPoint {
            tick: p.tick,
            low: p.low,
            median: p.median,
            high: p.high,
            best: p.best,
        };
        Descent {
            title: &optimisation.name,
            value_name: state_value_name(optimisation.problem()),
            n_runs: self.n_started(),
            points: &self.course.iter().map(point).collect::<Vec<_>>(),
            target: self.target.map(|target| target.value.to_f64()),
        }
        .draw()
    }

    /// The two sides of the best cut.
    ///
    /// # Errors
    /// [`ReportError::Nothing`] for other problems, and graphs without vertices.
    pub fn cut_picture(&self, optimisation: &Optimisation) -> Result<Picture, ReportError> {
        let (AnyProblem::MaxCut(problem), Some((AnySolution::Sides(sides), cut))) =
            (optimisation.problem(), &self.solution.solution)
        else {
            let remedy = "draw a maximum cut";
            return Err(ReportError::Nothing { missing: "the problem has no two sides", remedy });
        };
        let edges: Vec<_> = problem.graph.edges().map(|(u, v, w)| (u as u32, v as u32, w as f64)).collect();
        CutPicture {
            title: &optimisation.name,
            value: &cut.to_string(),
            sides,
            first_vertex: optimisation.first_index(),
            edges: &edges,
        }
        .draw()
    }
}

/// What the value of a state is called; it need not be the objective.
fn state_value_name(problem: &AnyProblem) -> &'static str {
    match problem {
        AnyProblem::Coloring(_) => "penalty",
        AnyProblem::Partition(_) => "difference squared",
        AnyProblem::IndependentSet(_) => "set size less penalties",
        AnyProblem::Tour(_) => "tour length with penalties",
        other => other.kind().value_name(),
    }
}

/// What the lines hold, and the lines.
fn solution_lines(solution: &AnySolution, problem: &AnyProblem, from: usize) -> (&'static str, Vec<String>) {
    fn numbered<T: ToString>(values: impl Iterator<Item = T>, from: usize) -> Vec<String> {
        values.enumerate().map(|(i, value)| format!("{} {}", i + from, value.to_string())).collect()
    }
    let bits = |bits: &[bool]| numbered(bits.iter().map(|&b| u8::from(b)), from);
    match solution {
        AnySolution::Sides(sides) => ("vertex, side", bits(sides)),
        AnySolution::Bits(values) => ("variable, value", numbered(values.iter(), from)),
        AnySolution::Spins(values) => ("variable, spin", numbered(values.iter(), from)),
        AnySolution::Set(set) => {
            let members = (0..set.len()).filter(|&v| set[v]).map(|v| (v + from).to_string());
            ("vertices of the set", members.collect())
        }
        AnySolution::Colours(colours) => ("vertex, colour", numbered(colours.iter().map(|c| c + from), from)),
        AnySolution::Parts(parts) => {
            let AnyProblem::Partition(problem) = problem else { return ("number, part", bits(parts)) };
            let pairs = problem.numbers.iter().zip(parts);
            ("number, part", pairs.map(|(a, &part)| format!("{a} {}", u8::from(part))).collect())
        }
        AnySolution::Tour(cities) => {
            ("cities in order", cities.iter().map(|c| (c + from).to_string()).collect())
        }
        AnySolution::Assignment(values) => ("variable, value", bits(values)),
        _ => ("", Vec::new()),
    }
}
