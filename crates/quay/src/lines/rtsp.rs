//! RTSP 1.0 (RFC 2326): a recorder lets a camera send its picture.

use crate::party::Line;
use std::net::Ipv4Addr;

/// Asks what there is, agrees on ports, and lets it play. The session stays open.
#[must_use]
pub fn play(camera: Ipv4Addr, session: u32, port: u16) -> Vec<Line> {
    let url = format!("rtsp://{camera}:554/axis-media/media.amp");
    let description = format!(
        "v=0\r\no=- {session} 1 IN IP4 {camera}\r\ns=Media Presentation\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\na=range:npt=now-\r\n\
         m=video 0 RTP/AVP 96\r\nb=AS:4000\r\na=rtpmap:96 H264/90000\r\n\
         a=fmtp:96 packetization-mode=1;profile-level-id=4D0029\r\na=control:trackID=1\r\n"
    );
    let ask = |number: u8, method: &str, target: &str, more: &str| {
        Line::client(format!(
            "{method} {target} RTSP/1.0\r\nCSeq: {number}\r\nUser-Agent: recorder/5.2\r\n{more}\r\n"
        ))
    };
    let tell = |number: u8, more: &str| {
        Line::server(format!("RTSP/1.0 200 OK\r\nCSeq: {number}\r\nServer: camera/9.80\r\n{more}"))
            .after_ms(6)
    };
    let ports = format!("Transport: RTP/AVP;unicast;client_port={port}-{}", port + 1);
    let track = format!("{url}/trackID=1");
    let id = format!("Session: {session:08X}");
    vec![
        ask(1, "OPTIONS", &url, ""),
        tell(1, "Public: OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, TEARDOWN, GET_PARAMETER\r\n\r\n"),
        ask(2, "DESCRIBE", &url, "Accept: application/sdp\r\n"),
        tell(
            2,
            &format!(
                "Content-Type: application/sdp\r\nContent-Base: {url}/\r\nContent-Length: {}\r\n\r\n{description}",
                description.len()
            ),
        ),
        ask(3, "SETUP", &track, &format!("{ports}\r\n")),
        tell(3, &format!("{id};timeout=60\r\n{ports};server_port=50000-50001\r\n\r\n")),
        ask(4, "PLAY", &url, &format!("{id}\r\nRange: npt=now-\r\n")),
        tell(4, &format!("{id}\r\nRTP-Info: url={track}\r\n\r\n")),
    ]
}

/// A recorder says that it is still there; the camera that it has heard.
#[must_use]
pub fn alive(camera: Ipv4Addr, session: u32, number: u32) -> Vec<Line> {
    let ask = format!(
        "GET_PARAMETER rtsp://{camera}:554/axis-media/media.amp RTSP/1.0\r\nCSeq: {number}\r\nSession: {session:08X}\r\n\r\n"
    );
    let tell = format!("RTSP/1.0 200 OK\r\nCSeq: {number}\r\nSession: {session:08X}\r\n\r\n");
    vec![Line::client(ask), Line::server(tell).after_ms(4)]
}

/// The port from which cameras send pictures.
pub const SERVER_PORT: u16 = 50_000;
