use super::PROTOCOL;
use crate::testing::{Player, Recorder, play, play_cut};
use crate::{Answer, Probe, Transport};
use proptest::collection::vec;
use proptest::prelude::{Just, any, prop_oneof};
use proptest::{prop_assert_eq, proptest};
use quaywatch_model::Side::{self, A, B};

const PORTS: [u16; 2] = [50_000, 135];

/// What is said in the case `dcerpc-first`, or the beginning of it.
#[rustfmt::skip]
const TURNS: &[(Side, &str)] = &[
    (A, "05000b0710000000de06360602000000d016d016000000000300000000000100354251e3064bd111ab0400c04fc2dcd204000000045d888aeb1cc9119fe808002b1048600200000001000100354251e3064bd111ab0400c04fc2dcd20400000033057171babe37498319b5dbef9ccc360100000002000100354251e3064bd111ab0400c04fc2dcd2040000002c1cb76c1298404503000000000000000100000009060000000000006082063206062b0601050502a082062630820622a030302e06092a864882f71201020206092a864886f712010202060a2b06010401823702021e060a2b06010401823702020aa28205ec048205e86e8205e4308205e0a003020105a10302010ea20703050020000000a3820466618204623082045ea003020105a1171b1553342e484f57544f2e41424152544c45542e4e4554a22d302ba003020102a12430221b044c4441501b1a6f6265642e73342e686f77746f2e61626172746c65742e6e6574a382040d30820409a003020112a103020101a28203fb048203f7b1b942da69dbc30344af82435d4ace9596f42e511e36b6a64fe8dd83a82b76bc37316848b1bf12d1298980f539258d01e244fef74041a902577ac705f24b4c1f8dab01d02cf876f4142d26901f39ed76deeab4e200e93a03ffcbda309f2c3cf689a7bb085ca744384d4e0d5c2956cc8ccc00761d30678a5dafae0234c9c558300c3792011f61c272994a952a08697be3badb62a7257bb220ada9144eb8c5c66161794f12b7ded891c0db6bb6f8bcb34df41ce63c83957e5e003021150e9e6fe3537179414647adf3550f337477b79516edc1a87aa586a9d354e33e9e998f601dc209413cd7be13e04f40314d8eaa9ca3147cdd991cb9e102e4ec853bfad815cacd479d5ef26ed33dc604fce68f54bee4a8e03bdf21108d3239f7bd79ab5c240eb50cbb1bb02a0b99f9ebb96bbe74bcfbbac92065c5d1236a87686dd20a54a137bc03b164c5a86d13d61b30a41eb0dc2f09e473f4cc1ada051a6328125575ba0601613d8b737f8a68787ad39837338d1114b46200a12db000910c2c29317d59729012578c16f478a5cfd6872eb3a78a0f9d1d66a92880f176bec51c6b349caf8585e53ffbffc36a0d7db15f9d35085b5fad9d625ead20ab3d30e720f5e18973cfc73d7a0bb8231f9eacf60f8b15278c1f3cc1a0a608a4dae65cf69f0636a5fee9dcd8ea874477e10e253a6e75e55f519c341c914ba2929bb580fde4c7165e266b565d471fd8a9446019f12b525bcb90906acb1c8be20341e46578135732a922f3f1804501e5a719e90fcb81d4e7172bbd0981b73e9e57e273683f359626caca53eac554c3e3af1ad5167b4b03f53beb36e4be65ae758f4d565463298497980464b431a02633c842de4d95fd3d2de69d6790e10f809c43623c42ac32a6bd74d80e61856b6fdd5db9116487a2f1adb26890b5ae484b2730a35daa0b46fd3230394176fcabf26ef05bf038a3d7200a17e273c160d3cba529ed8e033ec82becd1e19719842d74c0cbaad6029c0404f41124a8afee35f74420f10d67e1b33a99eaea17d6b9fe88a4953322fd8fb3bff06ed3cbea72f579780effb044c7e6652b001992bb3af89288cdeb859af557c27b13b515b6879c3dd497e130e4dc73acf2d01612877f3efba71b2cb329fabc928ef4b9d9014049df37262e0cbc3a316db8174e12ed56a00b267e43d8a336acb2f45430ef1c810428ea4540e0a8bcb4e6eb7053b0fdde2ca3c84fd01fcf005e2c149f335e93e86c97f73cee6ab7582bff559d4773a7e7a972d40e70eedd73e9565ad1f769534a5dd01699204d3dc55bcd447a55cec5fb20661542b034a55611056c2f04670cfcd5b94cd808acd4b24b3ce0c2930dc9676bca7f4ad0a28a0074089855d555532b1245dd4ef8997153a37d07996378dc2f73156b24916880c71cef553741fbf012b9d8644c35a482015f3082015ba003020112a28201520482014e5589000840bf730f709490676132bd51dd391abb111dbba577f78b9128069281a0924d90"),
    (A, "4631152cb20a0f474a33d537b34e66f5d3bc9b9b3259341de316497c7c6a8ac457acf468eb314d44a9c6f8ae005fd60553b5d2dd98332935c0ff16ead49662150aa81a807718ad926b8c4e4d8965536c9061c050f5ff512c206837e92270aac636852a710a17ab0bb9e57e6d00144195211a5a71180f96b1fe78b2217cd9240af527d3975ee15f51d97a5ca148338b8a469742ac3dd3c755e8580361cde13643a2bf39524b72b2a111f560e4f13d5f55c0576a8dda3618bad88fee7cfeb7b2ae28357833cc089e53a6bf1d05aa6d4bc7b409d5738a80fb6939f3326942f5ca8446e662151aa1179c93651df7d1118e247b11b06d8505a153cda0c5d83db8579fbc081b9679091c80087a24bd900875fb646e3e8ee9696652b790ae1192e9f7045603761326a713fa320e"),
    (B, "05000c0310000000f400a80002000000d016002084ed00000e005c504950455c64727375617069000100000000000000045d888aeb1cc9119fe808002b104860020000000906000000000000a181a53081a2a0030a0101a10b06092a864882f712010202a2818d04818a6f8187308184a003020105a10302010fa2783076a003020112a26f046d6106a668f4b5a07f58be28b4c51fbb85fe9dc798808f4bccd4d6999421b67d5bb6266ed94c68feea99cf87215c2f1809416ccad77ae6f480abc63413372ad7e46c8d1de16b77e5b3bf292ce31d8224cf5de8faac7840ea0475c7fd8c44fdda66ab673f44bc681f4e275b03583d"),
    (A, "05000e0310000000dc008c0002000000d016d016000000000100000000000100354251e3064bd111ab0400c04fc2dcd204000000045d888aeb1cc9119fe808002b104860020000000906000000000000a18189308186a0030a0101a25f045d6f5b3059a003020105a10302010fa24d304ba003020112a2440442a31982507d4fe6e77c0519aae645c13822f836efdedb059a91af0a4bd734a2720b25c93f88cd8b15c8ce431e9e707deef84e239a0dc677b808e32d3a28906f16897aa31e041c040404ffffffffff0000000070c0ceca5f3af3416532c84c1bd8ab5e"),
    (B, "05000f031000000069002900020000000020002084ed0000010000000100000000000000045d888aeb1cc9119fe808002b104860020000000906000000000000a1273025a0030a0100a31e041c040405ffffffffff0000000037f90c0006cdd178db11c9e2e80a0f2e"),
    (A, "0500000310000000fc004c00020000008c000000000000006b1ae0dd480552c8ea776ff61470f020fe55ccc3a3a8b4a9f09a7a03fe8ac77342df9323aadfce176f1b02143fa727496c8ae9308775f70a264ea627d2f1f1f514fb471650b2c2a69caa96fc2f885c31800820ea55852822d536ac0a71902aafd854d023cc6394a4d0861b991fd8a9e5e451c471a497eaf67e8652b8d107e8b80ba21a07763e67afcda009b18db916ab0906040000000000050406ff0010001c0000000070c0cecbb8d9677019b019021f769cd327d41efd2eadcc4f826273c6f53f676e55ef81da74185f7375d77584de5df411683104c0ac92a883944f920f1dce2f16"),
];

