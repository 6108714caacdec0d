//! Tables as text: CSV with a header, and the rows of a SQL `INSERT` with its list of columns.

use crate::fields::is_weight;
use crate::keys::{Key, Name};

/// So many columns are looked at.
const MOST_COLUMNS: usize = 64;
/// No column has a longer name.
const LONGEST_NAME: usize = 64;
/// So many columns of a header must have a name that is known.
const FEWEST_KNOWN: usize = 2;
/// What separates columns.
const DELIMITERS: [u8; 4] = *b",;\t|";

/// Which columns of a table hold weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Columns {
    delimiter: u8,
    count: usize,
    weights: u64,
}

impl Columns {
    /// From the header line of a CSV file.
    pub(crate) fn of_header(line: &[u8]) -> Option<Self> {
        let delimiter =
            DELIMITERS.into_iter().max_by_key(|delimiter| memchr::memchr_iter(*delimiter, line).count())?;
        Self::of_names(line, delimiter)
    }

    /// From the names between the parentheses of an `INSERT`.
    pub(crate) fn of_names(names: &[u8], delimiter: u8) -> Option<Self> {
        let (mut count, mut known, mut weights) = (0, 0, 0);
        for name in names.split(|&byte| byte == delimiter) {
            let name = name.trim_ascii();
            // A name has letters; what begins with a digit is a row already.
            if name.len() > LONGEST_NAME
                || !name.iter().all(|byte| (b' '..=b'~').contains(byte))
                || name.first().is_none_or(u8::is_ascii_digit)
                || count >= MOST_COLUMNS
            {
                return None;
            }
            let key = Name::new([name]).and_then(|name| name.key());
            known += usize::from(key.is_some());
            weights |= u64::from(matches!(key, Some(Key::Weight { .. }))) << count;
            count += 1;
        }
        (known >= FEWEST_KNOWN).then_some(Self { delimiter, count, weights })
    }

    /// Tells the weights of a row, each with the number of its column. Says whether this is a row of the table.
    pub(crate) fn row(&self, row: &[u8], tell: &mut dyn FnMut(usize, &[u8])) -> bool {
        let row = row.trim_ascii();
        if memchr::memchr_iter(self.delimiter, row).count() + 1 != self.count {
            return false;
        }
        for (place, cell) in row.split(|&byte| byte == self.delimiter).enumerate() {
            let quotes = |byte: u8| matches!(byte, b'"' | b'\'' | b' ' | b'N');
            let start = cell.iter().position(|&byte| !quotes(byte)).unwrap_or(cell.len());
            let end = cell.iter().rposition(|&byte| !quotes(byte)).map_or(start, |last| last + 1);
            let cell = cell.get(start..end).unwrap_or_default();
            if self.weights >> place & 1 == 1 && is_weight(cell) {
                tell(place, cell);
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::Columns;

    fn weights(columns: Columns, row: &str) -> Option<Vec<String>> {
        let mut told = Vec::new();
        let is_row =
            columns.row(row.as_bytes(), &mut |_, cell| told.push(String::from_utf8_lossy(cell).into_owned()));
        is_row.then_some(told)
    }

    #[test]
    fn a_header_names_the_columns_that_hold_weights() {
        let columns = Columns::of_header(b"move_id;container_no;gross_kg;bay\r").unwrap();
        assert_eq!(weights(columns, "17;CSQU3054383;23450;7\r"), Some(vec!["23450".to_owned()]));
        assert_eq!(weights(columns, "17;\"CSQU3054383\";\"23450\";7"), Some(vec!["23450".to_owned()]));
        assert_eq!(weights(columns, "17;CSQU3054383;;7"), Some(vec![]));
        assert_eq!(weights(columns, "something else"), None);
        assert_eq!(Columns::of_header(b"name,age,city"), None);
        assert_eq!(Columns::of_header(b"POST /upload HTTP/1.1"), None);
    }

    #[test]
    fn an_insert_names_them_too() {
        let columns = Columns::of_names(b"container, vgm, `bay`", b',').unwrap();
        assert_eq!(weights(columns, "N'CSQU3054383', 23450.5, 12"), Some(vec!["23450.5".to_owned()]));
    }
}
