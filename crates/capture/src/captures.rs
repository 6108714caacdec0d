use crate::batch::{BATCH_BYTES, Batch};
use crate::input::{Input, Source, printable};
use crate::merge::Merge;
use crate::reading::Reading;
use crate::{CaptureError, Shortfall};
use quaywatch_model::{CaptureFile, Origins};
use std::io::Read;
use std::sync::Arc;

/// One or several captures, read as one in time order.
///
/// - One input is read straight into the batches: its packets are not copied and not reordered.
/// - Several are merged: the next packet is the earliest of those that stand next in each input; of equally early
///   ones, the one of the input that was named first. Packets of one input keep their order even where their time
///   goes back, and hold up what stands behind them.
/// - Regular files that begin later than what is being read are kept closed until it is their turn, so that a
///   day of rotated files needs the memory and file handles of those that overlap.
///
/// What cannot be read after an input's header is a problem in a batch; that input may end there, the others go on.
pub struct Captures {
    names: Vec<String>,
    inputs: Inputs,
}

enum Inputs {
    One(Box<Reading>),
    Several(Merge),
}

/// How far reading is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// How many bytes of the files were read, as they are stored: before decompression.
    pub bytes_read: u64,
    /// How many bytes the files have; `None` where one is standard input or a pipe.
    pub bytes_total: Option<u64>,
}

impl Captures {
    /// Opens every source and reads its header.
    ///
    /// # Errors
    /// The first source that is no capture, or that cannot be read.
    pub fn open(sources: &[Source]) -> Result<Self, CaptureError> {
        let names: Vec<String> = sources.iter().map(Source::name).collect();
        let inputs = match sources {
            [source] => Inputs::One(Box::new(Reading::open(source, 0)?)),
            sources => Inputs::Several(Merge::open(sources, &names)?),
        };
        Ok(Self { names, inputs })
    }

    /// Reads captures from readers, each with a name for messages. Compression is recognised as in files.
    ///
    /// # Errors
    /// The first reader that gives no capture.
    pub fn from_readers(readers: Vec<(String, Box<dyn Read + Send>)>) -> Result<Self, CaptureError> {
        let mut names = Vec::new();
        let mut readings = Vec::new();
        for (index, (name, reader)) in readers.into_iter().enumerate() {
            let name = printable(&name);
            names.push(name.clone());
            readings.push(Reading::begin(Input::new(name, reader, None)?, index)?);
        }
        let inputs = match readings.pop() {
            Some(only) if readings.is_empty() => Inputs::One(Box::new(only)),
            last => {
                readings.extend(last);
                Inputs::Several(Merge::of(readings, &names)?)
            }
        };
        Ok(Self { names, inputs })
    }

    /// Fills `batch` with the next packets and problems; false at the end of all input.
    ///
    /// A batch holds at most 512 KiB. From files it holds half of that and more until the last one; from pipes what came
    /// with one read, so that live traffic does not wait.
    ///
    /// # Errors
    /// The system could not read on. Everything before was told in earlier batches; call again to go on with the
    /// other inputs.
    pub fn next_batch(&mut self, batch: &mut Batch) -> Result<bool, CaptureError> {
        match &mut self.inputs {
            Inputs::One(reading) => reading.fill(batch, BATCH_BYTES),
            Inputs::Several(merge) => merge.fill(batch),
        }
    }

    /// How far reading is.
    #[must_use]
    pub fn progress(&self) -> Progress {
        match &self.inputs {
            Inputs::One(reading) => {
                let input = reading.input();
                Progress { bytes_read: input.bytes_read(), bytes_total: input.total() }
            }
            Inputs::Several(merge) => merge.progress(),
        }
    }

    /// What of the inputs was not read, and what was never in them. Complete when [`next_batch`](Self::next_batch) has said
    /// that all input has ended.
    #[must_use]
    pub fn shortfall(&self) -> Shortfall {
        match &self.inputs {
            Inputs::One(reading) => reading.shortfall().clone(),
            Inputs::Several(merge) => merge.shortfall(),
        }
    }

    /// What was read of each input, in the order they were opened. Complete when [`next_batch`](Self::next_batch) has said that
    /// all input has ended. A file is called by its name, with folders only where names are the same.
    #[must_use]
    pub fn files(&self) -> Vec<CaptureFile> {
        match &self.inputs {
            Inputs::One(reading) => {
                let file = Origins::of(&self.names).file(0).to_owned();
                vec![CaptureFile { file, ..reading.file() }]
            }
            Inputs::Several(merge) => merge.files(),
        }
    }

    /// Tells in which of several inputs the packets stand that have been told; with one input there is nothing to tell.
    #[must_use]
    pub fn origins(&self) -> Option<Arc<Origins>> {
        match &self.inputs {
            Inputs::One(_) => None,
            Inputs::Several(merge) => Some(Arc::clone(merge.origins())),
        }
    }

    /// What an input is called in messages, by its index in what was opened.
    #[must_use]
    pub fn name(&self, input: usize) -> &str {
        self.names.get(input).map_or("", String::as_str)
    }
}
