use super::{Live, MOST_CONNECTIONS, Process, SERVICES, Service};
use crate::{After, Mode, Plc, Program, Session};
use quaywatch_crane::{Image, Value, find};
use quaywatch_model::Timestamp;
use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

const ANY: (Ipv4Addr, u16) = (Ipv4Addr::LOCALHOST, 0);
/// A test that waits longer than this has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// What is true of every crane: its heartbeat counts 100 ms while the controller runs. It tells how its clock was set.
struct Heartbeat(mpsc::Sender<f64>);

impl Process for Heartbeat {
    fn advance(&mut self, image: &mut Image, running: bool, until_s: f64) {
        if running {
            let beats = Value::Whole((until_s * 10.0) as i64 % 0x1_0000);
            image.set(find("Plc.Heartbeat").unwrap(), &beats).unwrap();
        }
    }

    fn set_clock(&mut self, unix_s: f64) {
        // Most tests do not listen.
        let _ = self.0.send(unix_s);
    }
}

fn modbus() -> &'static Service {
    SERVICES.iter().find(|service| service.port == 502).unwrap()
}

fn controller() -> Arc<Mutex<Plc>> {
    Arc::new(Mutex::new(Plc::new("STS07", Program::default())))
}

fn start(service: &'static Service, plc: &Arc<Mutex<Plc>>, speed: f64) -> Live {
    let services = [(service, SocketAddr::from(ANY))];
    Live::start(
        &services,
        Arc::clone(plc),
        Box::new(Heartbeat(mpsc::channel().0)),
        Timestamp::default(),
        speed,
    )
    .unwrap()
}

#[test]
fn who_looks_for_devices_by_datagram_is_told_who_is_here() {
    let service = SERVICES.iter().find(|service| service.port == 44_818).unwrap();
    let live = start(service, &controller(), 1.0);
    let asks = UdpSocket::bind(ANY).unwrap();
    asks.set_read_timeout(Some(PATIENCE)).unwrap();
    // List Identity (CIP volume 2, 2-4.2), with a sender's context that is repeated.
    let mut question = [0; 24];
    question[0] = 0x63;
    question[12..20].copy_from_slice(b"scanner!");
    let mut answer = [0; 512];
    // What is no question is not answered, and disturbs nobody.
    for bytes in [&b"noise"[..], &question] {
        asks.send_to(bytes, live.listening()[0].1).unwrap();
    }
    let (count, from) = asks.recv_from(&mut answer).unwrap();
    assert_eq!(from, live.listening()[0].1);
    assert_eq!((answer[0], &answer[12..20]), (0x63, &b"scanner!"[..]));
    assert!(answer[..count].windows(9).any(|part| part == b"LOGIX5561"), "{:x?}", &answer[..count]);
}

fn client(live: &Live) -> TcpStream {
    let client = TcpStream::connect(live.listening()[0].1).unwrap();
    client.set_read_timeout(Some(PATIENCE)).unwrap();
    client
}

fn read_heartbeat(client: &mut TcpStream) -> u16 {
    client.write_all(b"\0\x01\0\0\0\x06\x01\x04\0\x4B\0\x01").unwrap();
    let mut answer = [0; 11];
    client.read_exact(&mut answer).unwrap();
    assert_eq!(answer[..9], *b"\0\x01\0\0\0\x05\x01\x04\x02");
    u16::from_be_bytes([answer[9], answer[10]])
}

/// Whether the other side closed: an end, or a reset where it had not read all.
fn is_closed(client: &mut TcpStream) -> bool {
    match client.read(&mut [0; 16]) {
        Ok(count) => count == 0,
        Err(error) => error.kind() == ErrorKind::ConnectionReset,
    }
}

#[test]
fn a_client_sees_the_crane_live_until_the_controller_is_stopped() {
    let plc = controller();
    let live = start(modbus(), &plc, 100.0);
    let mut client = client(&live);
    let first = read_heartbeat(&mut client);
    assert!((0..1_000_000).any(|_| read_heartbeat(&mut client) != first));
    plc.lock().unwrap().mode = Mode::Stop;
    let last = read_heartbeat(&mut client);
    assert!((0..50).all(|_| read_heartbeat(&mut client) == last));
}

