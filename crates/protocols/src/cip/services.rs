//! What a service means on the object it is sent to: verb, name, and how its data is told.

use super::names;
use super::path::Target;
use super::wire::{class, service};
use quaywatch_model::Verb;

/// How a service's request and reply data are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Only the object is told.
    Object,
    /// The reply's data is the object's value.
    ReplyValue,
    /// The request's data is the object's value.
    RequestValue,
    GetAll,
    SetAll,
    GetSingle,
    SetSingle,
    GetList,
    SetList,
    ReadTag,
    ReadTagFragmented,
    WriteTag,
    WriteTagFragmented,
    ReadModifyWriteTag,
    BrowseTags,
    ForwardOpen,
    ForwardClose,
    /// Logix program bytes: offset, length, and in a write the bytes.
    BlockRead,
    BlockWrite,
    Firmware,
    FileRead,
    FileWrite,
    /// A Logix controller's memory by address.
    DataTable,
    /// What the device goes back to.
    ResetDevice,
}

/// What a service means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Meaning {
    pub(super) verb: Verb,
    pub(super) name: &'static str,
    pub(super) form: Form,
}

const fn meaning(verb: Verb, name: &'static str, form: Form) -> Meaning {
    Meaning { verb, name, form }
}

/// Logix classes. Their names are not published; their part in an engineering session was measured: a
/// controller's mode (0x8E) and lock (0x74), its wall clock (0x8B), its programs, tasks, routines, tags and
/// their memory (0x68..0x72), the record of its changes (0xAC), its flash (0xA1).
mod logix {
    pub(super) const FIRST_PROGRAM_CLASS: u32 = 0x68;
    pub(super) const LAST_PROGRAM_CLASS: u32 = 0x72;
    pub(super) const LAST_LISTED_CLASS: u32 = 0x70;
    pub(super) const PROGRAM: u32 = 0x68;
    pub(super) const TASK: u32 = 0x69;
    pub(super) const MEMORY: u32 = 0x6A;
    pub(super) const DATA_TABLE: u32 = 0x72;
    pub(super) const LOCK: u32 = 0x74;
    pub(super) const CLOCK: u32 = 0x8B;
    pub(super) const MODE: u32 = 0x8E;
    pub(super) const FLASH: u32 = 0xA1;
    pub(super) const CHANGES: u32 = 0xAC;
    pub(super) const OPTIMISED_TAGS: u32 = 0xB2;
}

/// What this service means on this object. `target` is empty where the request was not captured.
pub(super) fn meaning_of(number: u8, target: Target) -> Meaning {
    let specific = match target.leaf_class {
        _ if target.symbolic && number > 0x31 => tag_service(number),
        Some(leaf) => class_service(number, leaf),
        None => None,
    };
    specific.unwrap_or_else(|| common_service(number, target.leaf_class))
}

