//! That noise is not taken for content: less than one container number told in a thousand megabytes, of whatever kind the
//! noise is.

use super::made::{Chance, pieces, whole};
use crate::{Found, Scanner};
use quaywatch_model::DataClass::ContainerIds;
use std::io::Write as _;
use std::path::Path;

const MEGABYTE: usize = 1 << 20;

/// What is found in so many megabytes of such bytes.
fn found_in(megabytes: usize, seed: u64, byte: impl Fn(u64) -> u8) -> Found {
    let (mut scanner, mut found, mut chance) = (Scanner::new(), Found::new(), Chance(seed));
    let mut bytes = vec![0; MEGABYTE];
    for _ in 0..megabytes {
        for group in bytes.as_chunks_mut::<8>().0 {
            *group = chance.next().to_le_bytes().map(|drawn| byte(u64::from(drawn)));
        }
        scanner.scan(&bytes, &mut found);
    }
    scanner.end(&mut found);
    found
}

/// How many numbers are told.
fn told(found: &Found) -> u64 {
    found.of(ContainerIds).filter(|things| things.prove()).map_or(0, |things| things.count())
}

#[test]
fn hundreds_of_megabytes_of_random_bytes_hold_no_container() {
    let found = found_in(300, 1, |drawn| drawn as u8);
    assert_eq!(found.classes().count(), 0);
}

#[test]
fn hundreds_of_megabytes_of_random_base64_hold_no_container() {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let found = found_in(200, 2, |drawn| DIGITS[drawn as usize % 64]);
    assert_eq!(found.classes().count(), 0);
}

#[test]
fn hundreds_of_megabytes_of_random_hexadecimal_digits_hold_no_container() {
    let found = found_in(200, 5, |drawn| b"0123456789ABCDEF"[drawn as usize % 16]);
    assert_eq!(found.classes().count(), 0);
}

#[test]
fn hundreds_of_megabytes_of_random_text_hold_no_container() {
    let found = found_in(200, 3, |drawn| b' ' + (drawn % 95) as u8);
    assert_eq!(told(&found), 0);
}

#[test]
fn dense_capitals_and_digits_hold_no_container_whatever_their_mix() {
    // So many letters, digits and separators in a hundred characters; the last is the mix that holds the most numbers.
    for (seed, [letters, digits, separators]) in
        [[65, 25, b' '], [36, 64, b'-'], [60, 30, b'\n'], [31, 54, b' ']].into_iter().enumerate()
    {
        let found = found_in(50, 10 + seed as u64, |drawn| match (drawn * 100 / 256) as u8 {
            drawn_of if drawn_of < letters => b'A' + (drawn % 26) as u8,
            drawn_of if drawn_of < letters + digits => b'0' + (drawn % 10) as u8,
            _ => separators,
        });
        assert_eq!(told(&found), 0, "{letters} letters, {digits} digits");
    }
}

/// Words of capitals and digits, each of the shape of a container number with a chance of one in `rarity`.
fn words(chance: &mut Chance, count: usize, rarity: usize) -> Vec<u8> {
    let mut text = Vec::new();
    for _ in 0..count {
        let letters = if chance.below(rarity) == 0 { 4 } else { 3 };
        for place in 0..11 {
            text.push(match place {
                3 if letters == 4 => b'U',
                _ if place < letters => b'A' + chance.below(26) as u8,
                _ => b'0' + chance.below(10) as u8,
            });
        }
        text.push(b' ');
    }
    text
}

