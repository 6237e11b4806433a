//! What a reader spends on one file at most.

/// Bounds on one file, with their defaults. They are checked before anything is allocated, and count work rather than time,
/// so that the same file is taken or refused on every computer.
///
/// Beyond these, no dataset may claim more bytes than its file can hold: its size as stored, or 1032 times the file's
/// length if it is compressed (the best that deflate can do).
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// Length of the file in bytes; 4 GiB.
    pub max_file_bytes: u64,
    /// Size of one dataset in bytes, unpacked; 1 GiB.
    pub max_dataset_bytes: u64,
    /// Size of all datasets in bytes, unpacked; 4 GiB.
    pub max_total_bytes: u64,
    /// Groups within groups, 32; the nodes of the outermost graph are at depth 3, a nested graph takes two more.
    pub max_depth: usize,
    /// Groups, datasets and attributes in the file, and samples of a recording; a million.
    pub max_objects: usize,
    /// Nodes, those of nested graphs included; 100,000.
    pub max_nodes: usize,
    /// Edges, those of nested graphs included; a million.
    pub max_edges: usize,
    /// Chunks of one dataset; a million.
    pub max_chunks: u64,
    /// Bytes that may be fetched from the file for each byte that it has, 64, and 1 MiB in any case: structures that lead back to
    /// themselves end here. Sound files need 2 to 3, a fetch counting as 64 bytes and those that it fetches.
    pub max_fetches_per_byte: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_file_bytes: 4 << 30,
            max_dataset_bytes: 1 << 30,
            max_total_bytes: 4 << 30,
            max_depth: 32,
            max_objects: 1_000_000,
            max_nodes: 100_000,
            max_edges: 1_000_000,
            max_chunks: 1_000_000,
            max_fetches_per_byte: 64,
        }
    }
}
