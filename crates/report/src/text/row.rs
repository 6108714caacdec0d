//! Lines whose pieces have a style of their own, measured in what is seen of them.

use anstyle::Style;
use std::fmt;

/// Lines are no wider than this, unless all is asked for.
pub(super) const WIDTH: usize = 100;

/// A line, or a part of one.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    pieces: Vec<(Style, String)>,
}

impl Row {
    /// A row that begins with so many spaces.
    pub(super) fn indented(spaces: usize) -> Self {
        Self::default().then(Style::new(), " ".repeat(spaces))
    }

    /// A row of one piece.
    pub(super) fn of(style: Style, text: impl Into<String>) -> Self {
        Self::default().then(style, text)
    }

    /// With one more piece. Text of a peer's making is to be escaped by then.
    pub(super) fn then(mut self, style: Style, text: impl Into<String>) -> Self {
        self.push(style, text);
        self
    }

    pub(super) fn push(&mut self, style: Style, text: impl Into<String>) {
        let text = text.into();
        if !text.is_empty() {
            self.pieces.push((style, text));
        }
    }

    pub(super) fn append(&mut self, other: Self) {
        self.pieces.extend(other.pieces);
    }

    /// How many columns it takes.
    pub(super) fn width(&self) -> usize {
        self.pieces.iter().map(|(_, text)| text.chars().count()).sum()
    }

    /// As much of it as fits in so many columns; a mark says that there is more.
    pub(super) fn cut(mut self, width: usize) -> Self {
        if self.width() <= width {
            return self;
        }
        let mut room = width.saturating_sub(1);
        for (_, text) in &mut self.pieces {
            if let Some((at, _)) = text.char_indices().nth(room) {
                text.truncate(at);
            }
            room -= text.chars().count();
        }
        self.pieces.retain(|(_, text)| !text.is_empty());
        self.then(Style::new(), "…")
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pieces.iter().try_for_each(|(style, text)| write!(f, "{style}{text}{style:#}"))
    }
}

/// What follows `head`, on as many lines as it takes; further ones are indented by so many spaces.
pub(super) fn wrapped(head: Row, indent: usize, words: impl IntoIterator<Item = Row>) -> Vec<Row> {
    packed(head, indent, words).into_iter().map(|(row, _)| row).collect()
}

/// The same, and how many of the words each line holds.
pub(super) fn packed(head: Row, indent: usize, words: impl IntoIterator<Item = Row>) -> Vec<(Row, u64)> {
    let mut done = Vec::new();
    let (mut row, mut count) = (head, 0);
    for word in words {
        if row.width() + 2 + word.width() > WIDTH && row.width() > indent {
            done.push((std::mem::replace(&mut row, Row::indented(indent)), count));
            count = 0;
        } else {
            row.push(Style::new(), "  ");
        }
        row.append(word);
        count += 1;
    }
    done.push((row, count));
    done
}

#[cfg(test)]
mod tests {
    use super::{Row, WIDTH, wrapped};
    use anstyle::{AnsiColor, Style};

    #[test]
    fn what_is_cut_is_as_wide_as_asked_and_colours_are_not_counted() {
        let red = AnsiColor::Red.on_default();
        let row = Row::of(red, "abc").then(Style::new(), "déf").then(red, "ghi");
        assert_eq!(row.clone().cut(9).width(), 9);
        assert_eq!(row.clone().cut(5).to_string(), format!("{red}abc{red:#}d…"));
        assert_eq!(row.clone().cut(3).to_string(), format!("{red}ab{red:#}…"));
        assert_eq!(row.cut(1).to_string(), "…");
    }

    #[test]
    fn words_go_on_in_the_next_line_when_the_first_is_full() {
        let words = (0..30).map(|_| Row::of(Style::new(), "Identify"));
        let rows = wrapped(Row::of(Style::new(), "    from"), 6, words);
        assert!(rows.iter().all(|row| row.width() <= WIDTH));
        let text: Vec<String> = rows.iter().map(Row::to_string).collect();
        assert_eq!(text.join(" ").matches("Identify").count(), 30);
        assert!(
            text[0].starts_with("    from  Identify  ") && text[1].starts_with("      Identify  "),
            "{text:?}"
        );
    }
}
