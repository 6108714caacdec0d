use crate::Nameplate;
use quaywatch_crane::{Image, Value, find};
use std::collections::BTreeMap;

/// The controller as the network sees it: its memory, its program, whether it runs.
#[derive(Debug, Clone)]
pub struct Plc {
    /// What is read and written.
    pub image: Image,
    /// Whether the program runs. Stopped, it works on no command and lets the brakes fall.
    pub mode: Mode,
    /// What was loaded. Change it by [`Plc::load`] and [`Plc::delete`], which keep the tag `Id.Prog` true.
    program: Program,
    /// How far its clock is ahead of true time, in nanoseconds: set by whoever sets the clock.
    pub clock_ahead_nanos: i64,
    /// The crane's name, which identity answers carry: `STS07`.
    pub name: String,
    /// Who it says made it, and what it is.
    pub nameplate: Nameplate,
}

/// Whether a controller works its program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It does.
    Run,
    /// It does not.
    Stop,
}

/// The blocks of a program, by type (the letter-pair number S7 has: 0x38 organisation block, 0x41 data, 0x43 function,
/// 0x45 function block) and number.
pub type Program = BTreeMap<(u8, u16), Block>;

/// One block as it was loaded: header and code as they are on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block(pub Vec<u8>);

impl Plc {
    /// A running controller with this program.
    #[must_use]
    pub fn new(name: &str, program: Program) -> Self {
        let mut plc = Self {
            image: Image::default(),
            mode: Mode::Run,
            program,
            clock_ahead_nanos: 0,
            name: name.to_owned(),
            nameplate: Nameplate::SIMULATED,
        };
        plc.tell_checksum();
        plc
    }

    /// What is loaded.
    #[must_use]
    pub const fn program(&self) -> &Program {
        &self.program
    }

    /// Loads a block, in place of one with the same type and number.
    pub fn load(&mut self, kind: u8, number: u16, block: Block) {
        self.program.insert((kind, number), block);
        self.tell_checksum();
    }

    /// Deletes a block. Whether it was there.
    pub fn delete(&mut self, kind: u8, number: u16) -> bool {
        let was_there = self.program.remove(&(kind, number)).is_some();
        self.tell_checksum();
        was_there
    }

    fn tell_checksum(&mut self) {
        let checksum = checksum(&self.program);
        if let Some(tag) = find("Id.Prog") {
            // The signal is a number: it takes one.
            let _ = self.image.set(tag, &Value::Whole(checksum.into()));
        }
    }
}

/// FNV-1a over types, numbers and bytes of all blocks, in their order.
fn checksum(program: &Program) -> u32 {
    let fnv = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    program.iter().fold(0x811C_9DC5, |hash, ((kind, number), block)| {
        let head = [*kind].into_iter().chain(number.to_be_bytes());
        head.chain(block.0.iter().copied()).fold(hash, fnv)
    })
}

#[cfg(test)]
mod tests {
    use super::{Block, Plc, Program};
    use quaywatch_crane::{Value, find};

    #[test]
    fn a_program_that_changes_changes_its_checksum_and_back() {
        let mut plc = Plc::new("STS07", Program::from([((0x38, 1), Block(vec![1, 2, 3]))]));
        let checksum = |plc: &Plc| plc.image.get(find("Id.Prog").unwrap());
        let before = checksum(&plc);
        assert_ne!(before, Value::Whole(0));
        plc.load(0x43, 7, Block(vec![9]));
        assert_ne!(checksum(&plc), before);
        assert!(plc.delete(0x43, 7) && !plc.delete(0x43, 7));
        assert_eq!(checksum(&plc), before);
    }
}