#[test]
fn however_long_the_densest_noise_is_less_than_one_number_in_a_thousand_megabytes_is_told() {
    // A character is one of the four letters, seven digits and two ends of a number most often where it is a letter
    // with a chance of 4 in 13, a digit with 7 in 13 and an end with 2 in 13. With a blank or hyphen before the digits
    // and the last of them, and a code of size and type in place of an end, this makes one place in 6 million of
    // the shape with category U.
    let [letter, digit, end] = [4.0, 7.0, 2.0].map(|of: f64| of / 13.0);
    let either: f64 = 1.0 + end;
    let code = [4.0 / 10.0 * digit + 3.0 / 26.0 * letter, 7.0 / 10.0 * digit + 7.0 / 26.0 * letter];
    let code = code[0] * code[1] * (12.0 / 26.0 * letter) * (letter + digit);
    let stems_a_byte = letter.powi(4) / 26.0 * digit.powi(7) * either.powi(2) * end;
    let shapes_a_byte = stems_a_byte * (end + code);
    // One in ten with such a code and an end behind it is told alone.
    let alone_a_megabyte = stems_a_byte * code * end / 10.0 * MEGABYTE as f64;
    let megabytes_a_shape = 1.0 / shapes_a_byte / MEGABYTE as f64;
    assert!((5.5..6.5).contains(&megabytes_a_shape), "{megabytes_a_shape}");
    // Noise of that density is too long to be read here; what stands between the shapes is left out.
    let mut chance = Chance(20);
    for (shapes, streams) in [(0.3, 60_000), (1.0, 40_000), (3.0, 20_000), (10.0, 5_000), (100.0, 500)] {
        let rarity = 20;
        let count = (shapes * f64::from(rarity)) as usize;
        let told: u64 = (0..streams).map(|_| told(&whole(&words(&mut chance, count, rarity as usize)))).sum();
        let megabytes = f64::from(streams) * shapes * megabytes_a_shape;
        let rate = told as f64 / megabytes + alone_a_megabyte;
        println!("{shapes} of the shape a stream: {rate:.6} numbers a megabyte are told");
        assert!(rate < 0.001, "{rate} numbers a megabyte where a stream has {shapes} of that shape");
    }
}

#[test]
fn serial_numbers_of_products_are_no_containers_even_of_the_same_shape() {
    let mut chance = Chance(30);
    let mut letter = |_| char::from(b'A' + chance.below(26) as u8);
    let mut chance = Chance(31);
    let mut seven = || chance.below(10_000_000);
    for list in 0..500 {
        let owner: String = (0..3).map(&mut letter).collect();
        let first = seven() % 9_000_000;
        let counted = |n: usize| format!("{owner}U{:07}", first + n);
        let serials = (0..40).map(|n| match list % 5 {
            0 => format!(r#"{{"sn":"{}","ok":true}}"#, counted(n)),
            1 => format!("{};passed\r\n", counted(n * 11)),
            2 => format!("S C-{owner}U{:07} 6ES7 315-2EH14-0AB0\n", seven()),
            3 => format!("<Serial>{owner}U{:07}</Serial>", seven()),
            _ => format!("\0{owner}U {:06} {}\0", seven() % 1_000_000, seven() % 10),
        });
        let text: String = serials.collect();
        // Every eleventh has the same sum, so of those with a step of eleven all may be valid but for their last digit.
        assert_eq!(told(&whole(text.as_bytes())), 0, "{text}");
    }
}

#[test]
fn real_captures_without_cargo_hold_no_container() {
    let Some(root) = std::env::var_os("QUAYWATCH_CORPUS") else {
        // Past the harness, which would keep what a passing test says to itself.
        let _ = writeln!(std::io::stderr(), "SKIPPED: QUAYWATCH_CORPUS names no folder of captures");
        return;
    };
    let mut read = 0;
    for folder in std::fs::read_dir(Path::new(&root)).unwrap() {
        let Ok(files) = std::fs::read_dir(folder.unwrap().path()) else { continue };
        for file in files.map(|file| file.unwrap().path()).filter(|path| path.is_file()) {
            let bytes = std::fs::read(&file).unwrap();
            let found = pieces(bytes.chunks(1448));
            assert_eq!(told(&found), 0, "{}", file.display());
            read += 1;
        }
    }
    assert!(read > 0, "there are captures");
}
