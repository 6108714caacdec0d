//! Logs in the format of Zeek: what one message or exchange said, column by column.

use crate::{Moment, Side, Value};
use std::fmt;

/// One log of Zeek or of a Zeek package: its name and its columns after the common ones.
#[derive(Debug, PartialEq, Eq)]
pub struct Log {
    /// The name of the log, which is its file's without `.log`.
    pub name: &'static str,
    /// The common columns it begins with.
    pub prefix: Prefix,
    /// Its own columns, in order.
    pub columns: &'static [Column],
}

/// The columns a log begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prefix {
    /// `ts uid id.orig_h id.orig_p id.resp_h id.resp_p`.
    Connection,
    /// The same, then `is_orig source_h source_p destination_h destination_p`: who really sent the message.
    Sender,
    /// Only `ts`.
    Time,
}

/// A column of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// The type of its values.
    pub kind: Kind,
}

impl Column {
    /// A column.
    #[must_use]
    pub const fn new(name: &'static str, kind: Kind) -> Self {
        Self { name, kind }
    }
}

/// The type of a column, as Zeek's `#types` line names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// True or false.
    Bool,
    /// A number without sign.
    Count,
    /// A number with sign.
    Int,
    /// A number with fraction.
    Double,
    /// A point in time; its value is [`Value::Signed`] nanoseconds since 1970.
    Time,
    /// A length of time; its value is [`Value::Signed`] nanoseconds.
    Interval,
    /// Text.
    String,
    /// One of a few words.
    Enum,
    /// An address.
    Addr,
    /// A transport port.
    Port,
    /// Several texts in no order; its value is [`Value::List`].
    StringSet,
    /// Several of a few words in no order; its value is [`Value::List`].
    EnumSet,
    /// Several texts in order; its value is [`Value::List`].
    StringVector,
    /// Several lengths of time in order, in nanoseconds; its value is [`Value::List`].
    IntervalVector,
    /// Several numbers in order; its value is [`Value::List`].
    CountVector,
    /// Several numbers in no order; its value is [`Value::List`].
    CountSet,
    /// A file: the number that tells it apart in its conversation. Its value shows a [`FileNumber`].
    File,
    /// Several files in order; its value is a [`Value::List`] of such numbers.
    FileVector,
}

/// What tells a file apart from all others of its conversation. With the conversation's name it makes Zeek's `fuid`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileNumber {
    /// The frame that its transfer began in.
    pub frame: u64,
    /// Which transfer of the conversation it is; numbers may come again in later frames.
    pub id: u64,
}

impl fmt::Display for FileNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}x{:x}", self.frame, self.id)
    }
}

/// What one message or exchange said: a line of a [`Log`].
#[derive(Clone, Copy)]
pub struct LogLine<'a> {
    /// Which log.
    pub log: &'static Log,
    /// The time it is filed under.
    pub at: Moment,
    /// Who sent the message, or asked in the exchange.
    pub from: Side,
    /// The values of the log's own columns, in their order; `None` where there is none.
    pub values: &'a dyn LogValues,
}

/// The values of a [`LogLine`], told when somebody asks.
pub trait LogValues {
    /// Tells every value in the order of the columns.
    fn each(&self, tell: &mut dyn FnMut(Option<Value<'_>>));
}

impl LogValues for [Option<Value<'_>>] {
    fn each(&self, tell: &mut dyn FnMut(Option<Value<'_>>)) {
        self.iter().for_each(|value| tell(*value));
    }
}

impl<const N: usize> LogValues for [Option<Value<'_>>; N] {
    fn each(&self, tell: &mut dyn FnMut(Option<Value<'_>>)) {
        self.iter().for_each(|value| tell(*value));
    }
}
