//! VNC (RFC 6143): somebody sees another machine's screen, and works with it.

use super::noise;
use crate::party::Line;

/// The port.
pub const PORT: u16 = 5900;
const VERSION: &[u8] = b"RFB 003.008\n";
/// A password, which a challenge is encrypted with.
const PASSWORD: u8 = 2;
/// A piece of the picture: its width and height.
const PIECE: [u16; 2] = [64, 16];

/// A password is tried, and let in or not.
#[must_use]
pub fn begin(desktop: &str, is_right: bool, seed: u64) -> Vec<Line> {
    let mut lines = vec![
        Line::server(VERSION).after_ms(2),
        Line::client(VERSION),
        Line::server([1, PASSWORD]),
        Line::client([PASSWORD]),
        Line::server(noise(seed, 16)),
        Line::client(noise(seed ^ 1, 16)).after_ms(1_200),
    ];
    if !is_right {
        let why = b"Authentication failed";
        let size = (why.len() as u32).to_be_bytes();
        lines.push(Line::server([&1_u32.to_be_bytes()[..], &size, why].concat()).after_ms(30));
        return lines;
    }
    let format = [32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0];
    let size = (desktop.len() as u32).to_be_bytes();
    let screen = [&[5, 0, 3, 32][..], &format, &size, desktop.as_bytes()].concat();
    lines.push(Line::server(0_u32.to_be_bytes()).after_ms(30));
    lines.push(Line::client([1]));
    lines.push(Line::server(screen));
    // Pictures as they are, without compression.
    lines.push(Line::client([2, 0, 0, 1, 0, 0, 0, 0]));
    lines
}

/// Looks at the screen and clicks, so many times.
#[must_use]
pub fn work(times: u64, every_ms: u64, seed: u64) -> Vec<Line> {
    let mut lines = Vec::new();
    for time in 0..times {
        let [width, height] = PIECE.map(u16::to_be_bytes);
        lines.push(Line::client([&[3, 1, 0, 0, 0, 0][..], &width, &height].concat()).after_ms(every_ms));
        let pixels = noise(seed ^ time << 8, usize::from(PIECE[0]) * usize::from(PIECE[1]) * 4);
        let update = [&[0, 0, 0, 1, 0, 0, 0, 0][..], &width, &height, &[0; 4], &pixels].concat();
        lines.push(Line::server(update).after_ms(15));
        let at = (time * 13 % 600 + 40) as u16;
        let [high, low] = at.to_be_bytes();
        // Moved there, pressed, let go.
        let clicks = [0, 1, 0].map(|buttons| [5, buttons, high, low, 1, 44]);
        lines.push(Line::client(clicks.concat()).after_ms(200));
    }
    lines
}
