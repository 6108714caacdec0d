/// The bytes that conversations hold on to, counted against one limit, in buffers that are used again.
///
/// Idle conversations own no buffer, and a busy one gets its buffers from here without asking the allocator.
#[derive(Debug)]
pub struct Memory {
    spare: Vec<Vec<u8>>,
    held_bytes: usize,
    limit_bytes: usize,
}

/// A larger buffer goes back to the allocator, so that one big PDU does not stay paid for.
const LARGEST_SPARE_BYTES: usize = 64 * 1024;
/// So many buffers are kept for the next use.
const MOST_SPARE: usize = 64;

impl Memory {
    /// A store that lets conversations hold `limit_bytes` together.
    #[must_use]
    pub const fn new(limit_bytes: usize) -> Self {
        Self { spare: Vec::new(), held_bytes: 0, limit_bytes }
    }

    /// How many bytes are held now.
    #[must_use]
    pub const fn held_bytes(&self) -> usize {
        self.held_bytes
    }

    /// Keeps a copy of `bytes`, or `None` where the limit does not allow it.
    #[must_use]
    pub fn copy(&mut self, bytes: &[u8]) -> Option<Vec<u8>> {
        let mut buffer = self.spare.pop().unwrap_or_default();
        if self.append(&mut buffer, bytes) {
            Some(buffer)
        } else {
            self.free(buffer);
            None
        }
    }

    /// Adds `bytes` to a buffer that came from [`copy`](Self::copy); `false`, and nothing added, where the
    /// limit does not allow it.
    #[must_use]
    pub fn append(&mut self, buffer: &mut Vec<u8>, bytes: &[u8]) -> bool {
        let held = self.held_bytes.saturating_add(bytes.len());
        if held > self.limit_bytes {
            return false;
        }
        self.held_bytes = held;
        buffer.extend_from_slice(bytes);
        true
    }

    /// Takes the first `count` bytes off a buffer that came from here.
    pub fn drop_front(&mut self, buffer: &mut Vec<u8>, count: usize) {
        let count = count.min(buffer.len());
        buffer.drain(..count);
        self.held_bytes = self.held_bytes.saturating_sub(count);
    }

    /// Gives a buffer back.
    pub fn free(&mut self, mut buffer: Vec<u8>) {
        self.held_bytes = self.held_bytes.saturating_sub(buffer.len());
        if buffer.capacity() <= LARGEST_SPARE_BYTES && self.spare.len() < MOST_SPARE {
            buffer.clear();
            self.spare.push(buffer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Memory;

    #[test]
    fn what_is_held_is_counted_and_the_limit_holds() {
        let mut memory = Memory::new(10);
        let mut first = memory.copy(b"123456").unwrap();
        assert!(memory.copy(b"12345").is_none());
        assert!(memory.append(&mut first, b"7890"));
        assert!(!memory.append(&mut first, b"x"));
        memory.drop_front(&mut first, 4);
        assert_eq!(memory.held_bytes(), 6);
        memory.free(first);
        assert_eq!(memory.held_bytes(), 0);
    }
}
