//! How the summary is kept to a screen or two: every section has lines of its own, and what one does not need goes to
//! the others.

use super::row::{Row, WIDTH};
use super::{DIM, TITLE};
use crate::number::Many;
use std::io::{self, Write};

/// A part of the summary: a title and a list.
pub(super) struct Section {
    pub(super) title: String,
    pub(super) blocks: Vec<Block>,
    /// How many things there are, with those that no block tells of.
    pub(super) total: u64,
    /// What one of those is called that are left out: "more device".
    pub(super) more: &'static str,
    /// So many lines it has at the least if it needs them, with its title and the empty line above.
    pub(super) least: usize,
}

/// Lines that belong together.
pub(super) struct Block {
    pub(super) rows: Vec<Row>,
    /// Blocks of low rank are shown first where there is no room for all. They keep their order.
    pub(super) rank: usize,
    /// How many things it tells of.
    pub(super) count: u64,
}

/// The empty line and the title.
const HEAD: usize = 2;

impl Section {
    /// A list whose first things matter most, one block each.
    pub(super) fn of(title: String, blocks: Vec<Vec<Row>>, more: &'static str, least: usize) -> Self {
        let total = blocks.len() as u64;
        let blocks = blocks.into_iter().enumerate();
        let blocks = blocks.map(|(rank, rows)| Block { rows, rank, count: 1 }).collect();
        Self { title, blocks, total, more, least }
    }

    /// A section of which there is one thing to say.
    pub(super) fn saying(title: impl Into<String>, text: &str) -> Self {
        let row = Row::indented(2).then(anstyle::Style::new(), text);
        Self::of(title.into(), vec![vec![row]], "", HEAD + 1)
    }

    fn listed(&self) -> u64 {
        self.blocks.iter().map(|block| block.count).sum()
    }

    /// So many lines show it whole.
    fn wanted(&self) -> usize {
        let rows: usize = self.blocks.iter().map(|block| block.rows.len()).sum();
        HEAD + rows + usize::from(self.total > self.listed())
    }

    /// Which blocks are shown in so many lines: those of low rank, as long as there is room.
    fn chosen(&self, lines: usize) -> Vec<bool> {
        let mut chosen = vec![true; self.blocks.len()];
        if self.wanted() <= lines {
            return chosen;
        }
        let mut room = lines.saturating_sub(HEAD + 1);
        let mut by_rank: Vec<_> = self.blocks.iter().zip(&mut chosen).collect();
        by_rank.sort_by_key(|(block, _)| block.rank);
        for (block, chosen) in by_rank {
            *chosen = block.rows.len() <= room;
            room -= if *chosen { block.rows.len() } else { 0 };
        }
        chosen
    }

    fn write(self, out: &mut dyn Write, lines: usize) -> io::Result<()> {
        let width = if lines == usize::MAX { usize::MAX } else { WIDTH };
        writeln!(out, "\n{TITLE}{}{TITLE:#}", self.title)?;
        let chosen = self.chosen(lines);
        let mut told = 0;
        for (block, _) in self.blocks.into_iter().zip(chosen).filter(|(_, chosen)| *chosen) {
            told += block.count;
            block.rows.into_iter().try_for_each(|row| writeln!(out, "{}", row.cut(width)))?;
        }
        match self.total.saturating_sub(told) {
            0 => Ok(()),
            left => writeln!(
                out,
                "  {DIM}... and {}; --all shows what is kept, --out DIR writes every one{DIM:#}",
                Many(left, self.more)
            ),
        }
    }
}

/// Writes sections, in so many lines altogether.
pub(super) fn write(out: &mut dyn Write, sections: Vec<Section>, lines: usize) -> io::Result<()> {
    let shares = shares(&sections, lines);
    sections.into_iter().zip(shares).try_for_each(|(section, lines)| section.write(out, lines))
}

/// Who gets how many lines: what is needed up to what is promised; then, in turns, what others leave.
fn shares(sections: &[Section], lines: usize) -> Vec<usize> {
    if lines == usize::MAX {
        return vec![usize::MAX; sections.len()];
    }
    let wanted: Vec<usize> = sections.iter().map(Section::wanted).collect();
    let mut shares: Vec<usize> =
        sections.iter().zip(&wanted).map(|(section, wanted)| section.least.min(*wanted)).collect();
    let mut left = lines.saturating_sub(shares.iter().sum());
    while left > 0 && shares != wanted {
        for (share, wanted) in shares.iter_mut().zip(&wanted) {
            let more = usize::from(*share < *wanted).min(left);
            *share += more;
            left -= more;
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::{Section, shares, write};
    use crate::text::row::Row;
    use anstyle::Style;

    fn section(things: usize, least: usize) -> Section {
        let blocks = (0..things).map(|thing| vec![Row::of(Style::new(), format!("thing {thing}"))]);
        Section::of("THINGS".to_owned(), blocks.collect(), "more thing", least)
    }

    #[test]
    fn what_one_section_does_not_need_goes_to_the_others_in_turns() {
        let sections = [section(1, 20), section(500, 10), section(300, 10), section(12, 10)];
        let shares = shares(&sections, 60);
        assert_eq!(shares.iter().sum::<usize>(), 60);
        assert_eq!(shares, [3, 22, 21, 14]);
    }

    #[test]
    fn what_is_not_shown_is_counted_and_what_is_shown_takes_no_more_than_its_lines() {
        let mut out = Vec::new();
        write(&mut out, vec![section(500, 10)], 12).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text.lines().count(), 12, "{text}");
        assert!(text.contains("thing 8") && text.contains("and 491 more things"), "{text}");
    }

    #[test]
    fn nothing_is_left_out_where_there_is_room_or_all_is_asked_for() {
        for lines in [502, usize::MAX] {
            let mut out = Vec::new();
            write(&mut out, vec![section(500, 10)], lines).unwrap();
            let text = String::from_utf8(out).unwrap();
            assert!(text.contains("thing 499") && !text.contains("more thing"), "{text}");
        }
    }
}
