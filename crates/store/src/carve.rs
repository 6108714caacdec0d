//! Programs, firmware images and files: hashed as they come, and written out where that was asked for.

mod name;
mod output;

use output::{Output, Stop};
use quaywatch_model::{FinishedTransfer, Moment, Problem, Transfer, TransferKind, Verdict};
use quaywatch_wire::{MEDIA_HEAD_BYTES, media_type};
use sha2::{Digest, Sha256};

pub(crate) use name::is_leftover;
pub(crate) use output::{CarveLimits, FOLDER, Target, Used};

use crate::StoreError;

/// So many transfers are followed at once by a worker; one more, and the one that has been quiet for longest is
/// closed as incomplete. A crane has a few dozen stations and each moves one thing at a time.
pub const OPEN_TRANSFERS_LIMIT: usize = 256;
/// A larger file is hashed to its end but not carved. Controller programs and firmware images stay well below.
pub const CARVED_FILE_LIMIT_BYTES: u64 = 256 * 1024 * 1024;
/// All carved files together have no more bytes; what comes after is hashed only.
pub const CARVED_TOTAL_LIMIT_BYTES: u64 = 16 * 1024 * 1024 * 1024;
/// There are no more carved files than this; what comes after is hashed only. A directory of more is no use to
/// anybody, and database results come in millions.
pub const CARVED_FILES_LIMIT: u64 = 65_536;

/// Follows the transfers of many conversations.
///
/// Small transfers stay in memory until they are over; larger ones go to disk in chunks. No file is kept open.
/// A missing piece of known size leaves a hole of zeros in the carved file, so that what follows has its place.
#[derive(Debug)]
pub struct Carver {
    open: Vec<Open>,
    target: Option<Target>,
    /// The frame in which a transfer began last, and how many began in it before.
    begun: (u64, u32),
    error: Option<StoreError>,
}

#[derive(Debug)]
struct Open {
    id: u64,
    /// How many began before in the same frame.
    place: u32,
    hash: Sha256,
    /// Its first bytes, unless some were missing before them.
    head: Vec<u8>,
    /// Whether bytes are missing between others.
    gap: bool,
    /// What will be told of it. `end` is the last moment something was seen of it.
    so_far: FinishedTransfer,
    output: Option<Output>,
}

impl Carver {
    /// A carver that only hashes.
    #[must_use]
    pub const fn hashing() -> Self {
        Self { open: Vec::new(), target: None, begun: (0, 0), error: None }
    }

    pub(crate) const fn writing(target: Target) -> Self {
        Self { open: Vec::new(), target: Some(target), begun: (0, 0), error: None }
    }

    /// Takes the next event of a conversation. Gives a transfer that is over because of it.
    ///
    /// That is mostly the event's own, but a `Begin` may end another one, of *another conversation* if
    /// [`OPEN_TRANSFERS_LIMIT`] is reached: look at [`FinishedTransfer::conversation`].
    #[must_use]
    pub fn event(&mut self, conversation: u64, at: Moment, event: &Transfer<'_>) -> Option<FinishedTransfer> {
        match *event {
            Transfer::Begin { id, .. } => {
                let displaced = match self.position(conversation, id) {
                    Some(position) => Some(self.close(position, at, false)),
                    None => self.make_room(),
                };
                self.begin(conversation, at, event);
                displaced
            }
            Transfer::Data { id, bytes } => {
                let open = self.find(conversation, id, at)?;
                open.hash.update(bytes);
                open.begins_with(bytes);
                open.so_far.bytes += bytes.len() as u64;
                open.so_far.data = Some((open.so_far.data.map_or(at, |(first, _)| first), at));
                let result = open.output.as_mut().map_or(Ok(()), |output| output.write(bytes));
                self.stop_on_error(conversation, id, result);
                None
            }
            Transfer::Missing { id, bytes } => {
                let open = self.find(conversation, id, at)?;
                open.gap = true;
                open.so_far.missing_bytes = open.so_far.missing_bytes.saturating_add(bytes);
                let result = open.output.as_mut().map_or(Ok(()), |output| output.skip(bytes));
                self.stop_on_error(conversation, id, result);
                None
            }
            Transfer::End { id, complete } => {
                let position = self.position(conversation, id)?;
                // That more will not come is often noticed long after the last of it came.
                let last_seen = self.open.get(position).map_or(at, |open| open.so_far.end);
                Some(self.close(position, if complete { at } else { last_seen }, complete))
            }
        }
    }