fn common_service(number: u8, leaf: Option<u32>) -> Meaning {
    let class = leaf.unwrap_or(0);
    let read = if class == class::IDENTITY { Verb::Identify } else { Verb::Read };
    let write = match class {
        class::TCP_IP_INTERFACE | class::ETHERNET_LINK | class::DEVICENET => Verb::SetNetwork,
        logix::CLOCK => Verb::SetClock,
        // CIP Security, EtherNet/IP security, certificates, authority and authenticators.
        0x5D..=0x62 => Verb::ChangeSecurity,
        _ if is_program(class) => Verb::DownloadProgram,
        _ => Verb::Write,
    };
    let (verb, form) = match number {
        service::GET_ATTRIBUTES_ALL => (read, Form::GetAll),
        service::SET_ATTRIBUTES_ALL => (write, Form::SetAll),
        service::GET_ATTRIBUTE_LIST => (read, Form::GetList),
        service::SET_ATTRIBUTE_LIST => (write, Form::SetList),
        service::GET_ATTRIBUTE_SINGLE => (read, Form::GetSingle),
        service::SET_ATTRIBUTE_SINGLE => (write, Form::SetSingle),
        service::RESET if is_program(class) => (Verb::DownloadProgram, Form::RequestValue),
        service::RESET if class == class::IDENTITY => (Verb::Reset, Form::ResetDevice),
        service::RESET => (Verb::Reset, Form::RequestValue),
        service::START => (Verb::Start, Form::Object),
        service::STOP => (Verb::Stop, Form::Object),
        service::CREATE if class == class::CONNECTION => (Verb::OpenSession, Form::RequestValue),
        service::DELETE if class == class::CONNECTION => (Verb::CloseSession, Form::Object),
        service::DELETE if is_program(class) => (Verb::DeleteProgram, Form::Object),
        service::CREATE | service::DELETE | service::APPLY_ATTRIBUTES => (write, Form::RequestValue),
        // Restore, Save.
        0x15 | 0x16 => (Verb::Write, Form::Object),
        // Nop: does nothing but show that the object is there.
        0x17 => (Verb::Identify, Form::Object),
        // Set, insert and remove a member, group sync.
        0x19..=0x1C => (write, Form::RequestValue),
        // Get a member.
        0x18 => (read, Form::ReplyValue),
        // Find next object instance, get connection point member list.
        0x11 | 0x1D => (Verb::Browse, Form::ReplyValue),
        _ => (Verb::Opaque, Form::RequestValue),
    };
    meaning(verb, names::service(number), form)
}

/// Objects that a program is made of: to create or set one is to load program.
const fn is_program(class: u32) -> bool {
    // The PCCC class lies below, the published symbol and template classes lie inside.
    class >= logix::FIRST_PROGRAM_CLASS && class <= logix::LAST_PROGRAM_CLASS || class == logix::CHANGES
}

/// Services on a tag: Rockwell 1756-PM020.
const fn tag_service(number: u8) -> Option<Meaning> {
    Some(match number {
        0x4C => meaning(Verb::Read, "read_tag", Form::ReadTag),
        0x52 => meaning(Verb::Read, "read_tag_fragmented", Form::ReadTagFragmented),
        0x4D => meaning(Verb::Write, "write_tag", Form::WriteTag),
        0x53 => meaning(Verb::Write, "write_tag_fragmented", Form::WriteTagFragmented),
        0x4E => meaning(Verb::Write, "read_modify_write_tag", Form::ReadModifyWriteTag),
        0x55 => meaning(Verb::Browse, "get_instance_attribute_list", Form::BrowseTags),
        _ => return None,
    })
}

fn class_service(number: u8, class: u32) -> Option<Meaning> {
    match class {
        class::SYMBOL => tag_service(number).or(logix_service(number, class)),
        class::CONNECTION_MANAGER => connection_manager_service(number),
        class::FILE => file_service(number),
        class::MODBUS => modbus_service(number),
        class::PCCC if number == service::EXECUTE_PCCC => {
            Some(meaning(Verb::Opaque, "execute_pccc", Form::RequestValue))
        }
        class::TEMPLATE if number == 0x4C => Some(meaning(Verb::Browse, "read_template", Form::ReplyValue)),
        class::TCP_IP_INTERFACE if number == 0x4C => {
            Some(meaning(Verb::Read, "get_and_clear", Form::ReplyValue))
        }
        class::ETHERNET_LINK if number == 0x4C => {
            Some(meaning(Verb::Read, "get_and_clear", Form::ReplyValue))
        }
        _ => logix_service(number, class),
    }
}

const fn connection_manager_service(number: u8) -> Option<Meaning> {
    Some(match number {
        service::FORWARD_OPEN => meaning(Verb::OpenSession, "forward_open", Form::ForwardOpen),
        service::LARGE_FORWARD_OPEN => meaning(Verb::OpenSession, "large_forward_open", Form::ForwardOpen),
        service::FORWARD_CLOSE => meaning(Verb::CloseSession, "forward_close", Form::ForwardClose),
        service::UNCONNECTED_SEND => meaning(Verb::Opaque, "unconnected_send", Form::RequestValue),
        0x56 => meaning(Verb::Read, "get_connection_data", Form::ReplyValue),
        0x57 => meaning(Verb::Read, "search_connection_data", Form::ReplyValue),
        0x5A => meaning(Verb::Read, "get_connection_owner", Form::ReplyValue),
        _ => return None,
    })
}

