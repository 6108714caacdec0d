use crate::Protocol;
use quaywatch_model::{Address, Moment};
use std::collections::VecDeque;

/// So many conversations are expected at once; one more, and the oldest is no longer expected. A crane has a few
/// dozen stations, and each moves a handful of files or streams at a time.
const MOST_EXPECTED: usize = 512;
/// What was announced and does not come within this, in nanoseconds, is no longer expected.
const PATIENCE_NANOS: i64 = 120_000_000_000;

/// Conversations that others have announced: the data connection of FTP, the media streams of RTSP and SIP, the port a
/// TFTP server answers from.
///
/// Such a conversation cannot be recognised by its own content, but what announced it was. Two addresses have one
/// worker, so that whoever announces and who is announced meet here.
#[derive(Debug, Default)]
pub struct Expectations(VecDeque<Expected>);

#[derive(Debug)]
struct Expected {
    since: Moment,
    address: Address,
    port: u16,
    protocol: &'static Protocol,
    token: u64,
}

impl Expectations {
    /// Expects a conversation with `port` of `address` to be `protocol`. The `token` is handed to it in
    /// [`Probe::expected`](crate::Probe::expected), so that it finds what was said of it.
    pub fn expect(
        &mut self,
        now: Moment,
        (address, port): (Address, u16),
        protocol: &'static Protocol,
        token: u64,
    ) {
        self.0.retain(|expected| (expected.address, expected.port) != (address, port));
        if self.0.len() >= MOST_EXPECTED {
            self.0.pop_front();
        }
        self.0.push_back(Expected { since: now, address, port, protocol, token });
    }

    /// What the conversation between these endpoints was announced as. Each is announced once.
    pub(crate) fn meet(
        &mut self,
        now: Moment,
        addresses: [Address; 2],
        ports: [u16; 2],
    ) -> Option<(&'static Protocol, u64)> {
        if self.0.is_empty() {
            return None;
        }
        self.0.retain(|expected| now.time.since(expected.since.time) < PATIENCE_NANOS);
        let is_end = |expected: &Expected| {
            addresses
                .iter()
                .zip(ports)
                .any(|(address, port)| (expected.address, expected.port) == (*address, port))
        };
        let at = self.0.iter().position(is_end)?;
        self.0.remove(at).map(|expected| (expected.protocol, expected.token))
    }
}
