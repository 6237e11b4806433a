//! Arrays that grow on disk: raw elements in a file of their own, until it is known how many they are.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use crate::error::FormatError;
use crate::npy::{ElementType, Elements};

/// An array on disk. It is opened for every piece anew: there may be more of them than a process can have open.
pub(crate) struct Part {
    path: PathBuf,
    element_type: ElementType,
    len: u64,
}

impl Part {
    /// An empty array in a new file.
    pub(crate) fn create(path: PathBuf, element_type: ElementType) -> Result<Self, FormatError> {
        File::create(&path).map_err(FormatError::io("write", &path))?;
        Ok(Self { path, element_type, len: 0 })
    }

    /// Appends elements of the array's type.
    pub(crate) fn append(&mut self, elements: Elements<'_>) -> Result<(), FormatError> {
        debug_assert_eq!(elements.element_type(), self.element_type);
        if elements.len() == 0 {
            return Ok(());
        }
        let write = || -> io::Result<()> {
            let mut file = BufWriter::new(File::options().append(true).open(&self.path)?);
            elements.write_to(&mut file)?;
            file.flush()
        };
        write().map_err(FormatError::io("write", &self.path))?;
        self.len += elements.len() as u64;
        Ok(())
    }

    /// Empties the array.
    pub(crate) fn clear(&mut self) -> Result<(), FormatError> {
        File::create(&self.path).map_err(FormatError::io("write", &self.path))?;
        self.len = 0;
        Ok(())
    }

    pub(crate) fn element_type(&self) -> ElementType {
        self.element_type
    }

    /// Number of elements.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// Writes all elements.
    pub(crate) fn copy_to(&self, sink: &mut impl Write) -> io::Result<()> {
        let copied = io::copy(&mut File::open(&self.path)?, sink)?;
        let expected = self.len * self.element_type.width();
        if copied == expected {
            return Ok(());
        }
        let problem = format!("{copied} B are left of {expected} B written before");
        Err(io::Error::new(io::ErrorKind::UnexpectedEof, problem))
    }

    /// Removes the file.
    pub(crate) fn remove(self) -> Result<(), FormatError> {
        std::fs::remove_file(&self.path).map_err(FormatError::io("remove", &self.path))
    }
}
