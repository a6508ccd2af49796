//! A ZIP archive of a few files, stored as they are.
//!
//! Its bytes are a function of names and contents: every date is the first that the format knows, and nothing is
//! compressed, so that no version of a compressor matters.

use std::io::{Cursor, Write};

use zip::result::ZipResult;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// An archive with these names and contents, in this order.
pub fn zip(files: &[(String, Vec<u8>)]) -> ZipResult<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default());
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        archive.start_file(name.as_str(), options)?;
        archive.write_all(content)?;
    }
    Ok(archive.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use zip::ZipArchive;

    use super::*;

    #[test]
    fn what_goes_in_comes_out_and_the_bytes_are_always_the_same() {
        let files = [("a.csv".to_owned(), b"x,y\n1,2\n".to_vec()), ("\u{fc}.csv".to_owned(), Vec::new())];
        let bytes = zip(&files).expect("an archive");
        let mut archive = ZipArchive::new(Cursor::new(&bytes)).expect("readable");
        assert_eq!(archive.len(), files.len());
        for (at, (name, content)) in files.iter().enumerate() {
            let mut entry = archive.by_index(at).expect("an entry");
            let mut read = Vec::new();
            entry.read_to_end(&mut read).expect("its bytes");
            assert_eq!((&*entry.name().expect("its name"), &read), (name.as_str(), content));
        }
        assert_eq!(zip(&files).expect("an archive"), bytes);
    }
}
