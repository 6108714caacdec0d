//! Bytes of a capture from a file or standard input, decompressed where the first bytes say that they must be.

use crate::CaptureError;
use crate::gzip::Gunzip;
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};

const GZIP_MAGIC: [u8; 2] = [0x1F, 0x8B];
/// A zstd frame, RFC 8878 section 3.1.1.
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];
/// A zstd skippable frame (section 3.1.2) begins with any of 0x50..=0x5F and these; parallel writers put one first.
const ZSTD_SKIPPABLE: [u8; 3] = [0x2A, 0x4D, 0x18];
/// How many first bytes tell the compressions apart.
const MAGIC_BYTES: u64 = 4;

/// The largest zstd window that is decoded, as a power of two: 128 MiB, what the `zstd` program takes without
/// `--long`. The window is memory that the file can demand.
const ZSTD_WINDOW_LOG: u32 = 27;
/// How much is asked of zstd at a time, in bytes. What a call had given when it meets corrupt data is lost, so this is
/// the most that corruption takes from what stands before it.
const ZSTD_STEP_BYTES: usize = 4 << 10;
const COMPRESSED_BUFFER_BYTES: usize = 128 << 10;

/// Where a capture comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A file, or anything else that has a path, such as a named pipe.
    Path(PathBuf),
    /// Standard input.
    Stdin,
}

impl Source {
    /// A command-line argument: `-` is standard input, anything else a path.
    pub fn from_argument(argument: impl Into<PathBuf>) -> Self {
        let path = argument.into();
        if path == Path::new("-") { Self::Stdin } else { Self::Path(path) }
    }

    /// How it is called in messages. Control characters are escaped, because messages end on terminals.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Stdin => "standard input".into(),
            Self::Path(path) => printable(&path.to_string_lossy()),
        }
    }

    /// Whether it can be closed and opened again without losing anything.
    pub(crate) fn is_regular_file(&self) -> bool {
        matches!(self, Self::Path(path) if path.metadata().is_ok_and(|metadata| metadata.is_file()))
    }
}

pub(crate) fn printable(name: &str) -> String {
    name.chars()
        .flat_map(|c| {
            let escaped = c.is_control().then(|| c.escape_default());
            let plain = escaped.is_none().then_some(c);
            escaped.into_iter().flatten().chain(plain)
        })
        .collect()
}

/// The decompressed bytes of one capture.
pub(crate) struct Input {
    pub(crate) name: String,
    stream: Stream,
    total: Option<u64>,
    /// Whether a zstd frame's checksum was found to be wrong.
    zstd_damaged: bool,
}

enum Stream {
    Plain(Counted),
    Gzip(Box<Gunzip>),
    Zstd(Box<zstd::stream::read::Decoder<'static, BufReader<Counted>>>),
}

/// Why no more bytes come.
#[derive(Debug)]
pub(crate) enum Broken {
    /// The system says so.
    Io(io::Error),
    /// The compressed data ends inside itself.
    Cut,
    /// The compressed data cannot be.
    Corrupt,
    /// What follows the compressed data is none.
    Trailing,
}

impl Input {
    pub(crate) fn open(source: &Source) -> Result<Self, CaptureError> {
        let name = source.name();
        let Source::Path(path) = source else { return Self::new(name, Box::new(io::stdin()), None) };
        let unopened = |cause| CaptureError::Unopened { file: source.name(), cause };
        let metadata = path.metadata().map_err(unopened)?;
        if metadata.is_dir() {
            return Err(CaptureError::Directory { file: name });
        }
        let file = File::open(path).map_err(unopened)?;
        Self::new(name, Box::new(file), metadata.is_file().then_some(metadata.len()))
    }

    pub(crate) fn new(
        name: String,
        reader: Box<dyn Read + Send>,
        total: Option<u64>,
    ) -> Result<Self, CaptureError> {
        let mut counted = Counted { ahead: Cursor::default(), reader, count: 0, failed: false };
        let mut magic = Vec::new();
        let read = counted.by_ref().take(MAGIC_BYTES).read_to_end(&mut magic);
        let unreadable = |offset, cause| CaptureError::Unreadable { file: name.clone(), offset, cause };
        read.map_err(|cause| unreadable(counted.count, cause))?;
        let stream = if magic.starts_with(&GZIP_MAGIC) {
            counted.ahead = Cursor::new(magic);
            Stream::Gzip(Box::new(Gunzip::new(counted, COMPRESSED_BUFFER_BYTES)))
        } else if magic == ZSTD_MAGIC
            || matches!(*magic, [0x50..=0x5F, ref rest @ ..] if rest == ZSTD_SKIPPABLE)
        {
            counted.ahead = Cursor::new(magic);
            let buffered = BufReader::with_capacity(COMPRESSED_BUFFER_BYTES, counted);
            let mut decoder =
                zstd::stream::read::Decoder::with_buffer(buffered).map_err(|cause| unreadable(0, cause))?;
            decoder.window_log_max(ZSTD_WINDOW_LOG).map_err(|cause| unreadable(0, cause))?;
            Stream::Zstd(Box::new(decoder))
        } else {
            counted.ahead = Cursor::new(magic);
            Stream::Plain(counted)
        };
        Ok(Self { name, stream, total, zstd_damaged: false })
    }

