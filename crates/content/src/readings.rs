//! Whether a body is a list of readings: JSON whose members are mostly numbers, as sensors and controllers tell their values
//! to whoever collects them (`{"hoistPosition":12.3,"wind":7}`).

/// So much of a body is looked at, in bytes: what it is shows in its first members.
const MOST_BYTES: u32 = 4096;

/// Reads the beginning of a body in whatever pieces it comes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Readings {
    seen_bytes: u32,
    state: State,
    /// Members with a number or a truth value, and members with a text or nothing.
    numbers: u32,
    others: u32,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum State {
    /// Before the bracket that JSON begins with.
    #[default]
    Start,
    /// Between names and values.
    Between,
    /// Behind the colon of a member.
    Value,
    /// In a text; whether the last byte was a backslash.
    Text { escaped: bool },
    /// It is no JSON.
    Other,
}

impl Readings {
    /// The next bytes of the body.
    pub fn read(&mut self, bytes: &[u8]) {
        let left = MOST_BYTES.saturating_sub(self.seen_bytes) as usize;
        let bytes = bytes.get(..bytes.len().min(left)).unwrap_or_default();
        if self.state == State::Other {
            return;
        }
        self.seen_bytes += bytes.len() as u32;
        for &byte in bytes {
            self.state = self.after(byte);
        }
    }

    const fn after(&mut self, byte: u8) -> State {
        match (self.state, byte) {
            (State::Start, b'{' | b'[') => State::Between,
            (State::Text { escaped: false }, b'"') => State::Between,
            (State::Text { escaped: false }, b'\\') => State::Text { escaped: true },
            (State::Text { .. }, _) => State::Text { escaped: false },
            (State::Between, b':') => State::Value,
            (State::Value, b'"') => {
                self.others += 1;
                State::Text { escaped: false }
            }
            (State::Value, b'0'..=b'9' | b'-' | b't' | b'f') => {
                self.numbers += 1;
                State::Between
            }
            (State::Value, b'n') => {
                self.others += 1;
                State::Between
            }
            (State::Between, b'"') => State::Text { escaped: false },
            // Members of members, and lists of values, whose first value tells.
            (State::Value, b'{') => State::Between,
            (state @ (State::Start | State::Value), b' ' | b'\t' | b'\r' | b'\n' | b'[') => state,
            (State::Between, _) => State::Between,
            (State::Start | State::Value | State::Other, _) => State::Other,
        }
    }

    /// Whether more than half of the members are readings.
    #[must_use]
    pub const fn prevail(&self) -> bool {
        !matches!(self.state, State::Other) && self.numbers > self.others
    }
}

#[cfg(test)]
mod tests {
    use super::Readings;

    fn read(pieces: &[&[u8]]) -> Readings {
        let mut readings = Readings::default();
        pieces.iter().for_each(|piece| readings.read(piece));
        readings
    }

    #[test]
    fn bodies_of_readings_are_told_from_others() {
        for body in [
            r#"{"crane":"STS07","hoistPosition":12.3,"trolleyPosition":3.2,"wind":7}"#,
            r#" [ {"t" : 1, "net_t" : -20.5} ]"#,
            r#"{"time":"12:00","values":{"a\":":[1,2],"b":true}}"#,
        ] {
            assert!(read(&[body.as_bytes()]).prevail(), "{body}");
            let pieces: Vec<&[u8]> = body.as_bytes().chunks(1).collect();
            assert_eq!(read(&pieces), read(&[body.as_bytes()]), "{body}");
        }
        for body in [
            "",
            "12.3",
            "{}",
            "[1,2,3]",
            r#"{"method":"getStatus","id":1}"#,
            r#"{"note":"a: 1, b: 2, c: 3"}"#,
            r#"{"a":1,"b":x}"#,
            "<a>1</a>",
            "a: 1",
        ] {
            assert!(!read(&[body.as_bytes()]).prevail(), "{body}");
        }
    }

    #[test]
    fn only_the_beginning_is_read() {
        let mut readings = read(&[br#"{"a":1,"#]);
        (0..2000).for_each(|_| readings.read(br#""b":"c","#));
        let most = readings;
        readings.read(br#""d":1,"e":1}"#);
        assert_eq!(readings, most);
    }
}
