//! The bounded [`Reader`] and L2-L4 views over borrowed bytes.
//!
//! Everything here takes bytes and gives views into them: no state, no allocation, no clock.

mod link;
mod reader;

pub use link::LinkType;
pub use reader::{ReadError, Reader};
