//! The two sides of a cut graph.

use std::f64::consts::PI;
use std::fmt::Write;

use crate::chart::{Chart, Panel, stack};
use crate::error::ReportError;
use crate::numbers::{counted, grouped};
use crate::picture::Picture;
use crate::svg::{Anchor, TextStyle, c};
use crate::theme::{INK, MUTED, SMALL_SIZE, colour};

/// Edges beyond this number are left out, evenly over the list.
pub const MAX_EDGES_DRAWN: usize = 2000;
/// Vertices beyond this number are left out, and with them their edges.
pub const MAX_VERTICES_DRAWN: usize = 20_000;
/// Up to so many vertices have their numbers beside them.
const MAX_NUMBERED: usize = 64;
/// Edges of one stroke. Within a stroke, crossings are no darker than lines, so that there have to be many strokes.
const EDGES_PER_STROKE: usize = 10;
/// Height of the panel in pixels.
const HEIGHT: f64 = 520.0;
/// How often either side is put in the order of its neighbours' places.
const PASSES: usize = 12;

/// What a picture of a cut shows.
#[derive(Debug, Clone)]
pub struct CutPicture<'a> {
    /// Title, such as the graph's name.
    pub title: &'a str,
    /// What the cut is worth, as text.
    pub value: &'a str,
    /// The side of every vertex.
    pub sides: &'a [bool],
    /// The number of the first vertex.
    pub first_vertex: usize,
    /// Edges and their weights; such as name vertices that do not exist are left out.
    pub edges: &'a [(u32, u32, f64)],
}

impl CutPicture<'_> {
    /// Draws one side on an arc to the left, the other to the right, and the edges between them. Vertices are put where their
    /// neighbours on the other side are, as far as that goes.
    ///
    /// # Errors
    /// [`ReportError::Nothing`] without vertices.
    pub fn draw(&self) -> Result<Picture, ReportError> {
        if self.sides.is_empty() {
            let remedy = "give a graph with vertices";
            return Err(ReportError::Nothing { missing: "the graph has no vertex", remedy });
        }
        let n_shown = self.sides.len().min(MAX_VERTICES_DRAWN);
        let cut: Vec<_> =
            self.edges.iter().copied().filter(|&(u, v, _)| self.is_cut(u, v, n_shown)).collect();
        let drawn: Vec<_> = spread(cut.len()).map(|i| cut[i]).collect();
        let layout = Layout::new(&self.sides[..n_shown], &cut);
        let place = stack(&[HEIGHT], 0.0)[0];
        let mut chart = Chart::new(self.title, &self.subtitle(cut.len(), drawn.len()), place.bottom() - 30.0);
        let places: Vec<(f64, f64)> = (0..n_shown).map(|v| layout.place(v, place)).collect();
        draw_edges(&mut chart, &drawn, &places);
        for (side, shade) in [(true, 0), (false, 2)] {
            let dots = (0..n_shown).filter(|&v| self.sides[v] == side).map(|v| places[v]);
            chart.svg.area(&circles(dots, layout.radius(place)), colour(shade), 1.0);
        }
        if n_shown <= MAX_NUMBERED {
            self.number_vertices(&mut chart, &places, &layout, layout.radius(place));
        }
        self.label(&mut chart, place, drawn.iter().any(|e| e.2 < 0.0));
        Ok(chart.finish())
    }

    /// Numbers outside of the arcs, moved up or down as the arc bends, so that they stay clear of the next vertex.
    fn number_vertices(&self, chart: &mut Chart, places: &[(f64, f64)], layout: &Layout, radius: f64) {
        for (vertex, &(x, y)) in places.iter().enumerate() {
            let (anchor, away) = if self.sides[vertex] { (Anchor::End, -1.0) } else { (Anchor::Start, 1.0) };
            let style = TextStyle::new(SMALL_SIZE, INK).anchored(anchor);
            let text = (vertex + self.first_vertex).to_string();
            let lift = (2.0 * layout.fractions[vertex] - 1.0).powi(3) * (radius + 6.0);
            chart.svg.text((x + away * (radius + 4.0), y + 3.7 + lift), style, &text);
        }
    }

    fn is_cut(&self, u: u32, v: u32, n: usize) -> bool {
        let (u, v) = (u as usize, v as usize);
        u < n && v < n && self.sides[u] != self.sides[v]
    }

    fn subtitle(&self, n_cut: usize, n_drawn: usize) -> String {
        let (n, m) = (self.sides.len(), self.edges.len());
        let mut text = format!(
            "cut {} · {} of {} between the sides",
            self.value,
            grouped(n_cut as u64),
            counted(m as u64, "edge")
        );
        if n_drawn < n_cut {
            write!(text, ", {} of them drawn", grouped(n_drawn as u64)).expect("text takes every write");
        }
        if n > MAX_VERTICES_DRAWN {
            let more = grouped((n - MAX_VERTICES_DRAWN) as u64);
            write!(text, " · {more} vertices not shown").expect("text takes every write");
        }
        text
    }

    fn label(&self, chart: &mut Chart, place: Panel, has_negative: bool) {
        let ups = self.sides.iter().filter(|s| **s).count();
        let lines = [
            (colour(0), format!("{} vertices", grouped(ups as u64))),
            (colour(2), format!("{} vertices", grouped((self.sides.len() - ups) as u64))),
            (MUTED, "grey: edges cut".to_owned()),
            (colour(1), "of negative weight".to_owned()),
        ];
        let n_lines = if has_negative { 4 } else { 3 };
        let rows = (0u32..).map(|i| place.top + 40.0 + 17.0 * f64::from(i));
        let at = (Panel::RIGHT + 12.0, place.top + 20.0);
        chart.svg.text(at, TextStyle::new(SMALL_SIZE, INK).bold(), "the two sides");
        for ((shade, text), y) in lines.iter().take(n_lines).zip(rows) {
            chart.svg.text((Panel::RIGHT + 12.0, y), TextStyle::new(SMALL_SIZE, shade), text);
        }
    }
}

