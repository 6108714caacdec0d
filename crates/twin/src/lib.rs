//! The simulated crane on a network: a controller that real clients read, write, load and stop.
//!
//! Every protocol is a *session*: bytes that came in and the time go in, bytes to be sent come out ([`Session`]). It holds
//! no socket and no clock, so that the same session serves a live connection and a written capture.

mod clock;
mod description;
pub mod enip;
mod live;
mod modbus;
mod nameplate;
mod opcua;
mod plc;
pub mod s7;
mod session;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use description::{Description, Undescribed};
pub use live::{Answer, Deaf, Live, MOST_CONNECTIONS, Opening, Process, SERVICES, Service, crane};
pub use modbus::Modbus;
pub use nameplate::Nameplate;
pub use opcua::OpcUa;
pub use plc::{Block, Mode, Plc, Program};
pub use session::{After, Session};
