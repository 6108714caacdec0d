//! That noise is not taken for content: less than one container number in a thousand megabytes.

use super::made::Chance;
use crate::{Found, Scanner};
use quaywatch_model::DataClass::ContainerIds;

const MEGABYTE: usize = 1 << 20;

/// How many container numbers are found in so many megabytes of such bytes, and whether they would be told.
fn found_in(megabytes: usize, seed: u64, byte: impl Fn(u64) -> u8) -> (u64, Found) {
    let (mut scanner, mut found, mut chance) = (Scanner::new(), Found::new(), Chance(seed));
    let mut bytes = vec![0; MEGABYTE];
    for _ in 0..megabytes {
        for group in bytes.as_chunks_mut::<8>().0 {
            *group = chance.next().to_le_bytes().map(|drawn| byte(u64::from(drawn)));
        }
        scanner.scan(&bytes, &mut found);
    }
    scanner.end(&mut found);
    (found.of(ContainerIds).map_or(0, |things| things.count()), found)
}

#[test]
fn hundreds_of_megabytes_of_random_bytes_hold_no_container() {
    let (count, found) = found_in(300, 1, |drawn| drawn as u8);
    assert_eq!(count, 0);
    assert_eq!(found.classes().count(), 0);
}

#[test]
fn hundreds_of_megabytes_of_random_base64_hold_no_container() {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (count, found) = found_in(200, 2, |drawn| DIGITS[drawn as usize % 64]);
    assert_eq!(count, 0);
    assert_eq!(found.classes().count(), 0);
}

#[test]
fn hundreds_of_megabytes_of_random_text_hold_no_container() {
    let (count, found) = found_in(200, 3, |drawn| b' ' + (drawn % 95) as u8);
    assert_eq!(count, 0);
    assert!(!found.tells(ContainerIds));
}

#[test]
fn random_words_of_capitals_and_digits_hold_few() {
    // The worst case: one word in twelve is as long as a number. One in eleven million bytes may pass by chance.
    let (count, _) = found_in(100, 4, |drawn| match drawn % 40 {
        letter @ 0..=25 => b'A' + letter as u8,
        digit @ 26..=35 => b'0' + (digit - 26) as u8,
        _ => b' ',
    });
    assert!(count <= 10, "{count}");
}