#[test]
fn the_crane_is_told_the_time_and_what_a_client_sets_it_to() {
    let (plc, (clocks, told)) = (controller(), mpsc::channel());
    let begin = Timestamp::from_nanos(1_000_000_000_000);
    let _live = Live::start(&[], Arc::clone(&plc), Box::new(Heartbeat(clocks)), begin, 1.0).unwrap();
    assert_eq!(told.recv_timeout(PATIENCE), Ok(1000.0));
    plc.lock().unwrap().clock_ahead_nanos = -60_000_000_000;
    assert_eq!(told.recv_timeout(PATIENCE), Ok(940.0));
}

#[test]
fn one_client_more_than_there_is_room_for_is_turned_away_and_one_that_goes_makes_room() {
    let live = start(modbus(), &controller(), 1.0);
    let mut clients: Vec<_> = (0..MOST_CONNECTIONS).map(|_| client(&live)).collect();
    clients.iter_mut().for_each(|client| _ = read_heartbeat(client));
    assert!(is_closed(&mut client(&live)));
    clients.pop();
    // The other side notices in its own time.
    loop {
        let mut next = client(&live);
        if next.write_all(b"\0\x01\0\0\0\x06\x01\x04\0\x4B\0\x01").is_ok() && !is_closed(&mut next) {
            break;
        }
    }
}

#[test]
fn the_end_closes_connections_and_frees_the_port() {
    let live = start(modbus(), &controller(), 1.0);
    let (mut idle, mut busy) = (client(&live), client(&live));
    read_heartbeat(&mut busy);
    let address = live.listening()[0].1;
    drop(live);
    assert!(is_closed(&mut idle) && is_closed(&mut busy));
    assert!(TcpListener::bind(address).is_ok());
}

/// More is asked than the sockets of both sides can hold answers for, by a client that never reads.
#[test]
fn a_client_that_takes_no_answers_does_not_keep_the_end_from_coming_or_others_from_asking() {
    let live = start(modbus(), &controller(), 1.0);
    let mut deaf = client(&live);
    deaf.set_write_timeout(Some(Duration::from_millis(300))).unwrap();
    let questions = b"\0\x01\0\0\0\x06\x01\x04\0\0\0\x64".repeat(10_000);
    while deaf.write_all(&questions).is_ok() {}
    read_heartbeat(&mut client(&live));
}

/// Speaks when it is looked at, whether or not anything came; closes when anything did.
struct Announcer;

impl Session for Announcer {
    fn input(&mut self, _: &mut Plc, _: Timestamp, bytes: &[u8], _: &mut Vec<u8>) -> After {
        if bytes.is_empty() { After::Open } else { After::Close }
    }

    fn due(&mut self, _: &mut Plc, now: Timestamp, out: &mut Vec<u8>) -> After {
        out.extend_from_slice(&now.nanos().to_be_bytes());
        After::Open
    }
}

static ANNOUNCER: Service = Service {
    name: "announcer",
    port: 1,
    datagram: None,
    open: |_| Box::new(Announcer),
    try_it: |at| at.to_string(),
};

#[test]
fn a_session_may_speak_unasked_is_told_the_cranes_time_and_ends_its_connection_itself() {
    let live = start(&ANNOUNCER, &controller(), 50.0);
    let mut client = client(&live);
    let mut told = || {
        let mut nanos = [0; 8];
        client.read_exact(&mut nanos).unwrap();
        i64::from_be_bytes(nanos)
    };
    let (first, second) = (told(), told());
    // A turn of 100 ms is 5 s at the crane, give or take what the machine was busy.
    assert!(second - first > 2_000_000_000, "{first} {second}");
    client.write_all(b"enough").unwrap();
    client.read_to_end(&mut Vec::new()).unwrap();
}

#[test]
fn a_port_that_is_taken_is_told_with_the_service() {
    let taken = TcpListener::bind(ANY).unwrap();
    let services = [(modbus(), SocketAddr::from(ANY)), (modbus(), taken.local_addr().unwrap())];
    let begin = Timestamp::default();
    let deaf =
        Live::start(&services, controller(), Box::new(Heartbeat(mpsc::channel().0)), begin, 1.0).unwrap_err();
    assert_eq!((deaf.service, deaf.address), ("Modbus/TCP", taken.local_addr().unwrap()));
    assert_eq!(deaf.cause.kind(), ErrorKind::AddrInUse);
}
