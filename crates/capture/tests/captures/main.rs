//! Captures as files hold them: every variant of the formats, broken ones, several at once, and real ones.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "helpers of tests may state what must hold and say what they skipped"
)]

mod build;
mod compressed;
mod corpus;
mod errors;
mod hostile;
mod merged;
mod pcap;
mod pcapng;
mod shortfall;
mod told;
mod written;
