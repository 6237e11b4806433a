//! gennaker.