fn turns() -> Vec<(Side, Vec<u8>)> {
    let byte = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap();
    TURNS.iter().map(|(side, hex)| (*side, hex.as_bytes().chunks(2).map(byte).collect())).collect()
}

fn heard(turns: &[(Side, Vec<u8>)]) -> Recorder {
    let turns: Vec<(Side, &[u8])> = turns.iter().map(|(side, bytes)| (*side, bytes.as_slice())).collect();
    play(&PROTOCOL, Transport::Tcp, PORTS, &turns)
}

fn ask(bytes: &[u8]) -> Answer {
    let transport = Transport::Tcp;
    (PROTOCOL.probe)(&Probe { transport, ports: PORTS, from: A, bytes, answer: &[], expected: None })
}

#[test]
#[rustfmt::skip]
fn a_bind_names_its_interface_and_requests_are_told_by_it() {
    let heard = heard(&turns());
    assert_eq!(heard.operations, ["A: OpenSession bind (0x0B): interface = \"drsuapi\" -> accepted", "A: OpenSession bind (0x0B): interface = \"drsuapi\" -> accepted", "A: Opaque drsuapi (0x0000): interface = \"drsuapi\" -> unseen"]);
    assert!(heard.facts.is_empty());
    assert_eq!(heard.notes, ["A authentication: \"negotiate\""]);
    assert!(heard.problems.is_empty());
}

