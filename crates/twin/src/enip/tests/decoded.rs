//! What our own decoder says of the session.

use super::*;
use quaywatch_protocols::Transport;
use quaywatch_protocols::testing::play_unknown;

#[test]
fn our_decoder_reads_every_answer_as_it_was_meant() {
    let mut client = Client::connected(500);
    client.turns.clear();
    client.done(0x01, &hex("20012401"), &[]);
    client.plc.image.set(find("Load.Net").unwrap(), &Value::Real(30.48)).unwrap();
    client.done(0x4C, &named("STS.Load.Net"), &[1, 0]);
    client.done(0x4D, &named("STS.Par.OverloadPct"), &hex("ca00 0100 00001643"));
    let text = [&hex("a002 ce0f 0100 0b000000")[..], b"MSKU1234565", &[0; 73]].concat();
    client.done(0x4D, &named("STS.Job.Cntr"), &text);
    client.say(&request(0x4C, &named("STS.Nope"), &[1, 0]));
    client.say(&request(0x4D, &named("STS.Par.SWL"), &hex("c400 0100 00000000")));
    client.done(0x55, &hex("206b2400"), &hex("0300 0100 0200 0800"));
    client.done(0x04, &hex("208b2401"), &hex("0100 0600 c0325cfff3590400"));
    client.done(0x07, &hex("208e2401"), &[]);
    client.ask(&request(0x4E, &hex("20062401"), &hex("07f9 0100 4d00 f32b9532 0300 010020022401")));
    let turns: Vec<(Side, &[u8])> =
        client.turns.iter().map(|(side, bytes)| (*side, bytes.as_slice())).collect();
    let heard = play_unknown(Transport::Tcp, [50_000, 44_818], &turns);
    assert_eq!(heard.problems, [""; 0]);
    let within = "via class 3 connection:";
    assert_eq!(
        heard.operations,
        [
            format!(
                "A: Identify get_attributes_all (0x01) {within} vendor = Rockwell Automation/Allen-Bradley (1); device \
                 type = Programmable Logic Controller (14); product code = 54; revision = 20.1; status = 12384; serial \
                 number = B32E4A9A; product name = \"1756-L61/B LOGIX5561\" -> accepted"
            ),
            format!("A: Read read_tag (0x4C) {within} symbol STS.Load.Net = 30.48 -> accepted"),
            format!("A: Write write_tag (0x4D) {within} symbol STS.Par.OverloadPct = 150 -> accepted"),
            format!(
                "A: Write write_tag (0x4D) {within} symbol STS.Job.Cntr = \"MSKU1234565\" -> accepted"
            ),
            format!(
                "A: Read read_tag (0x4C) {within} symbol STS.Nope -> refused path_destination_unknown (0x05)"
            ),
            format!(
                "A: Write write_tag (0x4D) {within} symbol STS.Par.SWL = 0 -> refused data_type_mismatch (255/8455)"
            ),
            format!(
                "A: Browse get_instance_attribute_list (0x55) {within} symbol STS = 33024; symbol \
                 Program:MainProgram = 4200; symbol Task:MainTask = 4208 -> accepted"
            ),
            format!(
                "A: SetClock set_attribute_list (0x04) {within} Wall Clock Time (0x8B) instance 1 attribute 6 = \
                 2008-10-23T23:26:43.000000000Z -> accepted"
            ),
            format!("A: Stop logix_program_mode (0x07) {within} class 0x8E instance 1 -> accepted"),
            "A: CloseSession forward_close (0x4E): Message Router (0x02) instance 1; connection serial = 1; originator \
             vendor = 77; originator serial = 848636915 -> accepted"
                .to_owned(),
        ]
    );
}