    /// Ends what is still open of a conversation that is over.
    #[must_use]
    pub fn finish(&mut self, conversation: u64) -> Vec<FinishedTransfer> {
        let mut ended = Vec::new();
        // A transfer that is closed is replaced by the last one, so the search goes from the end.
        for position in (0..self.open.len()).rev() {
            if self.open.get(position).is_some_and(|open| open.so_far.conversation == conversation) {
                let last_seen = self.open.get(position).map_or_else(Moment::default, |open| open.so_far.end);
                let place = self.open.get(position).map_or(0, |open| open.place);
                ended.push((place, self.close(position, last_seen, false)));
            }
        }
        ended.sort_unstable_by_key(|(place, transfer)| (transfer.start, *place));
        ended.into_iter().map(|(_, transfer)| transfer).collect()
    }

    /// The first file that could not be written, if any. From then on transfers are only hashed.
    pub fn take_error(&mut self) -> Option<StoreError> {
        self.error.take()
    }

    fn position(&self, conversation: u64, id: u64) -> Option<usize> {
        self.open.iter().position(|open| open.id == id && open.so_far.conversation == conversation)
    }

    fn find(&mut self, conversation: u64, id: u64, at: Moment) -> Option<&mut Open> {
        let position = self.position(conversation, id)?;
        let open = self.open.get_mut(position)?;
        open.so_far.end = at;
        Some(open)
    }

    /// Closes the transfer that has been quiet for longest, if there are too many.
    fn make_room(&mut self) -> Option<FinishedTransfer> {
        if self.open.len() < OPEN_TRANSFERS_LIMIT {
            return None;
        }
        let quiet = self.open.iter().enumerate().min_by_key(|(_, open)| (open.so_far.end, open.place));
        let (position, last_seen) = quiet.map(|(position, open)| (position, open.so_far.end))?;
        let mut ended = self.close(position, last_seen, false);
        ended.problem = Some(limit("too many transfers at once"));
        Some(ended)
    }

    fn begin(&mut self, conversation: u64, at: Moment, event: &Transfer<'_>) {
        let Transfer::Begin { id, kind, direction, client, name, block_type, block_number } = *event else {
            return;
        };
        let place = if self.begun.0 == at.frame { self.begun.1 } else { 0 };
        self.begun = (at.frame, place.wrapping_add(1));
        let so_far = FinishedTransfer {
            conversation,
            id,
            start: at,
            end: at,
            data: None,
            client,
            kind,
            direction,
            name: name.map(name::bounded),
            block_type: block_type.map(|block_type| name::bounded(&block_type)),
            block_number,
            mime_type: None,
            bytes: 0,
            missing_bytes: 0,
            complete: false,
            sha256: None,
            carved: None,
            problem: None,
        };
        let output = self.target.as_mut().map(Target::begin);
        self.open.push(Open { id, place, hash: Sha256::new(), head: Vec::new(), gap: false, so_far, output });
    }

    fn close(&mut self, position: usize, at: Moment, complete: bool) -> FinishedTransfer {
        let Open { place, hash, head, gap, mut so_far, output, .. } = self.open.swap_remove(position);
        // Blocks and rows are no files.
        if matches!(so_far.kind, TransferKind::File | TransferKind::Firmware) {
            so_far.mime_type = media_type(&head);
        }
        let hash: [u8; 32] = hash.finalize().into();
        so_far.end = at;
        so_far.complete = complete && !gap;
        so_far.sha256 = (so_far.bytes > 0 && !gap).then_some(hash);
        if so_far.bytes > 0
            && let Some(output) = output
        {
            match output.finish(&name::of(&so_far, place, &hash)) {
                Ok(carved) => so_far.carved = Some(carved),
                Err(stop) => so_far.problem = Some(self.stopped(stop)),
            }
        }
        so_far
    }

    fn stop_on_error(&mut self, conversation: u64, id: u64, result: Result<(), Stop>) {
        if let Err(stop) = result {
            let problem = self.stopped(stop);
            if let Some(open) = self.position(conversation, id).and_then(|at| self.open.get_mut(at)) {
                open.output = None;
                open.so_far.problem = Some(problem);
            }
        }
    }

    fn stopped(&mut self, stop: Stop) -> Problem {
        match stop {
            Stop::FileLimit => limit("file too large to carve"),
            Stop::TotalLimit => limit("carved files reached their limit together"),
            Stop::Error(error) => {
                self.target = None;
                self.error.get_or_insert(error);
                limit("carved file could not be written")
            }
        }
    }
}

impl Open {
    /// Keeps what is the beginning of the file.
    fn begins_with(&mut self, bytes: &[u8]) {
        if !self.gap {
            let room = MEDIA_HEAD_BYTES.saturating_sub(self.head.len());
            self.head.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
        }
    }
}

const fn limit(reason: &'static str) -> Problem {
    Problem { layer: "transfer", reason, verdict: Verdict::Limit, bytes: 0 }
}
