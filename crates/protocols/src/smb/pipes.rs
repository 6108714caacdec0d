//! Calls to a machine's services, which go through pipes: what is written to one is the client's side of a conversation
//! of [`dcerpc`], what is read from it the server's (MS-SMB2 3.2.4.20.4; MS-RPCE 2.1.1.2).

use super::state::Smb;
use crate::{Context, dcerpc};
use quaywatch_model::Side;

/// FSCTL_PIPE_TRANSCEIVE: writes and reads at once (MS-FSCC 2.3.49).
pub(super) const TRANSCEIVE: u32 = 0x0011_c017;

/// One side said something in a pipe. What is no pipe, or was opened before the capture began, is passed over.
pub(super) fn said(smb: &mut Smb, cx: &mut Context<'_>, from: Side, handle: u128, bytes: &[u8]) {
    if let Some(open) = smb.files.get(handle).filter(|open| open.is_pipe && !bytes.is_empty()) {
        open.calls.get_or_insert_with(dcerpc::in_a_pipe).data(cx, from, bytes);
    }
}
