//! SVG text: a handful of shapes, with everything that comes from outside escaped.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::numbers::trimmed;

/// An SVG body that is being written. Coordinates are pixels from the top left.
#[derive(Debug, Default)]
pub(crate) struct Svg {
    body: String,
}

/// How a text is set.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TextStyle {
    pub(crate) size: f64,
    pub(crate) colour: &'static str,
    pub(crate) anchor: Anchor,
    pub(crate) bold: bool,
}

/// Which part of a text stands at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

impl TextStyle {
    pub(crate) fn new(size: f64, colour: &'static str) -> Self {
        Self { size, colour, anchor: Anchor::Start, bold: false }
    }

    pub(crate) fn anchored(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }

    pub(crate) fn bold(self) -> Self {
        Self { bold: true, ..self }
    }
}

impl Svg {
    fn push(&mut self, arguments: std::fmt::Arguments<'_>) {
        self.body.write_fmt(arguments).expect("text takes every write");
        self.body.push('\n');
    }

    /// A text with its base line at `y`.
    pub(crate) fn text(&mut self, (x, y): (f64, f64), style: TextStyle, text: &str) {
        self.push(format_args!(
            "<text x=\"{}\" y=\"{}\"{}>{}</text>",
            c(x),
            c(y),
            attributes(style),
            escaped(text)
        ));
    }

    /// A text that reads upwards, centred at a place.
    pub(crate) fn text_upwards(&mut self, (x, y): (f64, f64), style: TextStyle, text: &str) {
        let (x, y, style) = (c(x), c(y), attributes(style.anchored(Anchor::Middle)));
        let text = escaped(text);
        self.push(format_args!("<text transform=\"translate({x} {y}) rotate(-90)\"{style}>{text}</text>"));
    }

    /// Lines along an SVG path.
    pub(crate) fn path(&mut self, d: &str, colour: &str, width: f64, extra: &str) {
        let width = c(width);
        self.push(format_args!(
            "<path d=\"{d}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\"{extra}/>"
        ));
    }

    /// An area bounded by an SVG path.
    pub(crate) fn area(&mut self, d: &str, colour: &str, opacity: f64) {
        self.push(format_args!("<path d=\"{d}\" fill=\"{colour}\" fill-opacity=\"{}\"/>", c(opacity)));
    }

    /// A dot.
    pub(crate) fn circle(&mut self, (x, y): (f64, f64), radius: f64, colour: &str) {
        let (x, y, radius) = (c(x), c(y), c(radius));
        self.push(format_args!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\" fill=\"{colour}\"/>"));
    }

    pub(crate) fn line(&mut self, from: (f64, f64), to: (f64, f64), colour: &str, width: f64) {
        let d = format!("M{} {}L{} {}", c(from.0), c(from.1), c(to.0), c(to.1));
        self.path(&d, colour, width, "");
    }

    /// A PNG image stretched over a rectangle, without smoothing.
    pub(crate) fn png(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), png: &[u8]) {
        let (x, y, width, height, data) = (c(x), c(y), c(width), c(height), STANDARD.encode(png));
        self.push(format_args!(
            "<image x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" preserveAspectRatio=\"none\" \
             image-rendering=\"pixelated\" href=\"data:image/png;base64,{data}\"/>"
        ));
    }

    /// The finished document on a white ground. `summary` is for readers that cannot see it.
    pub(crate) fn finish(self, width: f64, height: f64, summary: &str) -> String {
        let (width, height) = (c(width), c(height));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" role=\"img\" \
             font-family=\"'DejaVu Sans', Verdana, Helvetica, Arial, sans-serif\">\n\
             <title>{}</title>\n<rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n{}</svg>\n",
            escaped(summary),
            self.body
        )
    }
}

/// A coordinate with a hundredth of a pixel.
pub(crate) fn c(x: f64) -> String {
    trimmed(x, 2)
}

fn attributes(style: TextStyle) -> String {
    let anchor = match style.anchor {
        Anchor::Start => "",
        Anchor::Middle => " text-anchor=\"middle\"",
        Anchor::End => " text-anchor=\"end\"",
    };
    let weight = if style.bold { " font-weight=\"bold\"" } else { "" };
    format!(" font-size=\"{}\" fill=\"{}\"{anchor}{weight}", c(style.size), style.colour)
}

/// Text that cannot end the element or attribute that it stands in. Letters that XML forbids are left out.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\u{fffe}' | '\u{ffff}' => {}
            other if other.is_control() => {}
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_stays_text() {
        assert_eq!(
            escaped("</text><script a='\"&\u{0}\u{ffff}"),
            "&lt;/text&gt;&lt;script a=&#39;&quot;&amp;"
        );
    }
}
