use flate2::read::GzDecoder;
use quaywatch_model::Mac;
use std::cmp::Ordering;
use std::io::Read;
use std::sync::OnceLock;

/// The registries MA-L, MA-M, MA-S and IAB of the IEEE, written by `scripts/make-oui`.
static PACKED: &[u8] = include_bytes!("../data/oui.tsv.gz");
/// The unpacked table is 1.6 MB; anything far beyond is not ours.
const MOST_BYTES: u64 = 8 * 1024 * 1024;

/// Who registered the prefix of a MAC address with the IEEE: the longest of 36, 28 and 24 bits. `None` for addresses
/// that are made up locally or go to a group, and for prefixes that were not registered when the table was made.
///
/// The table is unpacked on first use, which takes some milliseconds.
#[must_use]
pub fn maker(mac: Mac) -> Option<&'static str> {
    if mac.is_group() || is_made_up(mac) {
        return None;
    }
    let digits: String = mac.0.iter().map(|byte| format!("{byte:02x}")).collect();
    [9, 7, 6].into_iter().find_map(|length| find(digits.get(..length)?))
}

/// Whether somebody chose this address instead of buying a prefix: the "locally administered" bit (IEEE 802, 8.2.2).
/// Virtual machines, redundancy protocols and telephones that hide do.
#[must_use]
pub const fn is_made_up(Mac([first, ..]): Mac) -> bool {
    first & 2 != 0
}

/// Halves the text itself, whose lines are in order: a list of its 50,000 lines would take longer to make than all the
/// questions of a capture take.
fn find(prefix: &str) -> Option<&'static str> {
    let text = text();
    let (mut low, mut high) = (0, text.len());
    while low < high {
        let before = text.as_bytes().get(low..low + (high - low) / 2)?;
        let start = low + memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
        let line = text.get(start..)?.lines().next()?;
        let (other, maker) = line.split_once('\t')?;
        match other.cmp(prefix) {
            Ordering::Equal => return Some(maker),
            Ordering::Less => low = start + line.len() + 1,
            Ordering::Greater => high = start,
        }
    }
    None
}

/// A line each for prefix, tab and maker, in order.
fn text() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| {
        let mut text = String::new();
        // A table that does not unpack is found by the test below; here it only costs the names.
        let _ = GzDecoder::new(PACKED).take(MOST_BYTES).read_to_string(&mut text);
        text
    })
}

#[cfg(test)]
mod tests {
    use super::{find, maker, text};
    use quaywatch_model::Mac;

    #[test]
    fn the_table_unpacks_and_is_in_order_and_every_line_is_found() {
        let table: Vec<(&str, &str)> = text().lines().filter_map(|line| line.split_once('\t')).collect();
        assert!(table.len() > 50_000, "{} prefixes", table.len());
        assert_eq!(table.len(), text().lines().count());
        assert!(table.is_sorted_by(|left, right| left.0 < right.0));
        assert!(table.iter().all(|&(prefix, name)| find(prefix) == Some(name)));
        assert_eq!(find("00000"), None);
        assert_eq!(find("ffffffff0"), None);
    }

    #[test]
    fn the_longest_prefix_names_the_maker() {
        assert_eq!(maker(Mac([0x00, 0x1b, 0x1b, 1, 2, 3])), Some("Siemens AG"));
        assert_eq!(maker(Mac([0x70, 0xb3, 0xd5, 0x00, 0x11, 0x02])), Some("SOREDI touch systems GmbH"));
        assert_eq!(maker(Mac([0x02, 0, 0, 0, 0, 1])), None, "locally administered");
        assert_eq!(maker(Mac([0x01, 0x00, 0x5e, 0, 0, 1])), None, "a group");
    }
}
