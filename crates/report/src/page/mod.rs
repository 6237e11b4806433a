//! The report page: one HTML file with everything in it.
//!
//! The page is three texts put into a skeleton: a style sheet, a script, and the [`Report`] as JSON. Its content security policy names
//! the script and the style by their hashes and forbids everything else, so that neither a hostile name nor a later edit of the data can run
//! or fetch anything.

mod binning;
mod document;
mod layout;
mod packed;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

pub use binning::{
    MAX_RASTER_CELLS, MAX_RASTER_SPIKES, MAX_SAMPLES, Spikes, distribution, rasters, rates, sampled,
};
pub use document::{
    Activity, Chips, Distribution, EnergyPart, EnergyUse, Figure, Fold, Links, Live, MachineMap, Metric,
    NetworkGraph, Pes, PopulationActivity, PopulationNode, ProjectionEdge, Raster as RasterData, Report,
    Section, Severity, Shading, Sign, TimeUse, TraceGroup, TraceLine, Tree, Warning,
};
pub use layout::places;
pub use packed::Packed;

const SKELETON: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
/// The script's parts, in the order in which they run.
const SCRIPTS: [&str; 31] = [
    include_str!("basics.js"),
    include_str!("numbers.js"),
    include_str!("packed.js"),
    include_str!("theme.js"),
    include_str!("state.js"),
    include_str!("table.js"),
    include_str!("canvas.js"),
    include_str!("summary.js"),
    include_str!("network_graph.js"),
    include_str!("network.js"),
    include_str!("machine_model.js"),
    include_str!("machine_fold.js"),
    include_str!("machine_camera.js"),
    include_str!("machine_items.js"),
    include_str!("machine_draw.js"),
    include_str!("machine_cells.js"),
    include_str!("machine_links.js"),
    include_str!("machine_details.js"),
    include_str!("machine_controls.js"),
    include_str!("machine.js"),
    include_str!("time_plot.js"),
    include_str!("time_input.js"),
    include_str!("raster.js"),
    include_str!("rates.js"),
    include_str!("traces.js"),
    include_str!("distributions.js"),
    include_str!("activity.js"),
    include_str!("time_use.js"),
    include_str!("energy.js"),
    include_str!("live.js"),
    include_str!("main.js"),
];

impl Report {
    /// The data as JSON that can stand in a script element: no character of it can end the element.
    #[must_use]
    pub fn to_json(&self) -> String {
        let json = serde_json::to_string(self).unwrap_or_else(|error| {
            // Keys are texts and numbers that are not finite become null: nothing in a report can fail.
            unreachable!("a report is plain data: {error}")
        });
        let mut safe = String::with_capacity(json.len() + json.len() / 64);
        for c in json.chars() {
            match c {
                '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                    safe.push_str(&format!("\\u{:04x}", u32::from(c)));
                }
                _ => safe.push(c),
            }
        }
        safe
    }

    /// The page: opens from disk, asks no network for anything.
    #[must_use]
    pub fn to_html(&self) -> String {
        let script = format!("'use strict';\n{}", SCRIPTS.join("\n"));
        // Only a page that follows a run may ask, and only the server that it came from.
        let connect = if self.live.is_some() { "'self'" } else { "'none'" };
        let policy = format!(
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src '{}'; style-src '{}'; img-src data: blob:; connect-src {connect}; base-uri 'none'; form-action 'none'\">",
            hash(&script),
            hash(STYLE)
        );
        let mut rest = SKELETON;
        let mut page = String::new();
        for (mark, text) in [
            ("<!--POLICY-->", policy.as_str()),
            ("/*STYLE*/", STYLE),
            ("/*DATA*/", &self.to_json()),
            ("/*SCRIPT*/", &script),
        ] {
            let (before, after) = rest.split_once(mark).unwrap_or((rest, ""));
            page.push_str(before);
            page.push_str(text);
            rest = after;
        }
        page + rest
    }
}

/// What a content security policy calls a text by.
fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_skeleton_has_every_mark_once_and_in_order() {
        let places = ["<!--POLICY-->", "/*STYLE*/", "/*DATA*/", "/*SCRIPT*/"].map(|mark| {
            assert_eq!(SKELETON.matches(mark).count(), 1, "{mark}");
            SKELETON.find(mark).unwrap()
        });
        assert!(places.is_sorted());
    }

    #[test]
    fn no_text_ends_the_data() {
        let title = "</script><script>alert(1)</script><!-- & \u{2028}".to_owned();
        let report = Report { title: title.clone(), ..Report::default() };
        let json = report.to_json();
        assert!(!json.contains(['<', '>', '&', '\u{2028}']));
        let read: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(read["title"], title.as_str());
        assert_eq!(
            report.to_html().matches("</script>").count(),
            Report::default().to_html().matches("</script>").count()
        );
    }

    #[test]
    fn the_policy_allows_this_script_and_no_network() {
        let page = Report::default().to_html();
        let script = page.rsplit_once("<script>").unwrap().1.split_once("</script>").unwrap().0;
        assert!(page.contains(&format!("script-src '{}'", hash(script))));
        let style = page.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
        assert!(page.contains(&format!("style-src '{}'", hash(style))));
        assert!(page.contains("connect-src 'none'"));
        let live = Some(Live { tick: 0, of: 10, is_done: false });
        assert!(Report { live, ..Report::default() }.to_html().contains("connect-src 'self'"));
    }
}
