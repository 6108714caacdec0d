//! Remote access and files are claimed only in captures that hold them.

use super::captures;

/// Captures of other folders of the corpus in which these are spoken too; each was looked at with tshark.
const GUESTS: [(&str, &str); 8] = [
    ("dcerpc/sv__dcerpc-dcerpc-3109.pcap", "smb"),
    ("dcerpc/sv__dcerpc-dcerpc-ctxids.pcap", "smb"),
    ("dns/ndpi__netbios.pcapng", "smb"),
    ("enip_cip/iti__EIP-IPAddressChangeAttempt.pcap", "smb"),
    ("hart_ip/iti__hart_ip.pcapng", "smb"),
    ("ldap_krb/ndpi__kerberos.pcap", "smb"),
    ("modbus/malcolm__Modicon.pcap", "ftp"),
    ("modbus/zeek__modbus-modbus-and-non-modbus-p502.pcap", "rdp"),
];

#[test]
fn remote_access_and_files_are_claimed_only_where_they_are() {
    let Some(corpus) = captures::corpus("") else { return };
    let homes = ["rdp", "vnc", "ftp", "tftp", "telnet", "rtsp", "rtp", "smb"];
    let mut claimed = std::collections::BTreeSet::<(String, &str)>::new();
    for room in
        std::fs::read_dir(corpus).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir())
    {
        let home = room.file_name().unwrap().to_string_lossy().into_owned();
        for file in std::fs::read_dir(&room).unwrap().map(|entry| entry.unwrap().path()) {
            let name = format!("{home}/{}", file.file_name().unwrap().to_string_lossy());
            if ![".pcap", ".pcapng", ".cap"].iter().any(|ending| name.ends_with(ending)) {
                continue;
            }
            let told =
                captures::play(&file).into_iter().map(|heard| heard.protocol.trim_end_matches("-data"));
            let guests = told.filter(|protocol| homes.contains(protocol) && home != *protocol);
            claimed.extend(guests.map(|protocol| (name.clone(), protocol)));
        }
    }
    let known = GUESTS.map(|(file, protocol)| (file.to_owned(), protocol));
    assert_eq!(claimed, std::collections::BTreeSet::from(known));
}
