//! What calls of the interfaces do by which one machine manages another, and whom they are about.
//!
//! Numbers by the documents of each interface: MS-SCMR 3.1.4 (services), MS-TSCH 3.2.5 (tasks), MS-RRP 3.1.5 (registry),
//! MS-SAMR 3.1.5 (accounts), MS-DRSR 4.1 (directory), MS-SRVS 3.1.4 (shares), MS-RSP 3.1.4 (shutdown), MS-EVEN 3.1.4
//! (event log), MS-RPRN 3.1.4 (printers).

use crate::ntlm::utf16;
use quaywatch_model::Verb;
use quaywatch_wire::Reader;

/// A longer name is not told.
const LONGEST_NAME_UNITS: u32 = 1024;
/// A handle of the called machine's (MS-DTYP, section 2.2.1.1.11).
const HANDLE_BYTES: usize = 20;

/// A call that is known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call {
    interface: &'static str,
    number: u16,
    pub(super) name: &'static str,
    pub(super) verb: Verb,
}

/// The call of this number.
pub(super) fn call(interface: &str, number: u16) -> Option<&'static Call> {
    CALLS.iter().find(|call| call.interface == interface && call.number == number)
}

const fn c(interface: &'static str, number: u16, name: &'static str, verb: Verb) -> Call {
    Call { interface, number, name, verb }
}

#[rustfmt::skip] // one line a call
static CALLS: &[Call] = &[
    c("svcctl", 0, "CloseServiceHandle", Verb::CloseSession),
    c("svcctl", 1, "ControlService", Verb::Write),
    c("svcctl", 2, "DeleteService", Verb::Write),
    c("svcctl", 6, "QueryServiceStatus", Verb::Read),
    c("svcctl", 11, "ChangeServiceConfigW", Verb::Write),
    c("svcctl", 12, "CreateServiceW", Verb::Write),
    c("svcctl", 14, "EnumServicesStatusW", Verb::Browse),
    c("svcctl", 15, "OpenSCManagerW", Verb::OpenSession),
    c("svcctl", 16, "OpenServiceW", Verb::OpenSession),
    c("svcctl", 17, "QueryServiceConfigW", Verb::Read),
    c("svcctl", 19, "StartServiceW", Verb::Write),
    c("svcctl", 23, "ChangeServiceConfigA", Verb::Write),
    c("svcctl", 24, "CreateServiceA", Verb::Write),
    c("svcctl", 27, "OpenSCManagerA", Verb::OpenSession),
    c("svcctl", 28, "OpenServiceA", Verb::OpenSession),
    c("svcctl", 31, "StartServiceA", Verb::Write),
    c("svcctl", 37, "ChangeServiceConfig2W", Verb::Write),
    c("svcctl", 42, "EnumServicesStatusExW", Verb::Browse),
    c("svcctl", 45, "CreateServiceWOW64W", Verb::Write),
    c("svcctl", 60, "CreateWowService", Verb::Write),
    c("atsvc", 0, "NetrJobAdd", Verb::Write),
    c("atsvc", 1, "NetrJobDel", Verb::Write),
    c("atsvc", 2, "NetrJobEnum", Verb::Browse),
    c("ITaskSchedulerService", 1, "SchRpcRegisterTask", Verb::Write),
    c("ITaskSchedulerService", 2, "SchRpcRetrieveTask", Verb::Read),
    c("ITaskSchedulerService", 7, "SchRpcEnumTasks", Verb::Browse),
    c("ITaskSchedulerService", 12, "SchRpcRun", Verb::Write),
    c("ITaskSchedulerService", 13, "SchRpcDelete", Verb::Write),
    c("winreg", 2, "OpenLocalMachine", Verb::OpenSession),
    c("winreg", 5, "BaseRegCloseKey", Verb::CloseSession),
    c("winreg", 6, "BaseRegCreateKey", Verb::Write),
    c("winreg", 7, "BaseRegDeleteKey", Verb::Write),
    c("winreg", 8, "BaseRegDeleteValue", Verb::Write),
    c("winreg", 9, "BaseRegEnumKey", Verb::Browse),
    c("winreg", 10, "BaseRegEnumValue", Verb::Browse),
    c("winreg", 15, "BaseRegOpenKey", Verb::OpenSession),
    c("winreg", 17, "BaseRegQueryValue", Verb::Read),
    c("winreg", 22, "BaseRegSetValue", Verb::Write),
    c("winreg", 30, "BaseInitiateSystemShutdownEx", Verb::Write),
    c("samr", 0, "SamrConnect", Verb::OpenSession),
    c("samr", 1, "SamrCloseHandle", Verb::CloseSession),
    c("samr", 5, "SamrLookupDomainInSamServer", Verb::Browse),
    c("samr", 6, "SamrEnumerateDomainsInSamServer", Verb::Browse),
    c("samr", 7, "SamrOpenDomain", Verb::OpenSession),
    c("samr", 13, "SamrEnumerateUsersInDomain", Verb::Browse),
    c("samr", 34, "SamrOpenUser", Verb::OpenSession),
    c("samr", 35, "SamrDeleteUser", Verb::ChangeSecurity),
    c("samr", 37, "SamrSetInformationUser", Verb::ChangeSecurity),
    c("samr", 50, "SamrCreateUser2InDomain", Verb::ChangeSecurity),
    c("samr", 55, "SamrUnicodeChangePasswordUser2", Verb::ChangeSecurity),
    c("samr", 57, "SamrConnect2", Verb::OpenSession),
    c("samr", 58, "SamrSetInformationUser2", Verb::ChangeSecurity),
    c("samr", 62, "SamrConnect4", Verb::OpenSession),
    c("samr", 64, "SamrConnect5", Verb::OpenSession),
    c("drsuapi", 0, "IDL_DRSBind", Verb::OpenSession),
    c("drsuapi", 3, "IDL_DRSGetNCChanges", Verb::Read),
    c("srvsvc", 8, "NetrConnectionEnum", Verb::Browse),
    c("srvsvc", 12, "NetrSessionEnum", Verb::Browse),
    c("srvsvc", 14, "NetrShareAdd", Verb::ChangeSecurity),
    c("srvsvc", 15, "NetrShareEnum", Verb::Browse),
    c("srvsvc", 18, "NetrShareDel", Verb::ChangeSecurity),
    c("srvsvc", 21, "NetrServerGetInfo", Verb::Identify),
    c("wkssvc", 0, "NetrWkstaGetInfo", Verb::Identify),
    c("wkssvc", 2, "NetrWkstaUserEnum", Verb::Browse),
    c("initshutdown", 0, "BaseInitiateShutdown", Verb::Write),
    c("initshutdown", 2, "BaseInitiateShutdownEx", Verb::Write),
    c("eventlog", 0, "ElfrClearELFW", Verb::Write),
    c("spoolss", 89, "RpcAddPrinterDriverEx", Verb::Write),
    c("IWbemServices", 20, "ExecQuery", Verb::Read),
    c("IWbemServices", 24, "ExecMethod", Verb::Write),
];

