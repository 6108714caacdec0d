use super::PROTOCOL;
use crate::testing::spoken::{heard_cut, spoken};
use proptest::collection::vec;
use proptest::{prop_assert_eq, proptest};
use quaywatch_model::Side::{self, A, B};

const PORTS: [u16; 2] = [50_000, 1433];

/// What is said in the case `tds-first`, or the beginning of it.
#[rustfmt::skip]
const TURNS: &[(Side, &str)] = &[
    (A, "1201001a0000010000000b00060100110001ff0b000000000002"),
    (B, "0401001a0000010000000b00060100110001ff0f0007d0000002"),
    (A, "100100b800000100b00000000400007400100000070000004d00000000000000e003000000000000090400005e0009007000020074000200780009008a0007009800000098000400a0000000a0000800000000000000b0000000b0000000b000000000000000530054005300300037002d0048004d0049007300610092a5b3a54300720061006e006500560069006500770054004f00530044004200300031004f004400420043005400650072006d0069006e0061006c00"),
    (B, "040100d900000100e31f0001085400650072006d0069006e0061006c00066d0061007300740065007200ab6a0045160000020027004300680061006e00670065006400200064006100740061006200610073006500200063006f006e007400650078007400200074006f00200027005400650072006d0069006e0061006c0027002e000754004f00530044004200300031000001000000ad32000174000004144d006900630072006f0073006f00660074002000530051004c0020005300650072007600650072000f0007d0fd0000c1000000000000000000"),
    (A, "0101007c0000010016000000120000000200000000000000000001000000530045004c00450043005400200043006f006e007400610069006e00650072004e006f002c00200052006f0077002c00200054006f006e0073002c0020004d006f007600650064002000460052004f004d0020004d006f00760065007300"),
    (B, "040100cc00000100810400000000000900e728000904d000340b43006f006e007400610069006e00650072004e006f0000000000090026040352006f0077000000000009006c0509020454006f006e0073000000000009006f08054d006f00760065006400d1160043005300510055003300300035003400330038003300040300000005019209000008c8af000084030000d116004d005300430055003100320033003400350036003500040400000005015307000008c8af0000b0040000fd1000c1000200000000000000"),
    (A, "030100c00000010016000000120000000200000000000000000001000000ffff0a0000000000e7401f0904d000343c0049004e005300450052005400200049004e0054004f0020004d006f007600650073002000560041004c005500450053002000280040006e006f0029000000e7401f0904d00034200040006e006f0020006e00760061007200630068006100720028003200300029000340006e006f0000e7401f0904d00034160043005300510055003300300035003400330038003300"),
    (B, "0401002700000100ff1000c30001000000000000007900000000fe0000e0000000000000000000"),
    (A, "010100400000010016000000120000000200000000000000000001000000440045004c004500540045002000460052004f004d0020004d006f00760065007300"),
    (B, "040100a200000100aa8a00e5000000050e37005400680065002000440045004c0045005400450020007000650072006d0069007300730069006f006e0020007700610073002000640065006e0069006500640020006f006e00200074006800650020006f0062006a00650063007400200027004d006f0076006500730027002e000754004f00530044004200300031000001000000fd0200c1000000000000000000"),
];

spoken!(Tcp, PROTOCOL, PORTS, TURNS);

#[test]
#[rustfmt::skip]
fn an_hmi_logs_in_reads_and_writes_and_is_refused() {
    let heard = heard(&turns());
    assert_eq!(heard.operations, ["A: Authenticate login7 (0x10): user = \"sa\"; client = \"STS07-HMI\"; application = \"CraneView\"; server = \"TOSDB01\"; library = \"ODBC\"; database = \"Terminal\"; password = (masked) -> accepted", "A: Read sql_batch (0x01): statement = \"SELECT ContainerNo, Row, Tons, Moved FROM Moves\"; columns = 4; rows = 2 183 bytes -> accepted", "A: Write sp_executesql (0x03): statement = \"INSERT INTO Moves VALUES (@no)\"; parameter = \"@no nvarchar(20)\"; @no = \"CSQU3054383\" -> accepted", "A: Write sql_batch (0x01): statement = \"DELETE FROM Moves\"; message = \"The DELETE permission was denied on the object 'Moves'.\" -> refused error (0x000000E5)"]);
    assert_eq!(heard.facts, ["B software: \"Microsoft SQL Server 15.0.2000\"", "A name: \"STS07-HMI\"", "A software: \"CraneView\"", "B name: \"TOSDB01\"", "B software: \"Microsoft SQL Server 15.0.2000\""]);
    assert_eq!(heard.notes, ["B protection: \"none\"", "A server_name: \"TOSDB01\"", "A database: \"Terminal\"", "A client_name: \"STS07-HMI\"", "A software: \"CraneView\"", "A version: \"TDS 7.4\"", "A authentication: \"password\"", "A clear_secret: (masked)", "A default_secret: \"common password of sa\"", "B database: \"Terminal\"", "B login: \"accepted\"", "A user: \"sa\""]);
    assert!(heard.problems.is_empty());
}

/// Found by fuzzing: a TLS record's length does not count a packet's header in.
#[test]
fn a_tls_record_shorter_than_a_packets_header_begins_no_packet() {
    let record = [0x14, 3, 10, 0, 1, 0, 0, 0, 0, 0];
    assert_eq!(
        crate::testing::spoken::ask(&PROTOCOL, crate::Transport::Tcp, PORTS, &record),
        crate::Answer::No
    );
}

/// The case, its packets in halves: a message may be in several (MS-TDS, section 2.2.3.1.2).
fn in_more_packets() -> Vec<(Side, Vec<u8>)> {
    let halves = |packet: Vec<u8>| {
        let (head, body) = packet.split_at(8);
        let (first, second) = body.split_at(body.len() / 2);
        let half = |body: &[u8], status: u8| {
            let length = (body.len() as u16 + 8).to_be_bytes();
            [&[head[0], status], &length[..], &head[4..], body].concat()
        };
        [half(first, 0), half(second, 1)].concat()
    };
    turns().into_iter().map(|(side, packet)| (side, halves(packet))).collect()
}

proptest! {
    /// Of a stream, whatever is told is the same: notes, problems and content, too.
    #[test]
    fn any_segmentation_gives_all_the_same(cuts in vec(1..90_usize, 1..8), halves: bool) {
        let turns = if halves { in_more_packets() } else { turns() };
        let mut whole = heard(&turns);
        prop_assert_eq!(whole.operations.len(), 4);
        let mut cut = heard_cut(&PROTOCOL, PORTS, &turns, &cuts);
        whole.frames.clear();
        cut.frames.clear();
        prop_assert_eq!(cut, whole);
    }
}
