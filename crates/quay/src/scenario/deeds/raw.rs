//! A conversation of bytes that mean nothing to anybody else: encrypted by something home-made, or compressed.

use super::{Going, Stage, few};
use crate::party::{Line, Scripted};
use crate::world::World;
use quaywatch_crane::Chance;
use serde::Deserialize;

/// The conversation.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Raw {
    /// Who begins it.
    pub from: String,
    /// With whom.
    pub to: String,
    /// At which port.
    pub port: u16,
    /// How many bytes the one who begins sends, and how many come back.
    #[serde(deserialize_with = "few")]
    pub bytes: [usize; 2],
    /// How often.
    #[serde(default = "once")]
    pub times: u32,
    /// How long between.
    #[serde(default)]
    pub every_ms: u64,
    /// Whether it stays open in the end.
    #[serde(default)]
    pub stays: bool,
}

const fn once() -> u32 {
    1
}

impl Raw {
    /// Begins it.
    pub(super) fn begin(&self, stage: &Stage, world: &mut World) -> Result<Going, String> {
        let (from, to) = (stage.host(world, &self.from)?, stage.host(world, &self.to)?);
        let mut lines = Vec::new();
        for time in 0..self.times {
            let pause_ms = if time == 0 { 0 } else { self.every_ms };
            let [out, back] = self.bytes;
            lines.push(Line::client(noise(&mut world.chance, out)).after_ms(pause_ms));
            if back > 0 {
                lines.push(Line::server(noise(&mut world.chance, back)));
            }
        }
        if self.stays {
            world.play(from, to, self.port, Scripted::that_stay(lines));
            return Ok(Going::Done);
        }
        Ok(Going::Talk(world.play(from, to, self.port, Scripted::both(lines))))
    }
}

/// Bytes without any pattern.
pub(super) fn noise(chance: &mut Chance, count: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(count + 8);
    while bytes.len() < count {
        bytes.extend_from_slice(&chance.next().to_le_bytes());
    }
    bytes.truncate(count);
    bytes
}
