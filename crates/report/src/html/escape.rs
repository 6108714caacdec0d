//! What keeps a peer's text from becoming markup.

use std::fmt::{self, Write as _};
use std::io::{self, Write};

/// Text between tags, or in a double-quoted attribute.
pub(super) struct Text<'a>(pub(super) &'a str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            '\'' => f.write_str("&#39;"),
            other => f.write_char(other),
        })
    }
}

/// A writer for JSON inside a `script` element: what could end the element or begin a comment in it (`<`, `>`, `&`), and the
/// line ends that JSON allows and JavaScript did not (U+2028, U+2029), are written as `\uXXXX`.
///
/// In JSON these occur in strings only, where that is another spelling of the same text.
pub(super) struct Script<W>(pub(super) W);

/// The first two bytes of U+2028 and U+2029 in UTF-8. A character is never split over two writes: what is written is text.
const SEPARATOR: [u8; 2] = [0xe2, 0x80];

impl<W: Write> Write for Script<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut rest = bytes;
        while let Some((&first, behind)) = rest.split_first() {
            let (spelled, taken): (&[u8], usize) = match first {
                b'<' => (b"\\u003c", 1),
                b'>' => (b"\\u003e", 1),
                b'&' => (b"\\u0026", 1),
                _ if rest.starts_with(&SEPARATOR) && rest.get(2) == Some(&0xa8) => (b"\\u2028", 3),
                _ if rest.starts_with(&SEPARATOR) && rest.get(2) == Some(&0xa9) => (b"\\u2029", 3),
                _ => {
                    let harmless = behind.iter().position(|byte| matches!(byte, b'<' | b'>' | b'&' | 0xe2));
                    let taken = harmless.map_or(rest.len(), |at| at + 1);
                    (rest.get(..taken).unwrap_or_default(), taken)
                }
            };
            self.0.write_all(spelled)?;
            rest = rest.get(taken..).unwrap_or_default();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::{Script, Text};

    #[test]
    fn text_never_becomes_a_tag_or_ends_an_attribute() {
        let told = Text("<b title=\"x\" id='y'>&amp;").to_string();
        assert_eq!(told, "&lt;b title=&quot;x&quot; id=&#39;y&#39;&gt;&amp;amp;");
    }

    #[test]
    fn data_cannot_end_the_element_it_is_in_and_reads_back_the_same() {
        let hostile = "</script><!--<script>&\u{2028}\u{2029}é€\u{2027}";
        let mut out = Vec::new();
        serde_json::to_writer(Script(&mut out), hostile).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(!text.contains(['<', '>', '&', '\u{2028}', '\u{2029}']), "{text}");
        assert_eq!(serde_json::from_str::<String>(&text).unwrap(), hostile);
    }
}
