//! Where energy goes, part by part.

use crate::axis::Scale;
use crate::chart::{Chart, Panel};
use crate::error::ReportError;
use crate::numbers::{clipped, counted, engineering, trimmed};
use crate::page::{EnergyPart, EnergyUse};
use crate::picture::Picture;
use crate::svg::{Anchor, TextStyle, c};
use crate::theme::{AXIS, GRID, INK, LABEL_SIZE, MUTED, SMALL_SIZE, TOP, colour};

/// Parts beyond this number are not shown.
const MAX_PARTS: usize = 30;
const ROW: f64 = 26.0;
const BAR: f64 = 17.0;
/// Where bars begin, to the right of their names.
const START: f64 = 236.0;
/// Where the longest bar ends, so that its numbers have room.
const END: f64 = 680.0;
/// Letters of a line of notes.
const LINE_LETTERS: usize = 136;

/// What a picture of energy shows.
#[derive(Debug, Clone, Copy)]
pub struct EnergyPicture<'a> {
    /// Title, such as the network's name.
    pub title: &'a str,
    /// Where the energy goes.
    pub energy: &'a EnergyUse,
}

impl EnergyPicture<'_> {
    /// Draws a bar for each part, the largest first.
    ///
    /// # Errors
    /// [`ReportError::Nothing`] if no part takes any.
    pub fn draw(&self) -> Result<Picture, ReportError> {
        let mut parts: Vec<&EnergyPart> = self.energy.parts.iter().filter(|part| takes_some(part)).collect();
        // Equal parts stay in the order of the account.
        parts.sort_by(|a, b| b.joule.total_cmp(&a.joule));
        let Some(largest) = parts.first().map(|part| part.joule) else {
            return Err(ReportError::Nothing { missing: "no part takes energy", remedy: "run some ticks" });
        };
        let shown = &parts[..parts.len().min(MAX_PARTS)];
        let notes = wrapped(&self.energy.caveat, LINE_LETTERS);
        #[expect(clippy::cast_precision_loss, reason = "some 30 rows")]
        let bottom = TOP + 8.0 + ROW * shown.len() as f64;
        #[expect(clippy::cast_precision_loss, reason = "a few lines")]
        let end = bottom + 15.0 * notes.len() as f64;
        let mut chart = Chart::new(self.title, &self.subtitle(parts.len() - shown.len()), end);
        let groups = self.groups();
        axis(&mut chart, largest, bottom);
        let mut top = TOP + 4.0;
        for part in shown {
            let shade = groups.iter().position(|group| *group == part.group).map_or(MUTED, colour);
            self.draw_part(&mut chart, part, largest, top, shade);
            top += ROW;
        }
        draw_groups(&mut chart, &groups, shown);
        let mut y = bottom + 56.0;
        for line in &notes {
            chart.svg.text((18.0, y), TextStyle::new(SMALL_SIZE, MUTED), line);
            y += 15.0;
        }
        Ok(chart.finish())
    }

    fn subtitle(&self, n_left_out: usize) -> String {
        let [(total, joule), (power, watt)] =
            [engineering(self.energy.total_j, "J"), engineering(self.energy.power_w, "W")];
        let mut text = format!("modelled: {total} {joule} in all · mean power {power} {watt}");
        let n_zero = self.energy.parts.iter().filter(|part| !takes_some(part)).count();
        if n_zero > 0 {
            text += &format!(" · {} without energy", counted(n_zero as u64, "part"));
        }
        if n_left_out > 0 {
            text += &format!(" · {} not shown", counted(n_left_out as u64, "smaller part"));
        }
        text
    }

    /// Groups in the order of the account: the same colours in every picture.
    fn groups(&self) -> Vec<&str> {
        let mut groups: Vec<&str> = Vec::new();
        for part in &self.energy.parts {
            if !groups.contains(&part.group.as_str()) {
                groups.push(&part.group);
            }
        }
        groups
    }

    fn draw_part(&self, chart: &mut Chart, part: &EnergyPart, largest: f64, top: f64, shade: &'static str) {
        let right = START + (END - START) * (part.joule / largest);
        // Even the smallest part is a line.
        let width = (right - START).max(1.0);
        let d = format!("M{} {}h{}v{}h-{}Z", c(START), c(top), c(width), c(BAR), c(width));
        chart.svg.area(&d, shade, 0.9);
        let name = TextStyle::new(LABEL_SIZE, INK).anchored(Anchor::End);
        chart.svg.text((START - 9.0, top + 12.8), name, &clipped(&part.label, 30));
        let (value, unit) = engineering(part.joule, "J");
        let text = format!("{value} {unit} · {}", percentage(part.joule / self.energy.total_j));
        chart.svg.text((START + width + 7.0, top + 12.4), TextStyle::new(SMALL_SIZE, MUTED), &text);
    }
}

