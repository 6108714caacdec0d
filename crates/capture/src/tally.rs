//! What is known of an input when it was read, without reading it again.

use crate::batch::Entry;
use quaywatch_model::{CaptureFile, Timestamp};
use quaywatch_wire::LinkType;

/// So many link types of one input are named; an input may claim one for every packet.
const MOST_LINK_TYPES: usize = 16;

#[derive(Default)]
pub(crate) struct Tally {
    packets: u64,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    link_types: Vec<LinkType>,
}

impl Tally {
    pub(crate) fn add(&mut self, entries: &[Entry]) {
        self.packets += entries.len() as u64;
        for entry in entries {
            if self.link_types.last() != Some(&entry.link) {
                self.link_type(entry.link);
            }
            if entry.timed {
                self.first = Some(self.first.map_or(entry.time, |first| first.min(entry.time)));
                self.last = Some(self.last.map_or(entry.time, |last| last.max(entry.time)));
            }
        }
    }

    #[cold]
    fn link_type(&mut self, link: LinkType) {
        if !self.link_types.contains(&link) && self.link_types.len() < MOST_LINK_TYPES {
            self.link_types.push(link);
        }
    }

    pub(crate) fn file(
        &self,
        name: &str,
        format: &'static str,
        compression: Option<&'static str>,
    ) -> CaptureFile {
        CaptureFile {
            file: name.to_owned(),
            format,
            compression,
            link_types: self.link_types.iter().map(ToString::to_string).collect(),
            packets: self.packets,
            first: self.first,
            last: self.last,
        }
    }
}
