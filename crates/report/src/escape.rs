use std::fmt;

/// Shows text of a peer's making: what could steer a terminal or reorder a line is written as `\u{..}`.
#[derive(Debug, Clone, Copy)]
pub struct Escaped<'a>(pub &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some((at, c)) = rest.char_indices().find(|(_, c)| steers(*c)) {
            let (plain, behind) = rest.split_at(at);
            f.write_str(plain)?;
            write!(f, "\\u{{{:x}}}", u32::from(c))?;
            rest = behind.get(c.len_utf8()..).unwrap_or_default();
        }
        f.write_str(rest)
    }
}

/// Control characters (C0, DEL, C1), line and paragraph separators, bidirectional controls, zero-width characters.
fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::Escaped;

    #[test]
    fn a_peer_cannot_steer_the_terminal() {
        let hostile = "a\u{1b}[2J\u{9b}1m\u{202e}b\r\nc é";
        assert_eq!(Escaped(hostile).to_string(), "a\\u{1b}[2J\\u{9b}1m\\u{202e}b\\u{d}\\u{a}c é");
    }
}