fn takes_some(part: &EnergyPart) -> bool {
    part.joule.is_finite() && part.joule > 0.0
}

fn percentage(part: f64) -> String {
    match 100.0 * part {
        x if !x.is_finite() => "share not known".to_owned(),
        x if x < 0.1 => "< 0.1 %".to_owned(),
        x => format!("{} %", trimmed(x, 1)),
    }
}

/// Joules along the bottom, in the unit that suits the largest part.
fn axis(chart: &mut Chart, largest: f64, bottom: f64) {
    let unit = engineering(largest, "J").1;
    // What the prefix stands for, from the number that it leaves.
    let prefix =
        ["G", "M", "k", "", "m", "µ", "n", "p"].iter().position(|p| format!("{p}J") == unit).unwrap_or(3);
    let factor = 1000f64.powi(3 - prefix as i32);
    let scale = Scale::new((0.0, largest / factor), (START, END));
    for (value, text) in scale.ticks(80.0) {
        let x = scale.at(value);
        chart.svg.line((x, TOP), (x, bottom), GRID, 1.0);
        chart.svg.text((x, bottom + 15.0), TextStyle::new(SMALL_SIZE, MUTED).anchored(Anchor::Middle), &text);
    }
    chart.svg.line((START, TOP), (START, bottom), AXIS, 1.0);
    let style = TextStyle::new(LABEL_SIZE, INK).anchored(Anchor::Middle);
    chart.svg.text(((START + END) / 2.0, bottom + 34.0), style, &format!("energy ({unit})"));
}

/// Names of the groups whose parts are shown, with what they come to.
fn draw_groups(chart: &mut Chart, groups: &[&str], shown: &[&EnergyPart]) {
    let mut y = TOP + 14.0;
    for (index, group) in groups.iter().enumerate() {
        let joule: f64 = shown.iter().filter(|part| part.group == *group).map(|part| part.joule).sum();
        if joule == 0.0 {
            continue;
        }
        let x = Panel::RIGHT + 26.0;
        let square = format!("M{} {}h10v10h-10Z", c(x - 16.0), c(y - 9.0));
        chart.svg.area(&square, colour(index), 0.9);
        chart.svg.text((x, y), TextStyle::new(SMALL_SIZE, INK), &clipped(group, 18));
        let (value, unit) = engineering(joule, "J");
        chart.svg.text((x, y + 14.0), TextStyle::new(SMALL_SIZE, MUTED), &format!("{value} {unit}"));
        y += 34.0;
    }
}

/// A text in lines of at most `letters` letters; longer words stand alone.
fn wrapped(text: &str, letters: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in clipped(text, 8 * letters).split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= letters => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_hold_all_words() {
        let text = "one two three four five six";
        let lines = wrapped(text, 10);
        assert_eq!(lines, ["one two", "three four", "five six"]);
        assert_eq!(lines.join(" "), text);
        assert_eq!(wrapped("", 10), Vec::<String>::new());
        assert_eq!(wrapped("a bbbbbbbbbbbbbbb c", 5).len(), 3);
    }

    #[test]
    fn percentages_are_never_zero() {
        assert_eq!([0.5, 0.000_1, 0.123_4].map(percentage), ["50 %", "< 0.1 %", "12.3 %"]);
        assert_eq!(percentage(f64::NAN), "share not known");
    }
}
