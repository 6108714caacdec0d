//! Says of frames in which of several captures they stand.

use crate::json;
use quaywatch_model::{Origins, Stretch};
use std::sync::Arc;

/// Writes `"found_in"` for one worker; nothing where there is one capture.
#[derive(Debug, Default)]
pub(crate) struct FoundIn(Option<Finder>);

#[derive(Debug)]
struct Finder {
    origins: Arc<Origins>,
    /// `{"file":"a.pcap","frame":` of each capture.
    places: Vec<Vec<u8>>,
    /// Where the last frame stood: the next is mostly there, too.
    last: Stretch,
}

impl FoundIn {
    pub(crate) fn of(origins: Option<Arc<Origins>>) -> Self {
        let place = |file: &String| {
            let mut place = b"{\"file\":".to_vec();
            json::push_str(&mut place, file);
            place.extend_from_slice(b",\"frame\":");
            place
        };
        Self(origins.map(|origins| Finder {
            places: origins.files().iter().map(place).collect(),
            origins,
            last: Stretch::default(),
        }))
    }

    /// Adds `,"found_in":[{"file":"a.pcap","frame":17}]`. What is not remembered any more is left out.
    pub(crate) fn push(&mut self, out: &mut Vec<u8>, frames: &[u64]) {
        let Some(finder) = &mut self.0 else { return };
        let mut before: &[u8] = b",\"found_in\":[";
        for frame in frames {
            let Some((place, own)) = finder.find(*frame) else { continue };
            out.extend_from_slice(before);
            out.extend_from_slice(place);
            json::push_unsigned(out, own);
            out.push(b'}');
            before = b",";
        }
        if before == b"," {
            out.push(b']');
        }
    }
}

impl Finder {
    fn find(&mut self, frame: u64) -> Option<(&[u8], u64)> {
        if self.last.own_number(frame).is_none() {
            self.last = self.origins.stretch_of(frame)?;
        }
        let place = self.places.get(usize::try_from(self.last.capture).ok()?)?;
        Some((place, self.last.own_number(frame)?))
    }
}
