//! What is shown of a find: enough to recognise it by whoever has it, too little for anybody else.

/// In place of a character that is not shown.
const HIDDEN: char = '•';
/// So many characters of a find are shown or hidden; the rest is cut.
const LONGEST: usize = 24;

/// The first and last characters; what is between is hidden.
pub(crate) fn middle(text: &str, first: usize, last: usize) -> String {
    let length = text.chars().count().min(LONGEST);
    let shown = |place: usize| place < first || place + last >= length;
    let short = length <= first + last;
    text.chars()
        .take(LONGEST)
        .enumerate()
        .map(|(place, character)| if shown(place) && !(short && place > 0) { character } else { HIDDEN })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::middle;

    #[test]
    fn the_middle_is_hidden_and_short_texts_nearly_whole() {
        assert_eq!(middle("9074729", 2, 1), "90••••9");
        assert_eq!(middle("449N", 2, 0), "44••");
        assert_eq!(middle("ab", 2, 1), "a•");
        assert_eq!(middle("", 2, 1), "");
        assert_eq!(middle(&"x".repeat(500), 2, 1).chars().count(), 24);
    }
}