/// The file object: volume 1, chapter 5.
const fn file_service(number: u8) -> Option<Meaning> {
    Some(match number {
        0x4B => meaning(Verb::Read, "initiate_upload", Form::ReplyValue),
        0x4C => meaning(Verb::Write, "initiate_download", Form::RequestValue),
        0x4D => meaning(Verb::Read, "initiate_partial_read", Form::ReplyValue),
        0x4E => meaning(Verb::Write, "initiate_partial_write", Form::RequestValue),
        0x4F => meaning(Verb::Read, "upload_transfer", Form::FileRead),
        0x50 => meaning(Verb::Write, "download_transfer", Form::FileWrite),
        0x51 => meaning(Verb::Write, "clear_file", Form::Object),
        _ => return None,
    })
}

/// The Modbus object: volume 7.
const fn modbus_service(number: u8) -> Option<Meaning> {
    Some(match number {
        0x4B => meaning(Verb::Read, "read_discrete_inputs", Form::ReplyValue),
        0x4C => meaning(Verb::Read, "read_coils", Form::ReplyValue),
        0x4D => meaning(Verb::Read, "read_input_registers", Form::ReplyValue),
        0x4E => meaning(Verb::Read, "read_holding_registers", Form::ReplyValue),
        0x4F => meaning(Verb::Write, "write_coils", Form::RequestValue),
        0x50 => meaning(Verb::Write, "write_holding_registers", Form::RequestValue),
        0x51 => meaning(Verb::Opaque, "modbus_passthrough", Form::RequestValue),
        _ => return None,
    })
}

/// What Rockwell's engineering tools do to a Logix controller, named after what was measured to happen.
const fn logix_service(number: u8, class: u32) -> Option<Meaning> {
    Some(match (class, number) {
        (logix::MODE, service::START) => meaning(Verb::Start, "logix_run", Form::Object),
        (logix::MODE, service::STOP) => meaning(Verb::Stop, "logix_program_mode", Form::Object),
        (logix::MODE, 0x5C) => meaning(Verb::OpenSession, "logix_handshake", Form::RequestValue),
        (logix::LOCK, 0x4B) => meaning(Verb::ChangeSecurity, "logix_lock", Form::RequestValue),
        (logix::LOCK, 0x4C) => meaning(Verb::ChangeSecurity, "logix_unlock", Form::RequestValue),
        (logix::PROGRAM | logix::TASK, 0x4D) => meaning(Verb::Force, "logix_force", Form::RequestValue),
        (logix::PROGRAM | logix::TASK, 0x4E) => {
            meaning(Verb::Force, "logix_force_change", Form::RequestValue)
        }
        (logix::MEMORY, 0x50) => meaning(Verb::DownloadProgram, "logix_program_write", Form::BlockWrite),
        (logix::MEMORY, 0x51) => meaning(Verb::DownloadProgram, "logix_program_change", Form::RequestValue),
        (logix::MEMORY, 0x4F) => meaning(Verb::UploadProgram, "logix_program_read", Form::BlockRead),
        (logix::DATA_TABLE | logix::OPTIMISED_TAGS, 0x4C) => {
            meaning(Verb::Read, "logix_data_table_read", Form::DataTable)
        }
        (logix::FLASH, 0x4B) => meaning(Verb::UpdateFirmware, "logix_flash_begin", Form::RequestValue),
        (logix::FLASH, 0x4D) => meaning(Verb::UpdateFirmware, "logix_flash_write", Form::Firmware),
        (logix::FLASH, 0x51) => meaning(Verb::UpdateFirmware, "logix_flash_prepare", Form::RequestValue),
        (logix::FIRST_PROGRAM_CLASS..=logix::LAST_LISTED_CLASS, 0x4B) => {
            meaning(Verb::Browse, "logix_list", Form::ReplyValue)
        }
        _ => return None,
    })
}
