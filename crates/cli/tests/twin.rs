//! The simulated crane as people start it: what it prints, how it ends, what it says of mistakes.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets what cannot be is to fail"
)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Stdio};

fn twin(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quaywatch"));
    command.args(["twin", "run"]).args(arguments);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The one sentence that is said of a mistake.
fn refusal(arguments: &[&str]) -> String {
    let output = twin(arguments).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(output.stdout.is_empty());
    told
}

#[test]
fn a_crane_says_where_it_listens_answers_there_and_ends_well_when_interrupted() {
    for signal in ["INT", "TERM"] {
        let mut crane = twin(&["--live", "127.0.0.0/24", "--ports-from", "0"]).spawn().unwrap();
        let mut lines = BufReader::new(crane.stdout.take().unwrap()).lines().map(Result::unwrap);
        assert!(lines.next().unwrap().starts_with("Crane STS07 on 127.0.0.0/24"));
        let line = lines.find(|line| line.starts_with("Modbus/TCP")).unwrap();
        let address: SocketAddr = line.split_whitespace().nth(1).unwrap().parse().unwrap();
        assert_eq!(address.ip().to_string(), "127.0.0.10");
        let mut client = TcpStream::connect(address).unwrap();
        client.write_all(b"\0\x01\0\0\0\x02\x01\x11").unwrap();
        let mut answer = [0; 15];
        client.read_exact(&mut answer).unwrap();
        assert_eq!(answer, *b"\0\x01\0\0\0\x09\x01\x11\x06STS07\xFF");
        let sent = Command::new("kill").args(["-s", signal, &crane.id().to_string()]).status().unwrap();
        assert!(sent.success());
        let output = crane.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{signal}");
        assert!(output.stderr.is_empty());
        assert!(TcpStream::connect(address).is_err());
    }
}

#[test]
fn a_port_in_use_is_told_with_the_option_that_helps() {
    let taken = TcpListener::bind("127.0.0.10:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let told = refusal(&["--live", "127.0.0.0/24", "--ports-from", &port]);
    let begin =
        format!("quaywatch: --ports-from {port}: port {port} for S7comm at 127.0.0.10 is in use; valid is");
    assert!(told.starts_with(&begin), "{told}");
    assert_eq!(told.lines().count(), 1);
}

#[test]
fn a_network_that_is_none_or_not_ours_is_told() {
    for (network, why) in [
        ("127.0.7.0/33", "room for its address .10"),
        ("127.0.7.0/29", "room for its address .10"),
        ("quay", "room for its address .10"),
        ("198.51.100.0/24", "this machine has no address 198.51.100.10; valid is 127.0.7.0/24"),
    ] {
        let told = refusal(&["--live", network, "--ports-from", "0"]);
        assert!(told.contains(network) && told.contains("--live") && told.contains(why), "{told}");
    }
}

#[test]
fn numbers_that_cannot_be_are_told_with_those_that_can() {
    for (arguments, why) in [
        (["--speed", "0"], "a number from 0.1 to 1000 is valid"),
        (["--speed", "NaN"], "a number from 0.1 to 1000 is valid"),
        (["--ports-from", "65536"], "65536 is not in 0..="),
        (["--ports-from", "-1"], "-1 is not in 0..="),
        (["--seed", "-1"], "invalid value '-1' for '--seed <N>'"),
    ] {
        let told = refusal(&arguments);
        assert!(told.contains(arguments[0]) && told.contains(why), "{told}");
    }
}

#[test]
fn a_cranes_file_names_it_and_its_mistakes_are_told_by_file_and_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sts11.toml");
    let path = file.to_str().unwrap();
    std::fs::write(&file, "name = 'STS 11'").unwrap();
    let told = refusal(&["--crane", path, "--ports-from", "0"]);
    assert!(told.contains(&format!("--crane {path}: line 1: name must be 1 to 32 letters")), "{told}");
    std::fs::remove_file(&file).unwrap();
    assert!(refusal(&["--crane", path]).contains(&format!("--crane {path}: ")));
}