/// What a request says of whom it is about: the words are those of the documents. `stub`: its parameters, in the clear.
pub(super) fn about(interface: &str, number: u16, stub: &[u8]) -> Vec<(&'static str, String)> {
    let mut reader = Reader::new(stub);
    let named = match (interface, number) {
        ("svcctl", 12 | 45 | 60) => service(&mut reader),
        ("svcctl", 16) => after_handle(&mut reader).map(|name| vec![("service", name)]),
        // A pointer, then the path (MS-TSCH 3.2.5.4.2); the others have the path first.
        ("ITaskSchedulerService", 1) => pointed(&mut reader).map(|path| vec![("task", path)]),
        ("ITaskSchedulerService", 12 | 13) => text(&mut reader).map(|path| vec![("task", path)]),
        _ => None,
    };
    // Parameters in 64 bits (NDR64) read as empty names.
    let mut named = named.unwrap_or_default();
    named.retain(|(_, name)| !name.is_empty());
    named
}

/// CreateServiceW (MS-SCMR 3.1.4.12): handle, name, name to be shown, access, kind, start, error control, program.
fn service(reader: &mut Reader<'_>) -> Option<Vec<(&'static str, String)>> {
    let name = after_handle(reader)?;
    let mut told = vec![("service", name)];
    // Where it cannot be read on, its name is told all the same.
    let program = |reader: &mut Reader<'_>| {
        pointed(reader).or(Some(String::new()))?;
        reader.skip(16, "access, kind, start, error control").ok()?;
        text(reader)
    };
    told.extend(program(reader).map(|program| ("program", program)));
    Some(told)
}

fn after_handle(reader: &mut Reader<'_>) -> Option<String> {
    reader.skip(HANDLE_BYTES, "handle").ok()?;
    text(reader)
}

/// A string behind a pointer, which may be none.
fn pointed(reader: &mut Reader<'_>) -> Option<String> {
    if reader.u32_le("pointer").ok()? == 0 {
        return None;
    }
    text(reader)
}

/// A string of 16-bit characters, conformant and varying (C706, section 14.3.4.2), up to the next four bytes.
fn text(reader: &mut Reader<'_>) -> Option<String> {
    reader.skip(4, "most characters").ok()?;
    reader.skip(4, "offset").ok()?;
    let units = reader.u32_le("characters").ok().filter(|units| *units <= LONGEST_NAME_UNITS)?;
    let bytes = reader.take(units as usize * 2, "text").ok()?;
    let text = utf16(bytes);
    if units % 2 == 1 {
        // The last string of a stub is not filled up.
        let _ = reader.skip(2, "filling");
    }
    Some(text.trim_end_matches('\0').to_owned())
}