/// At most [`MAX_EDGES_DRAWN`] of `n` places, evenly.
fn spread(n: usize) -> impl Iterator<Item = usize> {
    let shown = n.min(MAX_EDGES_DRAWN);
    (0..shown).map(move |k| k * n / shown.max(1))
}

fn draw_edges(chart: &mut Chart, edges: &[(u32, u32, f64)], places: &[(f64, f64)]) {
    let opacity = (8.0 / (edges.len().max(1) as f64).sqrt()).clamp(0.15, 0.8);
    let extra = format!(" stroke-opacity=\"{}\"", c(opacity));
    for (is_negative, shade) in [(false, MUTED), (true, colour(1))] {
        let of_sign: Vec<_> = edges.iter().filter(|e| (e.2 < 0.0) == is_negative).collect();
        for stroke in of_sign.chunks(EDGES_PER_STROKE) {
            let mut d = String::new();
            for &&(u, v, _) in stroke {
                let (from, to) = (places[u as usize], places[v as usize]);
                write!(d, "M{} {}L{} {}", c(from.0), c(from.1), c(to.0), c(to.1))
                    .expect("text takes every write");
            }
            chart.svg.path(&d, shade, 0.6, &extra);
        }
    }
}

fn circles(places: impl Iterator<Item = (f64, f64)>, radius: f64) -> String {
    let mut d = String::new();
    let r = c(radius);
    for (x, y) in places {
        let (left, right) = (c(x - radius), c(2.0 * radius));
        write!(d, "M{left} {}a{r} {r} 0 1 0 {right} 0a{r} {r} 0 1 0 -{right} 0Z", c(y))
            .expect("text takes every write");
    }
    d
}

/// Where each vertex is on its side's arc, from 0 at the top to 1 at the bottom.
struct Layout {
    fractions: Vec<f64>,
    is_left: Vec<bool>,
    /// Vertices of the larger side.
    n_most: usize,
}