#[test]
fn the_beginning_is_certain_and_other_protocols_are_not() {
    assert_eq!(ask(&turns()[0].1), Answer::Certain);
    for other in
        [&b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"[..], b"SSH-2.0-OpenSSH_9.6\r\n", &[0; 64], &[0xff; 64]]
    {
        assert_eq!(ask(other), Answer::No);
    }
}

#[test]
fn who_hears_the_server_first_loses_nothing_but_what_came_before() {
    let turns = turns();
    let later = turns.iter().position(|(side, _)| *side == B).unwrap_or(0);
    let mut player = Player::new(&PROTOCOL, Transport::Tcp, PORTS);
    for (side, bytes) in &turns[later..] {
        player.say(*side, bytes);
    }
    assert!(player.end().operations.len() <= heard(&turns).operations.len());
}

proptest! {
    #[test]
    fn any_segmentation_gives_the_same(cuts in vec(1..400_usize, 1..8)) {
        let turns = turns();
        let turns: Vec<(Side, &[u8])> = turns.iter().map(|(side, bytes)| (*side, bytes.as_slice())).collect();
        let whole = play(&PROTOCOL, Transport::Tcp, PORTS, &turns);
        let cut = play_cut(&PROTOCOL, PORTS, &turns, &cuts);
        prop_assert_eq!(cut.operations, whole.operations);
        prop_assert_eq!(cut.transfers, whole.transfers);
    }

    #[test]
    fn any_damage_is_survived(turn in 0..20_usize, at in 0..400_usize, byte: u8, lost in 0..900_u64) {
        let mut turns = turns();
        let count = turns.len();
        let bytes = &mut turns[turn % count].1;
        let length = bytes.len();
        bytes[at % length] = byte;
        let mut player = Player::new(&PROTOCOL, Transport::Tcp, PORTS);
        for (number, (side, bytes)) in turns.iter().enumerate() {
            if number as u64 == lost {
                player.lose(*side, lost);
            }
            player.say(*side, bytes);
        }
        player.end();
    }

    #[test]
    fn any_bytes_are_survived(turns in vec((prop_oneof![Just(A), Just(B)], vec(any::<u8>(), 0..64)), 0..8)) {
        prop_assert_eq!(heard(&turns).logs.len(), 0);
    }
}
