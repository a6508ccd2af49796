//! A ZIP archive of a few small files, stored as they are.
//!
//! The bytes are a function of names and contents: every date is the first of 1980, and nothing is compressed, so
//! no version of a compressor matters. Layout after PKWARE's APPNOTE.TXT, sections 4.3.7 (local header),
//! 4.3.12 (central directory) and 4.3.16 (end of it); contents of less than 4 GiB in all. O(bytes).

/// The first day that the format knows: 1980-01-01.
const FIRST_DAY: u16 = 0x21;
/// Names are UTF-8.
const UTF8: u16 = 1 << 11;
/// The version of the format that stored files take.
const VERSION: u16 = 20;

/// An archive with these names and contents, in this order.
///
/// # Panics
/// Beyond 65,535 files or 4 GiB, which the plain format cannot hold: a mistake of the program.
pub fn zip(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in files {
        let offset = size(out.len());
        let mut fields = Vec::new();
        for half in [VERSION, UTF8, 0, 0, FIRST_DAY] {
            fields.extend(half.to_le_bytes());
        }
        for word in [checksum(content), size(content.len()), size(content.len())] {
            fields.extend(word.to_le_bytes());
        }
        fields.extend(count(name.len()).to_le_bytes());
        fields.extend(0_u16.to_le_bytes());
        out.extend(*b"PK\x03\x04");
        out.extend_from_slice(&fields);
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(content);

        directory.extend(*b"PK\x01\x02");
        directory.extend(VERSION.to_le_bytes());
        directory.extend_from_slice(&fields);
        // No comment, the first disk, no attributes.
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend_from_slice(name.as_bytes());
    }
    let (start, length, entries) = (size(out.len()), size(directory.len()), count(files.len()));
    out.extend(directory);
    out.extend(*b"PK\x05\x06\0\0\0\0");
    out.extend(entries.to_le_bytes());
    out.extend(entries.to_le_bytes());
    out.extend(length.to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0; 2]);
    out
}

fn size(bytes: usize) -> u32 {
    u32::try_from(bytes).expect("an archive of less than 4 GiB")
}

fn count(things: usize) -> u16 {
    u16::try_from(things).expect("at most 65,535 files, and names as short")
}

/// CRC-32 of IEEE 802.3, bit by bit in reflected order.
fn checksum(bytes: &[u8]) -> u32 {
    let step =
        |crc: u32, byte: &u8| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
                if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 }
            })
        };
    !bytes.iter().fold(u32::MAX, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The check value of the catalogue of parametrised CRC algorithms.
    #[test]
    fn the_checksum_is_the_published_one() {
        assert_eq!(checksum(b"123456789"), 0xCBF4_3926);
        assert_eq!(checksum(b""), 0);
    }

    fn word(bytes: &[u8], at: usize, length: usize) -> usize {
        bytes[at..at + length].iter().rev().fold(0, |sum, byte| (sum << 8) | usize::from(*byte))
    }

    /// Walks the central directory from the end of the archive, as programs that open it do.
    #[test]
    fn the_directory_leads_to_every_file() {
        let files = [("a.csv".to_owned(), b"x,y\n1,2\n".to_vec()), ("ü.csv".to_owned(), Vec::new())];
        let bytes = zip(&files);
        let end = bytes.len() - 22;
        assert_eq!(&bytes[end..end + 4], b"PK\x05\x06");
        assert_eq!(word(&bytes, end + 10, 2), 2);
        let mut at = word(&bytes, end + 16, 4);
        assert_eq!(at + word(&bytes, end + 12, 4), end);
        for (name, content) in &files {
            assert_eq!(&bytes[at..at + 4], b"PK\x01\x02");
            let length = word(&bytes, at + 28, 2);
            assert_eq!(&bytes[at + 46..at + 46 + length], name.as_bytes());
            let local = word(&bytes, at + 42, 4);
            assert_eq!(&bytes[local..local + 4], b"PK\x03\x04");
            // The fields from the version on are the same in both places.
            assert_eq!(bytes[local + 4..local + 30], bytes[at + 6..at + 32]);
            let start = local + 30 + length;
            assert_eq!(&bytes[start..start + word(&bytes, at + 24, 4)], &content[..]);
            at += 46 + length;
        }
        assert_eq!(at, end);
        assert_eq!(zip(&files), bytes);
    }
}
