//! What tests of pictures share.

use std::fs;
use std::path::Path;

/// Compares a picture with the stored one of that name. `GENNAKER_BLESS=1` rewrites it; look at it before committing.
pub(crate) fn assert_as_stored(name: &str, svg: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots").join(name);
    if std::env::var_os("GENNAKER_BLESS").is_some() {
        fs::write(&path, svg).unwrap();
    }
    assert!(fs::read_to_string(&path).unwrap_or_default() == svg, "{} differs", path.display());
}
