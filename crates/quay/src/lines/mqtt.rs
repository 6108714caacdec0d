//! MQTT 3.1.1 (OASIS, sections 3.1 to 3.4 and 3.14): somebody publishes, and goes.

use crate::party::Line;

/// The port.
pub const PORT: u16 = 1883;

/// A session in which these messages are published to a topic.
#[must_use]
pub fn publish(client: &str, topic: &str, messages: &[Vec<u8>], every_ms: u64) -> Vec<Line> {
    let connect = [&sized(b"MQTT")[..], &[4, 2, 0, 60], &sized(client.as_bytes())].concat();
    let mut lines =
        vec![Line::client(packet(0x10, &connect)), Line::server(packet(0x20, &[0, 0])).after_ms(20)];
    for (id, message) in (1_u16..).zip(messages) {
        let publish = [&sized(topic.as_bytes())[..], &id.to_be_bytes(), message].concat();
        lines.push(Line::client(packet(0x32, &publish)).after_ms(every_ms));
        lines.push(Line::server(packet(0x40, &id.to_be_bytes())).after_ms(20));
    }
    lines.push(Line::client(packet(0xE0, &[])).after_ms(50));
    lines
}

fn sized(text: &[u8]) -> Vec<u8> {
    [&(text.len() as u16).to_be_bytes()[..], text].concat()
}

/// A packet with its length before it, seven bits a byte.
fn packet(head: u8, body: &[u8]) -> Vec<u8> {
    let (mut out, mut left) = (vec![head], body.len());
    loop {
        let more = if left > 127 { 0x80 } else { 0 };
        out.push((left & 0x7F) as u8 | more);
        left >>= 7;
        if left == 0 {
            break;
        }
    }
    out.extend_from_slice(body);
    out
}
