//! What a connection becomes after CONNECT (RFC 9110, section 9.3.6) or an upgrade (section 7.8), and behind a proxy of
//! SOCKS.

use super::websocket::WebSocket;
use crate::{Context, Conversation, Recogniser, Recognition, Transport, tls};
use quaywatch_model::{DataClass, Side};

/// So deep are tunnels in tunnels followed, so that no stack is used up.
const MOST_TUNNELS: u8 = 4;

/// How deep in tunnels the bytes at hand are.
#[derive(Default)]
struct Depth(u8);

/// What is spoken from here on.
pub(crate) enum Tunnel {
    /// Not known yet.
    Seeking(Recogniser),
    Speaking(Box<dyn Conversation>),
    WebSocket(Box<WebSocket>),
    /// Nothing that is read.
    Unknown,
}

impl Tunnel {
    /// What an upgrade to this protocol gives.
    pub(crate) fn upgraded(protocol: &str) -> Self {
        let protocol = protocol.trim().to_ascii_lowercase();
        match protocol.as_str() {
            "websocket" => Self::WebSocket(Box::default()),
            _ if protocol.starts_with("tls/") => Self::Speaking(tls::conversation()),
            _ => Self::Seeking(Recogniser::default()),
        }
    }

    pub(crate) fn data(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        let depth = &mut cx.shared.get::<Depth>().0;
        if *depth >= MOST_TUNNELS {
            return;
        }
        *depth += 1;
        self.inside(cx, from, bytes);
        cx.shared.get::<Depth>().0 -= 1;
    }

    fn inside(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        match self {
            Self::Seeking(recogniser) => match recogniser.show(cx, Transport::Tcp, from, bytes) {
                Recognition::Undecided => {}
                Recognition::Unknown => *self = Self::Unknown,
                Recognition::Found(mut found) => {
                    recogniser.replay(cx, found.as_mut());
                    found.data(cx, from, bytes);
                    *self = Self::Speaking(found);
                }
            },
            Self::Speaking(inner) => inner.data(cx, from, bytes),
            Self::WebSocket(socket) => socket.data(cx, from, bytes),
            Self::Unknown => {}
        }
    }

    pub(crate) fn gap(&mut self, cx: &mut Context<'_>, from: Side, bytes: u64) {
        match self {
            Self::Seeking(recogniser) => recogniser.gap(cx.memory, from),
            Self::Speaking(inner) => inner.gap(cx, from, bytes),
            Self::WebSocket(socket) => socket.gap(from, bytes),
            Self::Unknown => {}
        }
    }

    pub(crate) fn end(&mut self, cx: &mut Context<'_>) {
        match self {
            Self::Seeking(recogniser) => recogniser.forget(cx.memory),
            Self::Speaking(inner) => inner.end(cx),
            Self::WebSocket(_) | Self::Unknown => {}
        }
    }

    /// What is spoken, where it is known.
    pub(crate) fn protocol(&self) -> Option<&'static str> {
        match self {
            Self::Speaking(inner) => Some(inner.protocol()),
            Self::WebSocket(_) => Some("websocket"),
            Self::Seeking(_) | Self::Unknown => None,
        }
    }

    pub(crate) fn carries(&self) -> DataClass {
        match self {
            Self::Speaking(inner) => inner.carries(),
            Self::WebSocket(_) => DataClass::Signalling,
            Self::Seeking(_) | Self::Unknown => DataClass::Unknown,
        }
    }
}
