use crate::chance::Chance;
use crate::plant::Cargo;
use glam::DVec2;

/// Owners' letters that belong to nobody in particular; the fourth says that it is a freight container.
const OWNERS: [&str; 6] = ["QWTU", "KAYU", "ZZAU", "TWNU", "HAVU", "LOTU"];

/// A container.
#[derive(Debug, Clone, PartialEq)]
pub struct Container {
    /// Its number by ISO 6346, with a true check digit.
    pub number: String,
    /// Its size and type by ISO 6346: `22G1`.
    pub iso_type: &'static str,
    /// Its length, in feet.
    pub length_ft: u8,
    /// Its height.
    pub height_m: f64,
    /// What it weighs.
    pub mass_kg: f64,
    /// What its papers say it weighs.
    pub declared_kg: f64,
    /// How far its centre of mass is off the middle, as a part of width and length.
    pub off_centre: DVec2,
}

impl Container {
    /// One by chance: 20, 40 or 45 feet, 4 to 30 t.
    pub(super) fn by_chance(chance: &mut Chance) -> Self {
        let (iso_type, length_ft, height_m) = match chance.below(20) {
            0..=5 => ("22G1", 20, 2.59),
            6..=12 => ("42G1", 40, 2.59),
            13..=18 => ("45G1", 40, 2.90),
            _ => ("L5G1", 45, 2.90),
        };
        let heaviest = if length_ft == 20 { 26_000.0 } else { 30_000.0 };
        let mass_kg = chance.between(4_000.0, heaviest);
        let mut off = || (0.025 * chance.normal()).clamp(-0.08, 0.08);
        let off_centre = DVec2::new(off() / 2.0, off());
        let declared_kg = mass_kg * (1.0 + 0.01 * chance.normal());
        let number = number(chance);
        Self { number, iso_type, length_ft, height_m, mass_kg, declared_kg, off_centre }
    }

    /// What the crane feels of it.
    #[must_use]
    pub fn cargo(&self) -> Cargo {
        Cargo {
            mass_kg: self.mass_kg,
            length_m: f64::from(self.length_ft) * 0.3048,
            height_m: self.height_m,
            off_centre: self.off_centre,
        }
    }
}

/// A number nobody has yet, whose check digit is not the ambiguous 10.
fn number(chance: &mut Chance) -> String {
    let owner = OWNERS.get(chance.below(OWNERS.len())).unwrap_or(&"QWTU");
    loop {
        let text = format!("{owner}{:06}", chance.below(1_000_000));
        if let Some(digit) = check_digit(&text).filter(|digit| *digit < 10) {
            return format!("{text}{digit}");
        }
    }
}

/// The remainder by ISO 6346, annex A: letters count from 10 without the multiples of 11, each place twice the one before.
/// 10 is written as 0, and best avoided.
fn check_digit(text: &str) -> Option<u64> {
    let mut sum = 0;
    for (place, character) in text.chars().enumerate() {
        let value = character.to_digit(36)?;
        let value = value + value.saturating_sub(10).div_ceil(10);
        sum += u64::from(value) << place;
    }
    Some(sum % 11)
}

#[cfg(test)]
mod tests {
    use super::{Container, check_digit};
    use crate::chance::Chance;

    #[test]
    fn check_digits_are_as_the_standard_has_them() {
        // The standard's own example, and a number known from publications.
        assert_eq!(check_digit("ZEPU003725"), Some(5));
        assert_eq!(check_digit("CSQU305438"), Some(3));
        let mut chance = Chance::new(1, 1);
        for _ in 0..1000 {
            let number = Container::by_chance(&mut chance).number;
            let (front, digit) = number.split_at(10);
            assert_eq!(check_digit(front).map(|digit| digit.to_string()).as_deref(), Some(digit));
        }
    }
}
