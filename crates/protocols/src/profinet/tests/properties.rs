//! What holds for any bytes.

use super::*;

proptest! {
    #[test]
    fn any_bytes_are_survived(turns in vec((prop_oneof![Just(A), Just(B)], vec(any::<u8>(), 0..80)), 0..8)) {
        let turns: Vec<(Side, &[u8])> = turns.iter().map(|(side, bytes)| (*side, bytes.as_slice())).collect();
        let _ = play(&PROTOCOL, ETHERNET, [0, 0], &turns);
    }

    #[test]
    fn damaged_frames_are_survived(at in 0..64_usize, byte: u8, cut in 0..120_usize, which in 0..5_usize) {
        let mut frame = bytes([WHO, I_AM, SET_IP, SET_NAME, SET_NAME_OK][which]);
        let at = at % frame.len();
        frame[at] = byte;
        frame.truncate(cut);
        let _ = play(&PROTOCOL, ETHERNET, [0, 0], &[(A, &frame), (B, &frame)]);
    }

    #[test]
    fn a_dcp_message_that_decodes_encodes_to_the_same_bytes(
        head in any::<[u8; 10]>(), data in vec(any::<u8>(), 0..64), padding in vec(any::<u8>(), 0..8),
    ) {
        let mut frame = head.to_vec();
        frame.extend_from_slice(&(data.len() as u16).to_be_bytes());
        frame.extend_from_slice(&data);
        let whole = frame.len();
        frame.extend_from_slice(&padding);
        let mut again = Vec::new();
        Message::decode(&frame).unwrap().encode(&mut again);
        prop_assert_eq!(&again[..], &frame[..whole]);
    }

    #[test]
    fn blocks_that_decode_encode_to_the_same_bytes(
        blocks in vec((any::<u8>(), any::<u8>(), vec(any::<u8>(), 2..20)), 0..6), kind in 0..2_u8, service in 3..7_u8,
    ) {
        let mut data = Vec::new();
        for (option, suboption, value) in &blocks {
            push_block(&mut data, Selector::new(*option, *suboption), None, value);
        }
        let (frame_id, service, kind) = (FrameId::GET_SET, Service(service), ServiceType(kind));
        let message = Message { frame_id, service, kind, xid: 0, response_delay: 0, data: &data };
        let is_get = service == Service::GET && kind == ServiceType::REQUEST;
        let mut again = Vec::new();
        for block in message.blocks() {
            let block = block.unwrap();
            if is_get {
                again.extend_from_slice(&[block.selector.option, block.selector.suboption]);
            } else {
                push_block(&mut again, block.selector, block.info, block.value);
            }
        }
        prop_assert_eq!(again, data);
    }

    #[test]
    fn cyclic_frames_and_alarms_that_decode_encode_to_the_same_bytes(frame in vec(any::<u8>(), 0..80)) {
        let mut again = Vec::new();
        if let Ok(cyclic) = Cyclic::decode(&frame) {
            cyclic.encode(&mut again);
            prop_assert_eq!(&again, &frame);
        }
        again.clear();
        if let Ok(pdu) = Rta::decode(&frame) {
            pdu.encode(&mut again);
            prop_assert!(frame.starts_with(&again));
        }
    }
}
