//! What is first seen of each scenario is what the catalogue says.

use super::tests::capture;

/// The frames of a scenario, in their order.
fn frames(name: &str) -> Vec<Vec<u8>> {
    let (label, file) = capture(name, 11);
    let all = packets(&file);
    let ranges = label["frames"].as_array().unwrap();
    let number = |range: &serde_json::Value, end: usize| range[end].as_u64().unwrap() as usize;
    ranges.iter().flat_map(|range| all[number(range, 0) - 1..number(range, 1)].to_vec()).collect()
}

/// The packets of a capture: blocks of type 6.
pub(super) fn packets(mut file: &[u8]) -> Vec<Vec<u8>> {
    let word = |bytes: &[u8], at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    let mut packets = Vec::new();
    while file.len() >= 12 {
        if word(file, 0) == 6 {
            packets.push(file[28..28 + word(file, 20) as usize].to_vec());
        }
        file = &file[word(file, 4) as usize..];
    }
    packets
}

/// When they were seen, in seconds.
fn times(mut file: &[u8]) -> Vec<f64> {
    let word = |bytes: &[u8], at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    let mut times = Vec::new();
    while file.len() >= 12 {
        if word(file, 0) == 6 {
            let nanos = u64::from(word(file, 12)) << 32 | u64::from(word(file, 16));
            times.push((nanos % 1_000_000_000_000_000) as f64 / 1e9);
        }
        file = &file[word(file, 4) as usize..];
    }
    times
}

fn holds(frame: &[u8], what: &[u8]) -> bool {
    frame.windows(what.len()).any(|window| window == what)
}

/// An IPv4 packet that is for, or from, this port.
fn is_of_port(frame: &[u8], port: u16) -> bool {
    frame.len() > 37
        && frame[12..14] == [8, 0]
        && [&frame[34..36], &frame[36..38]].contains(&&port.to_be_bytes()[..])
}

#[test]
fn what_is_seen_first_is_what_the_catalogue_says() {
    // A scenario, the port or EtherType of its first frame, and what is in one of its frames.
    let first: [(&str, [u8; 2], u16, &[u8]); 23] = [
        ("a01", [8, 0], 68, b"OpenWrt"),
        ("a02", [8, 0], 68, &[0x86, 0xDD]),
        ("a04", [0x86, 0xDD], 0, b"carrier"),
        ("b01", [8, 0], 51_820, b"mstshash=service"),
        ("b02", [8, 0], 51_820, b"mstshash=service"),
        ("b03", [8, 0], 51_820, &[0x32, 1, 0, 0]),
        ("b04", [8, 0], 51_820, &[4, 0, 0, 0]),
        ("x01", [8, 0], 443, b"telemetry.portmetrics.example"),
        ("x02a", [8, 0], 80, b"\"container\":\""),
        ("x02b", [8, 0], 514, b"mover"),
        ("x02c", [8, 0], 1883, b"fleet/sts07/moves"),
        ("x02d", [8, 0], 53, b"stat-edge"),
        ("x03", [8, 0], 1433, b"S\0E\0L\0E\0C\0T\0"),
        ("x04", [8, 0], 53, b"metrics-cdn"),
        ("x05", [8, 0], 123, &[0x23, 0, 6]),
        ("x06", [8, 0], 0, &[0xCA, 0xFE, 0xBA, 0xBE]),
        ("u01", [0x88, 0x92], 0, b"cu320_firmware_5_2.upd"),
        ("u02", [8, 0], 80, b"PUT /upload/firmware_2.14.bin"),
        ("t01", [8, 6], 0, &[0x24, 1, 6]),
        ("r03", [8, 6], 0, b"Authorization: Basic YWRtaW46YWRtaW4="),
        ("w01", [8, 6], 0, b".\0l\0o\0c\0k\0e\0d\0"),
        ("w02", [8, 0], 445, b"NTLMSSP"),
        ("n03", [8, 0], 68, b"MSFT 5.0"),
    ];
    for (name, kind, port, what) in first {
        let frames = frames(name);
        // An address may have to be asked for before the first packet.
        let begins = frames.iter().position(|frame| frame[12..14] == kind).unwrap();
        assert!(begins <= 2, "{name}: {begins}");
        assert!(port == 0 || is_of_port(&frames[begins], port), "{name}: {:02x?}", frames[begins]);
        assert!(frames.iter().any(|frame| holds(frame, what)), "{name}");
    }
}

#[test]
fn what_comes_through_a_modem_has_its_hardware_address_and_a_dozen_routers_behind_it() {
    const MODEM: [u8; 6] = [0x00, 0x1E, 0x42, 0x07, 0x00, 0x4D];
    for (name, far) in [("a02", [203, 0, 113, 20]), ("a03", [198, 51, 100, 23])] {
        let frames = frames(name);
        let packets = || frames.iter().filter(|frame| frame[12..14] == [8, 0]);
        let mut comes = packets().filter(|frame| frame[26..30] == far).peekable();
        assert!(comes.peek().is_some(), "{name}");
        assert!(comes.all(|frame| frame[6..12] == MODEM && (47..=57).contains(&frame[22])), "{name}");
        let mut goes = packets().filter(|frame| frame[30..34] == far).peekable();
        assert!(goes.peek().is_some(), "{name}");
        assert!(goes.all(|frame| frame[0..6] == MODEM && frame[22] == 128), "{name}");
    }
}

