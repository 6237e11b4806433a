//! The frame that all pictures share: title, panels with axes, time axis.

use crate::axis::{Scale, TimeAxis};
use crate::numbers::clipped;
use crate::picture::{Picture, PlacedImage};
use crate::svg::{Anchor, Svg, TextStyle};
use crate::theme::{
    AXIS, BOTTOM, GRID, INK, LABEL_SIZE, LEFT, MUTED, RIGHT, SMALL_SIZE, TITLE_SIZE, TOP, WIDTH,
};

/// A picture under construction.
pub(crate) struct Chart {
    pub(crate) svg: Svg,
    pub(crate) images: Vec<PlacedImage>,
    summary: String,
    height: f64,
}

/// A rectangle in which data are drawn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Panel {
    pub(crate) top: f64,
    pub(crate) height: f64,
}

impl Panel {
    pub(crate) const LEFT: f64 = LEFT;
    pub(crate) const RIGHT: f64 = WIDTH - RIGHT;
    pub(crate) const WIDTH: f64 = Self::RIGHT - Self::LEFT;

    pub(crate) fn bottom(&self) -> f64 {
        self.top + self.height
    }

    pub(crate) fn middle(&self) -> f64 {
        self.top + self.height / 2.0
    }
}

/// Panels of the given heights below the title, `gap` pixels apart.
pub(crate) fn stack(heights: &[f64], gap: f64) -> Vec<Panel> {
    let mut top = TOP;
    let place = |&height: &f64| {
        let panel = Panel { top, height };
        top += height + gap;
        panel
    };
    heights.iter().map(place).collect()
}

impl Chart {
    /// A chart whose lowest panel ends at `bottom`.
    pub(crate) fn new(title: &str, subtitle: &str, bottom: f64) -> Self {
        let title = clipped(title, 70);
        let mut svg = Svg::default();
        svg.text((LEFT, 30.0), TextStyle::new(TITLE_SIZE, INK).bold(), &title);
        svg.text((LEFT, 49.0), TextStyle::new(LABEL_SIZE, MUTED), subtitle);
        let summary = format!("{title}: {subtitle}");
        Self { svg, images: Vec::new(), summary, height: bottom + BOTTOM }
    }

    /// A name to the right of a panel, with smaller lines below it as far as there is room.
    pub(crate) fn panel_label(&mut self, panel: Panel, name: &str, colour: &'static str, lines: &[String]) {
        let x = Panel::RIGHT + 12.0;
        let room = ((panel.height + 2.0) / 15.0).floor().max(1.0) as usize;
        let lines = &lines[..lines.len().min(room - 1)];
        #[expect(clippy::cast_precision_loss, reason = "a few lines")]
        let first = panel.middle() + 4.0 - 7.5 * lines.len() as f64;
        self.svg.text((x, first), TextStyle::new(LABEL_SIZE, colour).bold(), &clipped(name, 16));
        for (line, y) in lines.iter().zip((1u32..).map(|i| first + 15.0 * f64::from(i))) {
            self.svg.text((x, y), TextStyle::new(SMALL_SIZE, MUTED), line);
        }
    }

    /// Numbers and thin lines along the y axis.
    pub(crate) fn y_axis(&mut self, panel: Panel, ticks: &[(f64, String)]) {
        for (y, text) in ticks {
            self.svg.line((Panel::LEFT, *y), (Panel::RIGHT, *y), GRID, 1.0);
            let style = TextStyle::new(SMALL_SIZE, MUTED).anchored(Anchor::End);
            // The highest number stays beside its own panel, so that it cannot meet its upper neighbour's lowest.
            let base_line = (y + 3.7).max(panel.top + 7.0);
            self.svg.text((Panel::LEFT - 7.0, base_line), style, text);
        }
        self.svg.line((Panel::LEFT, panel.top), (Panel::LEFT, panel.bottom()), AXIS, 1.0);
    }

    /// [`Chart::y_axis`] with round numbers of a scale.
    pub(crate) fn y_scale(&mut self, panel: Panel, scale: &Scale) {
        let ticks: Vec<_> = scale.ticks(30.0).into_iter().map(|(y, text)| (scale.at(y), text)).collect();
        self.y_axis(panel, &ticks);
    }

    /// A title for one or several panels, reading upwards.
    pub(crate) fn y_title(&mut self, from: Panel, to: Panel, title: &str) {
        let middle = (from.top + to.bottom()) / 2.0;
        self.svg.text_upwards((20.0, middle), TextStyle::new(LABEL_SIZE, INK), title);
    }

    /// Thin lines at the times of the axis, behind a panel's data.
    pub(crate) fn time_grid(&mut self, panel: Panel, axis: &TimeAxis) {
        self.x_grid(panel, &axis.ticks());
    }

    pub(crate) fn x_grid(&mut self, panel: Panel, ticks: &[(f64, String)]) {
        for (x, _) in ticks {
            self.svg.line((*x, panel.top), (*x, panel.bottom()), GRID, 1.0);
        }
        self.svg.line((Panel::LEFT, panel.bottom()), (Panel::RIGHT, panel.bottom()), AXIS, 1.0);
    }

    /// Numbers and title below the lowest panel.
    pub(crate) fn x_axis(&mut self, lowest: Panel, ticks: &[(f64, String)], title: &str) {
        let bottom = lowest.bottom();
        for (x, text) in ticks {
            self.svg.line((*x, bottom), (*x, bottom + 4.0), AXIS, 1.0);
            let style = TextStyle::new(SMALL_SIZE, MUTED).anchored(Anchor::Middle);
            self.svg.text((*x, bottom + 17.0), style, text);
        }
        let middle = (Panel::LEFT + Panel::RIGHT) / 2.0;
        let style = TextStyle::new(LABEL_SIZE, INK).anchored(Anchor::Middle);
        self.svg.text((middle, bottom + 38.0), style, title);
    }

    pub(crate) fn finish(self) -> Picture {
        let svg = self.svg.finish(WIDTH, self.height, &self.summary);
        Picture { svg, width: WIDTH, height: self.height, images: self.images }
    }
}
