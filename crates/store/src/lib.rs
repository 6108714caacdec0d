//! The record tables: what was understood, as newline-delimited JSON that everything else reads.
//!
//! - [`Store`] owns the output directory; each worker writes to its own [`Rows`];
//! - a [`Label`] is what every row says of its conversation, rendered once;
//! - the [`Carver`] turns the pieces of programs and files into [`FinishedTransfer`](quaywatch_model::FinishedTransfer)s, hashed and, where asked,
//!   written out;
//! - [`json`] writes values so that neither a parser nor a terminal can be steered by what a peer said.
//!
//! ```
//! use quaywatch_model::{Coded, Number, Operation, Outcome, Side, Verb};
//! use quaywatch_store::{Label, Store};
//! # let dir = tempfile::tempdir()?;
//! # let dir = dir.path();
//!
//! let mut store = Store::create(dir)?;
//! let mut rows = store.rows(); // one for each worker
//! let label = Label::new(&"CYzSg21", &"1:LQU9qZlK+B5F3KDmev6m5PMibrg=", [&"10.0.0.1", &"10.0.0.2"]);
//! let function = Coded::new("read_coils", Number::Hex8(1));
//! rows.operation(&label, "modbus", &Operation::new(Side::A, Verb::Read, function, Outcome::Unseen));
//! let written = store.finish(vec![rows])?;
//! assert_eq!(written.operations, 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Tables come out in the order of packet time, then frame number, and are the same bytes however many workers
//! there were. Memory does not grow with the output; see [`Limits`].

mod answers;
mod carve;
mod chunks;
mod clock;
mod conversation;
mod error;
mod found_in;
mod handshake;
pub mod json;
mod label;
mod logs;
mod merge;
mod part;
mod problems;
mod rows;
mod run;
mod store;
mod table;
#[cfg(test)]
mod tests;
mod window;
pub mod zeek;

pub use answers::Answers;
pub use carve::{
    CARVED_FILE_LIMIT_BYTES, CARVED_FILES_LIMIT, CARVED_TOTAL_LIMIT_BYTES, Carver, OPEN_TRANSFERS_LIMIT,
};
pub use conversation::{ConversationRow, Transport};
pub use error::StoreError;
pub use handshake::HandshakeRow;
pub use label::Label;
pub use logs::{LogFiles, Logs};
pub use problems::{ProblemTotal, TOLD_PER_REASON};
pub use rows::{Limits, ROW_LIMIT_BYTES, Rows, TagSample};
pub use store::{Store, TableName, Written};
pub use zeek::LogFormat;