#[test]
fn a_lie_about_time_comes_from_another_hardware_address_than_the_gateways() {
    let frames = frames("t01");
    let lies: Vec<_> = frames.iter().filter(|frame| is_of_port(frame, 123) && frame[42] == 0x24).collect();
    assert_eq!(lies.len(), 5);
    assert!(lies.iter().all(|frame| frame[6..12] == [0x00, 0xE0, 0x4C, 0x68, 0x2B, 0x77]));
    assert!(lies.iter().all(|frame| frame[26..30] == [10, 20, 0, 13]));
}

#[test]
fn who_is_lied_to_about_time_asks_as_ever_and_is_answered_by_the_server_too() {
    let (_, file) = capture("t01", 11);
    let all = packets(&file);
    let asked = |frame: &&Vec<u8>| is_of_port(frame, 123) && frame[42] == 0x23 && frame[29] == 50;
    let polls: Vec<u8> = all.iter().filter(asked).map(|frame| frame[44]).collect();
    assert!(polls.len() > 10 && polls.iter().all(|poll| *poll == 6), "{polls:?}");
    let answers: Vec<_> = all.iter().filter(|frame| is_of_port(frame, 123) && frame[42] == 0x24).collect();
    let is_lie = |frame: &[u8]| frame[6] == 0 && frame[7] == 0xE0;
    let lies: Vec<_> = answers.iter().filter(|frame| is_lie(frame)).collect();
    for lie in lies {
        // Both repeat the question's time.
        let both: Vec<_> = answers.iter().filter(|frame| frame[66..74] == lie[66..74]).collect();
        assert_eq!(both.len(), 2);
        assert!(is_lie(both[0]) && !is_lie(both[1]), "the lie is there first");
    }
}

#[test]
fn a_way_out_through_a_modem_was_given_by_it() {
    let frames = frames("a02");
    // Options 53: 5, and 3: 10.7.7.97, of what the management system is told.
    let given = |frame: &Vec<u8>| {
        is_of_port(frame, 67) && frame[30..34] == [10, 7, 7, 50] && holds(frame, &[53, 1, 5])
    };
    let given = frames.iter().position(given).unwrap();
    assert!(holds(&frames[given], &[3, 4, 10, 7, 7, 97]));
    let out = frames.iter().position(|frame| frame[12..14] == [8, 0] && frame[30..32] == [203, 0]);
    assert!(given < out.unwrap());
}

#[test]
fn a_slow_scan_tries_every_three_minutes() {
    let times: Vec<f64> = tries("r02");
    assert_eq!(times.len(), 3);
    assert!(times.windows(2).all(|pair| (165.0..195.0).contains(&(pair[1] - pair[0]))), "{times:?}");
}

#[test]
fn no_attack_is_as_regular_as_a_clock() {
    let times = tries("x05");
    let apart: Vec<f64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let mean = apart.iter().sum::<f64>() / apart.len() as f64;
    let variance = apart.iter().map(|wait| (wait - mean).powi(2)).sum::<f64>() / apart.len() as f64;
    assert!((0.005..0.05).contains(&(variance.sqrt() / mean)), "{apart:?}");
}

/// When something is tried: the times of those of a scenario's frames, in seconds, that come behind three and a half of
/// silence.
fn tries(name: &str) -> Vec<f64> {
    let (label, file) = capture(name, 11);
    let times = times(&file);
    let ranges = label["frames"].as_array().unwrap();
    let number = |range: &serde_json::Value, end: usize| range[end].as_u64().unwrap() as usize;
    let mut tries: Vec<f64> = Vec::new();
    let mut last = f64::MIN;
    for time in ranges.iter().flat_map(|range| &times[number(range, 0) - 1..number(range, 1)]) {
        if time - last > 3.5 {
            tries.push(*time);
        }
        last = *time;
    }
    tries
}

#[test]
fn containers_are_clear_in_logs_and_hidden_under_tls() {
    // An owner's letters: the list has some of each.
    let owners: [&[u8]; 6] = [b"QWTU", b"KAYU", b"ZZAU", b"TWNU", b"HAVU", b"LOTU"];
    let told = |name| frames(name).iter().any(|frame| owners.iter().any(|owner| holds(frame, owner)));
    assert!(told("x02b"));
    assert!(!told("x01"));
}

#[test]
fn another_devices_frames_have_another_hardware_address() {
    for (name, mac) in
        [("n04", [0x00, 0x1B, 0x1B, 0x7D, 0x20, 0x93]), ("n13", [0x00, 0x40, 0x8C, 0x5B, 0x91, 0x0E])]
    {
        assert!(frames(name).iter().any(|frame| frame[6..12] == mac), "{name}");
    }
}

#[test]
fn who_is_away_is_not_answered_and_who_is_back_is_told_all_that_waited() {
    let frames = frames("n12");
    let begins = frames.iter().filter(|frame| is_of_port(frame, 8080) && frame[47] == 0x02).count();
    // Three tries of three segments each, and one that is answered.
    assert!(begins >= 10, "{begins}");
    assert!(frames.iter().filter(|frame| holds(frame, b"POST /api/v1/moves")).count() >= 8);
}
