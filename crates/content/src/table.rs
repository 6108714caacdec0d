//! Tables as text: CSV with a header, and the rows of a SQL `INSERT` with its list of columns.

use crate::keys::Key;
use crate::names::key_of;
use crate::scanner::BEHIND_BYTES;
use crate::signs::{BLOCK, bits};

/// Longer rows are not read: no more is held of a stream.
const LONGEST_ROW: usize = BEHIND_BYTES;
/// So many columns are looked at.
const MOST_COLUMNS: usize = 64;
/// No column has a longer name.
const LONGEST_NAME: usize = 64;
/// So many columns of a header must have a name that is known.
const FEWEST_KNOWN: usize = 2;
/// What separates columns.
const DELIMITERS: [u8; 4] = *b",;\t|";

/// Which columns of a table hold weights, and which containers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Columns {
    delimiter: u8,
    count: usize,
    weights: u64,
    containers: u64,
}

/// A cell of a column that matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cell<'r> {
    /// With the number of its column.
    Weight(usize, &'r [u8]),
    /// What should be a container's number.
    Container(&'r [u8]),
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
        let (mut count, mut known, mut weights, mut containers) = (0, 0, 0, 0);
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
            let key = key_of([name]);
            known += usize::from(key.is_some());
            weights |= u64::from(matches!(key, Some(Key::Weight { .. }))) << count;
            containers |= u64::from(key == Some(Key::Container)) << count;
            count += 1;
        }
        (known >= FEWEST_KNOWN).then_some(Self { delimiter, count, weights, containers })
    }

    /// Tells the cells of a row that hold weights and containers. Says whether this is a row of the table.
    pub(crate) fn row(&self, row: &[u8], tell: &mut dyn FnMut(Cell<'_>)) -> bool {
        let row = row.trim_ascii();
        let Some(delimiters) = Delimiters::of(row, self.delimiter).filter(|of| of.count() + 1 == self.count)
        else {
            return false;
        };
        let mut wanted = self.weights | self.containers;
        let mut start = 0;
        // Behind the last column that matters there may be many.
        for (place, end) in delimiters.chain([row.len()]).enumerate().take(MOST_COLUMNS) {
            if wanted & 1 == 1 {
                let cell = without_quotes(row.get(start..end).unwrap_or_default());
                let weight = self.weights >> place & 1 == 1;
                tell(if weight { Cell::Weight(place, cell) } else { Cell::Container(cell) });
            }
            wanted >>= 1;
            if wanted == 0 {
                break;
            }
            start = end + 1;
        }
        true
    }
}

/// A cell without what may be around its text: `N'...'` is how SQL writes wide characters.
fn without_quotes(cell: &[u8]) -> &[u8] {
    let quotes = |byte: u8| matches!(byte, b'"' | b'\'' | b' ' | b'N');
    let start = cell.iter().position(|&byte| !quotes(byte)).unwrap_or(cell.len());
    let end = cell.iter().rposition(|&byte| !quotes(byte)).map_or(start, |last| last + 1);
    cell.get(start..end).unwrap_or_default()
}

/// The places of the delimiters in a row, as bits: they are counted and then gone over without looking at each byte.
#[derive(Debug, Clone, Copy)]
struct Delimiters {
    masks: [u64; LONGEST_ROW.div_ceil(BLOCK)],
    block: usize,
}

impl Delimiters {
    fn of(row: &[u8], delimiter: u8) -> Option<Self> {
        if row.len() > LONGEST_ROW {
            return None;
        }
        let bits_of = |block: &[u8; BLOCK]| bits(&block.map(|byte| u8::from(byte == delimiter)));
        let (blocks, rest) = row.as_chunks();
        let mut last = [!delimiter; BLOCK];
        last.iter_mut().zip(rest).for_each(|(place, byte)| *place = *byte);
        let mut masks = [0; _];
        for (mask, block) in masks.iter_mut().zip(blocks.iter().chain([&last])) {
            *mask = bits_of(block);
        }
        Some(Self { masks, block: 0 })
    }

    fn count(&self) -> usize {
        self.masks.iter().map(|mask| mask.count_ones() as usize).sum()
    }
}

impl Iterator for Delimiters {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        loop {
            let mask = self.masks.get_mut(self.block)?;
            if *mask != 0 {
                let place = mask.trailing_zeros() as usize;
                *mask &= *mask - 1;
                return Some(self.block * BLOCK + place);
            }
            self.block += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Cell, Columns};

    fn cells(columns: Columns, row: &str) -> Option<String> {
        let mut told = Vec::new();
        let is_row = columns.row(row.as_bytes(), &mut |cell| {
            let (kind, text) = match cell {
                Cell::Weight(_, text) => ("weight", text),
                Cell::Container(text) => ("container", text),
            };
            told.push(format!("{kind} {}", String::from_utf8_lossy(text)));
        });
        is_row.then(|| told.join(", "))
    }

    #[test]
    fn a_header_names_the_columns_that_hold_weights_and_containers() {
        let columns = Columns::of_header(b"move_id;container_no;gross_kg;bay\r").unwrap();
        let both = Some("container CSQU3054383, weight 23450".to_owned());
        assert_eq!(cells(columns, "17;CSQU3054383;23450;7\r"), both);
        assert_eq!(cells(columns, "17;\"CSQU3054383\";\"23450\";7"), both);
        assert_eq!(cells(columns, "something else"), None);
        assert_eq!(Columns::of_header(b"name,age,city"), None);
        assert_eq!(Columns::of_header(b"POST /upload HTTP/1.1"), None);
    }

    #[test]
    fn an_insert_names_them_too() {
        let columns = Columns::of_names(b"container, vgm, `bay`", b',').unwrap();
        let both = Some("container CSQU3054383, weight 23450.5".to_owned());
        assert_eq!(cells(columns, "N'CSQU3054383', 23450.5, 12"), both);
    }
}
