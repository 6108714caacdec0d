use quaywatch_model::Mac;

/// The registries MA-L, MA-M, MA-S and IAB of the IEEE, laid out by `scripts/make-oui`, which says how. It is searched
/// where it lies: a list made of it would take longer than all the questions of a capture.
static TABLE: &[u8] = include_bytes!("../data/oui.bin");
/// How long the prefixes of the table's three lists are, in bits, and so in which order they are asked.
const LENGTHS: [u32; 3] = [36, 28, 24];
/// A record holds a prefix in so many bits from the top, and the place of its name below.
const PREFIX_BITS: u32 = 40;
const PLACE_BITS: u32 = u64::BITS - PREFIX_BITS;

/// Who registered the prefix of a MAC address with the IEEE: the longest of 36, 28 and 24 bits. `None` for addresses
/// that are made up locally or go to a group, and for prefixes that were not registered when the table was made.
#[must_use]
pub fn maker(mac: Mac) -> Option<&'static str> {
    if mac.is_group() || is_made_up(mac) {
        return None;
    }
    let [a, b, c, d, e, _] = mac.0;
    let address = u64::from_be_bytes([0, 0, 0, a, b, c, d, e]);
    let (lists, names) = lists()?;
    let place = LENGTHS.into_iter().zip(lists).find_map(|(length, list)| {
        let beyond = PREFIX_BITS - length;
        find(list, address >> beyond << beyond)
    })?;
    let name = names.get(usize::try_from(place).ok()?..)?;
    std::str::from_utf8(name.get(..memchr::memchr(b'\n', name)?)?).ok()
}

/// Whether somebody chose this address instead of buying a prefix: the "locally administered" bit (IEEE 802, 8.2.2).
/// Virtual machines, redundancy protocols and telephones that hide do.
#[must_use]
pub const fn is_made_up(Mac([first, ..]): Mac) -> bool {
    first & 2 != 0
}

/// The records of one length, in order.
type List = &'static [[u8; 8]];

/// The lists in the order of `LENGTHS`, and all names.
fn lists() -> Option<([List; 3], &'static [u8])> {
    let (counts, mut left) = TABLE.split_at_checked(4 * LENGTHS.len())?;
    let mut counts = counts.as_chunks().0.iter().map(|count| u32::from_be_bytes(*count) as usize);
    let mut next = || {
        let (list, behind) = left.split_at_checked(counts.next()? * size_of::<u64>())?;
        left = behind;
        Some(list.as_chunks().0)
    };
    Some(([next()?, next()?, next()?], left))
}

/// Where the name of this prefix begins.
fn find(list: List, prefix: u64) -> Option<u64> {
    let place =
        list.binary_search_by_key(&prefix, |record| u64::from_be_bytes(*record) >> PLACE_BITS).ok()?;
    Some(u64::from_be_bytes(*list.get(place)?) & ((1 << PLACE_BITS) - 1))
}

#[cfg(test)]
mod tests {
    use super::{LENGTHS, PLACE_BITS, PREFIX_BITS, lists, maker};
    use quaywatch_model::Mac;

    #[test]
    fn every_prefix_is_in_order_and_found_and_has_a_name() {
        let (lists, names) = lists().unwrap();
        assert!(lists.iter().map(|list| list.len()).sum::<usize>() > 50_000);
        assert_eq!(names.last(), Some(&b'\n'));
        for (length, list) in LENGTHS.into_iter().zip(lists) {
            let records = list.iter().map(|record| u64::from_be_bytes(*record));
            assert!(records.clone().is_sorted_by(|left, right| left >> PLACE_BITS < right >> PLACE_BITS));
            for record in records {
                let prefix = record >> PLACE_BITS;
                assert_eq!(prefix & ((1 << (PREFIX_BITS - length)) - 1), 0, "{prefix:010x} of {length} bits");
                let [.., a, b, c, d, e] = prefix.to_be_bytes();
                let name = maker(Mac([a, b, c, d, e, 0]));
                // Some registered blocks lie in what is group or made-up today.
                assert!(name.is_some_and(|name| !name.is_empty()) || a & 3 != 0, "{prefix:010x} has no name");
            }
        }
    }

    #[test]
    fn the_longest_prefix_names_the_maker() {
        assert_eq!(maker(Mac([0x00, 0x1b, 0x1b, 1, 2, 3])), Some("Siemens AG"));
        assert_eq!(maker(Mac([0x70, 0xb3, 0xd5, 0x00, 0x11, 0x02])), Some("SOREDI touch systems GmbH"));
        assert_eq!(maker(Mac([0x00, 0x00, 0x00, 1, 2, 3])), Some("XEROX CORPORATION"));
        assert_eq!(maker(Mac([0x02, 0, 0, 0, 0, 1])), None, "locally administered");
        assert_eq!(maker(Mac([0x01, 0x00, 0x5e, 0, 0, 1])), None, "a group");
    }
}