    /// Reads what there is, at most as much as fits; 0 is the end.
    pub(crate) fn read(&mut self, out: &mut [u8]) -> Result<usize, Broken> {
        match &mut self.stream {
            Stream::Plain(counted) => counted.read(out).map_err(Broken::Io),
            Stream::Gzip(gunzip) => gunzip.read(out),
            Stream::Zstd(decoder) => {
                let step = out.len().min(ZSTD_STEP_BYTES);
                let out = out.get_mut(..step).unwrap_or_default();
                decoder.read(out).map_err(|cause| {
                    if decoder.get_ref().get_ref().failed {
                        Broken::Io(cause)
                    } else if cause.kind() == io::ErrorKind::UnexpectedEof {
                        Broken::Cut
                    } else {
                        // There is no other sign of it than these words.
                        self.zstd_damaged |= cause.to_string().contains("checksum");
                        Broken::Corrupt
                    }
                })
            }
        }
    }

    /// Whether more is there without waiting for whoever writes the other end of a pipe, after a read of `count`.
    pub(crate) fn has_more_at_hand(&self, count: usize) -> bool {
        match &self.stream {
            Stream::Plain(_) => false,
            Stream::Gzip(gunzip) => gunzip.has_more_at_hand(),
            Stream::Zstd(decoder) => count == ZSTD_STEP_BYTES || !decoder.get_ref().buffer().is_empty(),
        }
    }

    /// How to say in a message which compression an offset is inside of.
    pub(crate) const fn inside(&self) -> &'static str {
        match self.stream {
            Stream::Plain(_) => "",
            Stream::Gzip(_) => " inside the gzip data",
            Stream::Zstd(_) => " inside the zstd data",
        }
    }

    /// Which layer meets broken compressed data.
    pub(crate) const fn layer(&self) -> &'static str {
        match self.stream {
            Stream::Plain(_) => "file",
            Stream::Gzip(_) => "gzip",
            Stream::Zstd(_) => "zstd",
        }
    }

    /// What it is compressed with.
    pub(crate) const fn compression(&self) -> Option<&'static str> {
        match self.stream {
            Stream::Plain(_) => None,
            Stream::Gzip(_) => Some("gzip"),
            Stream::Zstd(_) => Some("zstd"),
        }
    }

    /// How many bytes were read of the file as it is stored.
    pub(crate) fn bytes_read(&self) -> u64 {
        match &self.stream {
            Stream::Plain(counted) => counted.count,
            Stream::Gzip(gunzip) => gunzip.source.count,
            Stream::Zstd(decoder) => decoder.get_ref().get_ref().count,
        }
    }

    /// Whether a checksum of the compressed data was found to be wrong.
    pub(crate) const fn is_damaged(&self) -> bool {
        match &self.stream {
            Stream::Gzip(gunzip) => gunzip.damaged,
            Stream::Plain(_) | Stream::Zstd(_) => self.zstd_damaged,
        }
    }

    /// How many bytes of the stored file were not used, where its size is known.
    pub(crate) fn stored_left(&self) -> Option<u64> {
        let taken = match &self.stream {
            Stream::Plain(counted) => counted.count,
            Stream::Gzip(gunzip) => gunzip.taken(),
            Stream::Zstd(decoder) => self.bytes_read() - decoder.get_ref().buffer().len() as u64,
        };
        self.total.map(|total| total.saturating_sub(taken))
    }

    /// How many bytes the capture has, where that is known without reading it.
    pub(crate) const fn capture_bytes(&self) -> Option<u64> {
        match self.stream {
            Stream::Plain(_) => self.total,
            Stream::Gzip(_) | Stream::Zstd(_) => None,
        }
    }

    /// How many bytes the stored file has, where that is known.
    pub(crate) const fn total(&self) -> Option<u64> {
        self.total
    }
}

/// A reader that can be looked ahead into, counts, and remembers whether the system failed it.
pub(crate) struct Counted {
    ahead: Cursor<Vec<u8>>,
    reader: Box<dyn Read + Send>,
    pub(crate) count: u64,
    failed: bool,
}

impl Read for Counted {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let ahead = self.ahead.read(out)?;
        if ahead > 0 {
            return Ok(ahead);
        }
        loop {
            match self.reader.read(out) {
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
                Err(cause) => {
                    self.failed = true;
                    return Err(cause);
                }
                Ok(count) => {
                    self.count += count as u64;
                    return Ok(count);
                }
            }
        }
    }
}
