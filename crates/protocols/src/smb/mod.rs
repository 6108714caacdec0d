//! SMB: files and printers of Windows, and the pipes its services are reached by.
//!
//! Standards: *MS-SMB2* (revision 73) for versions 2 and 3, sections 2.2.1 to 2.2.38; *MS-CIFS* and *MS-SMB* for version
//! 1, sections 2.2.3 and 2.2.4; session service of NetBIOS over TCP by *RFC 1002* section 4.3.
//!
//! ```text
//! offset 0      1        4
//!        | type | length | message: FF|FE|FD|FC "SMB" ...
//!        |  u8  | u24 BE |
//!
//! FE: 4 size of header u16 LE = 64   8 status u32   12 command u16   16 flags u32 (1: answer)   20 offset of the next
//!     message u32   24 message id u64   36 tree u32   40 session u64   64 body
//! FF: 4 command u8   5 status u32   9 flags u8 (80: answer)   10 flags u16   24 tree u16   26 process u16   28 user u16
//!     30 multiplex u16   32 words: count u8, so many u16; bytes: count u16, so many
//! FD: all that follows is encrypted (3.x)      FC: compressed (3.1.1)
//! ```
//!
//! The client is who sends requests. Several messages may be chained in one.
//!
//! # What is reported
//! - SESSION_SETUP is an `Authenticate`; its NTLM message tells user, domain, machine and version of the system.
//!   TREE_CONNECT is an `OpenSession` of a share; opening a pipe is an `OpenSession` of it.
//! - What is read of a file is one `Read`, what is written one `Write`, told with the file's name and the number of bytes
//!   when it is closed. Creating, renaming and deleting are a `Write` each, listing a directory is a `Browse`; opening
//!   is told where it was refused for want of rights.
//! - Calls in pipes are operations of [`dcerpc`](crate::dcerpc): who installs a service or a task on a machine is seen.
//! - The bytes of each file as a transfer, put in order by their offsets.
//!
//! Not decoded: what is inside encrypted and compressed messages; locks, leases, device
//! controls, quotas, notifications; of version 1 everything but sessions, shares and the files of the Read, Write, Open,
//! Create, Delete and Rename commands; RDMA.
//!
//! Limits: a message is at most [`wire::LONGEST_PDU_BYTES`]; [`files::MOST_OPEN`] files are known at a time, and what is
//! read ahead of its turn waits up to [`files::MOST_HELD_BYTES`].

mod files;
mod names;
mod ops;
mod pipes;
mod session;
mod state;
mod v1;
mod v2;
mod wire;

#[cfg(test)]
mod tests;

use crate::{Framed, Protocol, Transport};

/// The protocol's descriptor.
pub(crate) static PROTOCOL: Protocol = Protocol {
    name: "smb",
    title: "SMB 1, 2 and 3",
    transports: &[Transport::Tcp],
    ports: &[445, 139],
    probe: |probe| wire::begins(probe.bytes),
    start: |_| Box::new(Framed::new(state::Smb::default())),
    decoded: "dialect, log-ins with NTLM, shares, pipes and the calls in them, files that are opened, read, written, renamed and deleted, with \
              their bytes",
    not_decoded: "encrypted and compressed messages (told as such), locks and device controls",
};
