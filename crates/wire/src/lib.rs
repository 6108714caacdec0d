//! The bounded [`Reader`] and L2-L4 views over borrowed bytes.
//!
//! Everything here takes bytes and gives views into them: no state, no allocation, no clock. A stack that does
//! not decode to its end is given as far as it does, with the reason it stops.
//!
//! [`Frame::decode`] reads a captured frame down to the network layer, [`Segment::decode`] the transport above it,
//! [`tunnel::inside`] finds a frame or packet that is carried inside. [`media_type`] tells what a file is by its beginning.

mod checksum;
mod frame;
mod ip;
mod link;
mod media;
mod memory;
mod reader;
mod transport;
pub mod tunnel;

pub use frame::{Body, ETHERTYPE_IPV4, ETHERTYPE_IPV6, Frame};
pub use ip::{Fragment, Packet, protocol};
pub use link::LinkType;
pub use media::{MEDIA_HEAD_BYTES, media_type};
pub use memory::Memory;
pub use reader::{ReadError, Reader};
pub use transport::{Flags, Icmp, Segment, Tcp, Udp};
