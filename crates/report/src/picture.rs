//! A finished picture: SVG text, or PNG bytes drawn from it.

use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{FilterQuality, Pixmap, PixmapPaint, Transform};
use resvg::usvg::{Options, Tree, fontdb::Database};

use crate::error::ReportError;

/// A finished picture.
#[derive(Debug, Clone)]
pub struct Picture {
    pub(crate) svg: String,
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) images: Vec<PlacedImage>,
}

/// An image within a picture. The PNG drawing copies it itself, since the drawing library is built without decoders.
#[derive(Debug, Clone)]
pub(crate) struct PlacedImage {
    pub(crate) place: (f64, f64),
    pub(crate) size: (f64, f64),
    pub(crate) pixels: Pixmap,
}

/// Largest side of a PNG in pixels.
const MAX_SIDE: f64 = 20_000.0;

impl Picture {
    /// The picture as SVG, complete in itself.
    #[must_use]
    pub fn svg(&self) -> &str {
        &self.svg
    }

    /// The picture as PNG, `scale` pixels for each of the picture's: 1 for a screen, 2 or 3 for print.
    ///
    /// # Errors
    /// [`ReportError::Scale`] for a scale outside 0.1 to 10, or one that gives a side of more than 20,000 pixels.
    pub fn to_png(&self, scale: f64) -> Result<Vec<u8>, ReportError> {
        let is_possible = (0.1..=10.0).contains(&scale) && self.width.max(self.height) * scale <= MAX_SIDE;
        if !is_possible {
            return Err(self.scale_error(scale));
        }
        let tree = Tree::from_str(&self.svg, &options()).map_err(drawing)?;
        let side = |length: f64| (length * scale).ceil() as u32;
        let mut pixmap =
            Pixmap::new(side(self.width), side(self.height)).ok_or_else(|| self.scale_error(scale))?;
        let enlarge = Transform::from_scale(scale as f32, scale as f32);
        resvg::render(&tree, enlarge, &mut pixmap.as_mut());
        for image in &self.images {
            image.draw(&mut pixmap, enlarge);
        }
        pixmap.encode_png().map_err(drawing)
    }

    fn scale_error(&self, scale: f64) -> ReportError {
        let (width, height) = (self.width as u32, self.height as u32);
        ReportError::Scale { scale: scale.to_string(), width, height }
    }
}

impl PlacedImage {
    fn draw(&self, onto: &mut Pixmap, enlarge: Transform) {
        let stretch_x = (self.size.0 / f64::from(self.pixels.width())) as f32;
        let stretch_y = (self.size.1 / f64::from(self.pixels.height())) as f32;
        let place =
            Transform::from_row(stretch_x, 0.0, 0.0, stretch_y, self.place.0 as f32, self.place.1 as f32);
        // Averaging is right where the image has more pixels than the PNG gives it.
        let paint = PixmapPaint { quality: FilterQuality::Bilinear, ..PixmapPaint::default() };
        onto.draw_pixmap(0, 0, self.pixels.as_ref(), &paint, enlarge.pre_concat(place), None);
    }
}

pub(crate) fn drawing(error: impl std::fmt::Display) -> ReportError {
    ReportError::Drawing { reason: error.to_string() }
}

/// DejaVu Sans is compiled in, so that text looks the same on machines without fonts.
fn options() -> Options<'static> {
    static FONTS: LazyLock<Arc<Database>> = LazyLock::new(|| {
        let mut fonts = Database::new();
        fonts.load_font_data(dejavu::sans::regular().to_vec());
        fonts.load_font_data(dejavu::sans::bold().to_vec());
        fonts.set_sans_serif_family("DejaVu Sans");
        Arc::new(fonts)
    });
    Options { fontdb: FONTS.clone(), font_family: "DejaVu Sans".to_owned(), ..Options::default() }
}
