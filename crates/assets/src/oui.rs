use flate2::read::GzDecoder;
use quaywatch_model::Mac;
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

fn find(prefix: &str) -> Option<&'static str> {
    let table = table();
    let at = table.partition_point(|(other, _)| *other < prefix);
    table.get(at).filter(|(other, _)| *other == prefix).map(|(_, maker)| *maker)
}

/// Prefix and maker, in order.
fn table() -> &'static [(&'static str, &'static str)] {
    static TEXT: OnceLock<String> = OnceLock::new();
    static TABLE: OnceLock<Vec<(&str, &str)>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let text = TEXT.get_or_init(|| {
            let mut text = String::new();
            // A table that does not unpack is found by the test below; here it only costs the names.
            let _ = GzDecoder::new(PACKED).take(MOST_BYTES).read_to_string(&mut text);
            text
        });
        text.lines().filter_map(|line| line.split_once('\t')).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::{maker, table};
    use quaywatch_model::Mac;

    #[test]
    fn the_table_unpacks_and_is_in_order() {
        assert!(table().len() > 50_000, "{} prefixes", table().len());
        assert!(table().is_sorted());
    }

    #[test]
    fn the_longest_prefix_names_the_maker() {
        assert_eq!(maker(Mac([0x00, 0x1b, 0x1b, 1, 2, 3])), Some("Siemens AG"));
        assert_eq!(maker(Mac([0x70, 0xb3, 0xd5, 0x00, 0x11, 0x02])), Some("SOREDI touch systems GmbH"));
        assert_eq!(maker(Mac([0x02, 0, 0, 0, 0, 1])), None, "locally administered");
        assert_eq!(maker(Mac([0x01, 0x00, 0x5e, 0, 0, 1])), None, "a group");
    }
}
