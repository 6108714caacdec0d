//! Programs, images and files that were moved.

use super::row::Row;
use super::section::Section;
use super::{DIM, PLAIN};
use crate::Escaped;
use crate::number::{Bytes, Count};
use quaywatch_model::{Direction, FinishedTransfer, Scope, TransferKind, Transferred};
use quaywatch_sensor::Summary;

/// What was moved between whom, with size and hash.
pub(super) fn transfers(summary: &Summary) -> Option<Section> {
    let total = summary.transfers.len() as u64 + summary.transfers_not_listed;
    if total == 0 {
        return None;
    }
    let title = format!("PROGRAM AND FILE TRANSFERS ({})", Count(total));
    let blocks = summary.transfers.iter().map(transfer).collect();
    Some(Section { total, ..Section::of(title, blocks, "more transfer", 10) })
}

/// Which way it went. Who takes a file need be no device, and no device of the site's is at a public address.
fn way(Transferred { server, transfer, .. }: &Transferred) -> &'static str {
    let loads = matches!(transfer.kind, TransferKind::Program | TransferKind::Firmware);
    let device = loads && Scope::without_a_site(*server) != Scope::Internet;
    match (transfer.direction, device) {
        (Direction::ToDevice, true) => "to device",
        (Direction::ToDevice, false) => "to recipient",
        (Direction::FromDevice, true) => "from device",
        (Direction::FromDevice, false) => "from server",
    }
}

fn transfer(moved: &Transferred) -> Vec<Row> {
    let way = way(moved);
    let Transferred { client, server, transfer, .. } = moved;
    let mut rows = vec![Row::of(PLAIN, format!("  {client} > {server}  {way}: {}", what_moved(transfer)))];
    rows.extend(transfer.sha256.map(|digest| Row::of(DIM, format!("    sha256 {}", digits(&digest)))));
    rows
}

/// A hash as it is written.
pub(super) fn digits(digest: &[u8; 32]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What was moved: its kind, name and size, and what of it is missing.
pub(super) fn what_moved(transfer: &FinishedTransfer) -> String {
    let mut text = transfer.kind.as_str().replace('_', " ");
    if let Some(block) = &transfer.block_type {
        text.push_str(&format!(" {}", Escaped(block)));
    }
    if let Some(number) = transfer.block_number {
        text.push_str(&number.to_string());
    }
    if let Some(name) = &transfer.name {
        text.push_str(&format!(" {}", Escaped(name)));
    }
    if let Some(mime_type) = transfer.mime_type {
        text.push_str(&format!(" ({mime_type})"));
    }
    text.push_str(&format!(", {}", Bytes(transfer.bytes)));
    if !transfer.complete {
        text.push_str(" INCOMPLETE");
    }
    if transfer.missing_bytes > 0 {
        text.push_str(&format!(", {} not captured", Bytes(transfer.missing_bytes)));
    }
    text
}