impl Layout {
    /// Sides are put in the order of the mean place of their neighbours, by turns (Sugiyama, Tagawa and Toda, IEEE Transactions on
    /// Systems, Man, and Cybernetics 11, 1981).
    fn new(sides: &[bool], cut: &[(u32, u32, f64)]) -> Self {
        let mut order: [Vec<usize>; 2] =
            [true, false].map(|side| (0..sides.len()).filter(|&v| sides[v] == side).collect());
        let mut fractions = vec![0.5; sides.len()];
        order.iter().for_each(|side| number(side, &mut fractions));
        for pass in 0..PASSES {
            let side = &mut order[(pass + 1) % 2];
            let (mut sums, mut counts) = (vec![0.0; sides.len()], vec![0u32; sides.len()]);
            for &(u, v, _) in cut {
                for (one, other) in [(u as usize, v as usize), (v as usize, u as usize)] {
                    sums[one] += fractions[other];
                    counts[one] += 1;
                }
            }
            // Vertices without an edge stay where they are.
            let mean = |v: usize| if counts[v] > 0 { sums[v] / f64::from(counts[v]) } else { fractions[v] };
            side.sort_by(|&a, &b| mean(a).total_cmp(&mean(b)).then(a.cmp(&b)));
            number(side, &mut fractions);
        }
        let n_most = order.iter().map(Vec::len).max().unwrap_or(0);
        Self { fractions, is_left: sides.to_vec(), n_most }
    }

    fn place(&self, vertex: usize, panel: Panel) -> (f64, f64) {
        let centre = (Panel::LEFT + Panel::WIDTH / 2.0, panel.middle());
        // Arcs of 150 degrees, whose ends leave room between the sides.
        let angle = (self.fractions[vertex] - 0.5) * PI * 5.0 / 6.0;
        let across = (Panel::WIDTH / 2.0 - 30.0) * angle.cos();
        let x = if self.is_left[vertex] { centre.0 - across } else { centre.0 + across };
        (x, centre.1 + (panel.height / 2.0 - 10.0) * angle.sin() / (PI * 5.0 / 12.0).sin())
    }

    /// Dots that touch their neighbours at most.
    fn radius(&self, panel: Panel) -> f64 {
        (panel.height / self.n_most.max(1) as f64 * 0.6).clamp(0.8, 7.0)
    }
}

/// Numbers a side from top to bottom.
fn number(side: &[usize], fractions: &mut [f64]) {
    for (place, &v) in side.iter().enumerate() {
        fractions[v] = (place as f64 + 0.5) / side.len() as f64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_that_is_a_matching_has_no_crossings() {
        let sides: Vec<bool> = (0..40).map(|v| v % 2 == 0).collect();
        // Every even vertex with one odd vertex, in another order.
        let edges: Vec<_> = (0..20u32).map(|k| (2 * k, 2 * (k * 7 % 20) + 1, 1.0)).collect();
        let layout = Layout::new(&sides, &edges);
        assert!(edges.iter().all(|e| layout.fractions[e.0 as usize] == layout.fractions[e.1 as usize]));
    }

    #[test]
    fn any_graph_makes_a_picture_and_says_what_it_leaves_out() {
        let draw = |sides: &[bool], edges: &[(u32, u32, f64)]| {
            CutPicture { title: "g", value: "7", sides, first_vertex: 1, edges }.draw()
        };
        assert!(matches!(draw(&[], &[]), Err(ReportError::Nothing { .. })));
        draw(&[true], &[(0, 0, 1.0), (0, 9, 1.0)]).unwrap().to_png(1.0).unwrap();
        let sides: Vec<bool> = (0..200).map(|v| v < 100).collect();
        let edges: Vec<_> =
            (0..100).flat_map(|u| (100..200).map(move |v| (u, v, 1.0 - f64::from(v % 2 * 2)))).collect();
        let picture = draw(&sides, &edges).unwrap();
        let expected = "cut 7 · 10,000 of 10,000 edges between the sides, 2,000 of them drawn";
        assert!(picture.svg().contains(expected), "{}", &picture.svg()[..2000]);
        assert!(picture.svg().contains("of negative weight"));
        assert_eq!(spread(10_000).last(), Some(9995));
    }
}
