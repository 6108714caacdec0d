//! Real clients, which nobody here wrote, against the session on a loopback socket: pycomm3 and cpppo from PyPI. They are
//! looked for in the Python environment `$QUAYWATCH_CLIENTS`, else in `target/twin-clients`. What was said is then read by
//! our own decoder.

#![allow(
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test's helpers may state what must hold; who runs it is told that a client is not there"
)]

use quaywatch_model::{Side, Timestamp};
use quaywatch_protocols::Transport;
use quaywatch_protocols::testing::play_unknown;
use quaywatch_twin::enip::{EtherNetIp, datagram};
use quaywatch_twin::{After, Plc, Program, Session};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener, TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

#[test]
fn pycomm3_lists_reads_and_writes_the_crane() {
    run(
        "pycomm3",
        "cip_pycomm3.py",
        &[
            "Identify get_attributes_all (0x01) via unconnected_send (0x52)",
            "Browse get_instance_attribute_list (0x55) via class 3 connection",
            "Browse read_template (0x4C)",
            "Read read_tag_fragmented (0x52)",
            "Write write_tag_fragmented (0x53)",
            "Write read_modify_write_tag (0x4E)",
            "Write write_tag (0x4D) via class 3 connection to 1/0 via multiple_service_packet (0x0A)",
            "OpenSession large_forward_open (0x5B)",
            "OpenSession forward_open (0x54)",
            "CloseSession forward_close (0x4E)",
            "SetClock set_attribute_list (0x04)",
            "Stop logix_program_mode (0x07)",
            "Start logix_run (0x06)",
        ],
    );
}

#[test]
fn cpppo_identifies_reads_and_writes_the_crane() {
    run(
        "cpppo",
        "cip_cpppo.py",
        &[
            "Identify list_identity (0x0063)",
            "Browse list_services (0x0004)",
            "Read read_tag_fragmented (0x52) via unconnected_send (0x52)",
            "Write write_tag (0x4D) via unconnected_send (0x52)",
            "multiple_service_packet (0x0A)",
        ],
    );
}

/// Runs a script against a controller of its own, or says why not; then our decoder must tell these operations.
fn run(package: &str, script: &str, expected: &[&str]) {
    let python = python();
    let there = Command::new(&python).args(["-c", &format!("import {package}")]).output();
    if !there.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: {} has no {package}", python.display());
        return;
    }
    let controller = Controller::start();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients").join(script);
    let output = Command::new(&python).arg(script).arg(controller.address.to_string()).output().unwrap();
    let (said, complained) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && said.ends_with("all done\n"), "{said}\n{complained}");

    let operations = controller.operations();
    for expected in expected {
        assert!(
            operations.iter().any(|operation| operation.contains(expected)),
            "{expected} in {operations:#?}"
        );
    }
}

fn python() -> PathBuf {
    let home = std::env::var_os("QUAYWATCH_CLIENTS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/twin-clients"),
        PathBuf::from,
    );
    home.join("bin/python")
}

/// What was said in a connection, in order.
type Turns = Vec<(Side, Vec<u8>)>;

/// A controller on a free port, for as long as the test's process lives.
struct Controller {
    address: SocketAddrV4,
    /// Of each connection. An answer stands here before it is sent.
    turns: Arc<Mutex<Vec<Turns>>>,
}

impl Controller {
    fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = SocketAddrV4::new(Ipv4Addr::LOCALHOST, listener.local_addr().unwrap().port());
        let plc = Arc::new(Mutex::new(Plc::new("STS07", Program::default())));
        let turns = Arc::new(Mutex::new(Vec::new()));
        let datagrams = UdpSocket::bind(address).unwrap();
        let shared = Arc::clone(&plc);
        thread::spawn(move || answer_datagrams(&datagrams, address, &shared));
        let heard = Arc::clone(&turns);
        thread::spawn(move || {
            for (handle, stream) in (1..).zip(listener.incoming()) {
                let (plc, heard) = (Arc::clone(&plc), Arc::clone(&heard));
                let session = EtherNetIp::new(address, handle);
                heard.lock().unwrap().push(Turns::new());
                thread::spawn(move || converse(stream.unwrap(), &plc, session, &heard, handle as usize - 1));
            }
        });
        Self { address, turns }
    }

    /// What our decoder says was done.
    fn operations(&self) -> Vec<String> {
        let mut operations = Vec::new();
        for turns in self.turns.lock().unwrap().iter() {
            let turns: Vec<(Side, &[u8])> = turns.iter().map(|(side, bytes)| (*side, &bytes[..])).collect();
            let heard = play_unknown(Transport::Tcp, [50_000, 44_818], &turns);
            assert_eq!(heard.problems, [""; 0]);
            operations.extend(heard.operations);
        }
        operations
    }
}

fn answer_datagrams(socket: &UdpSocket, address: SocketAddrV4, plc: &Mutex<Plc>) {
    let mut buffer = [0; 2_048];
    while let Ok((length, from)) = socket.recv_from(&mut buffer) {
        let mut out = Vec::new();
        datagram(&plc.lock().unwrap(), address, &buffer[..length], &mut out);
        socket.send_to(&out, from).unwrap();
    }
}

fn converse(
    mut stream: TcpStream,
    plc: &Mutex<Plc>,
    mut session: EtherNetIp,
    heard: &Mutex<Vec<Turns>>,
    number: usize,
) {
    let mut buffer = [0; 4_096];
    while let Ok(length @ 1..) = stream.read(&mut buffer) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
        let now = Timestamp::from_nanos(i64::try_from(now).unwrap());
        let mut out = Vec::new();
        let after = session.input(&mut plc.lock().unwrap(), now, &buffer[..length], &mut out);
        heard.lock().unwrap()[number].extend([(Side::A, buffer[..length].to_vec()), (Side::B, out.clone())]);
        if stream.write_all(&out).is_err() || after == After::Close {
            return;
        }
    }
}
